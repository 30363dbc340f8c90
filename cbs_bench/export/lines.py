"""Files of one line a scan, flushed line by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cbs_bench.errors import InputError
from cbs_bench.export.scan_reading import ScanReading


def append(path: Path, line: str) -> None:
    """Add a line to the end of a file.

    Raises:
        OSError: If that cannot be done; it names ``path``.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as error:  # a full disk does not say which file has no room
        raise type(error)(error.errno, error.strerror, str(path)) from error


class TextLines:
    """Names and texts, for the eye.

    Args:
        path: The file. There must be nothing in it: text does not say which models read
            it, so that no run can go on in it.
        progress: Called with the name of each scan written.

    Raises:
        InputError: If there is something in the file.
    """

    def __init__(self, path: Path, progress: Callable[[str], None] = lambda scan: None) -> None:
        if path.is_file() and path.stat().st_size:
            raise InputError(
                "no run goes on in a file of text",
                path=path,
                remedy="give another file to --out, remove this one, or choose --format jsonl",
            )
        self.path = path
        self._progress = progress

    def done(self, scan: str, digest: str = "") -> bool:
        """Nothing was written before."""
        return False

    def write(self, scan: ScanReading) -> None:
        """Append one scan."""
        append(self.path, scan.as_text())
        self._progress(scan.name)
