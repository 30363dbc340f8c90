"""A file of readings that a night's work is written to, and taken up again from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from cbs_bench.errors import InputError
from cbs_bench.export.scan_reading import ScanReading


class JsonLines:
    """JSON lines, one scan each, flushed line by line.

    Args:
        path: The file, made with its folder. If it is there, its scans count as read; a line torn
            by a crash is cut off.
        progress: Called with the name of each scan written.
    """

    def __init__(self, path: Path, progress: Callable[[str], None] = lambda scan: None) -> None:
        self.path = path
        self._progress = progress
        self._finished: set[str] = set()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            self._take_up()

    def done(self, scan: str) -> bool:
        """Whether the scan of this name is in the file."""
        return scan in self._finished

    def write(self, scan: ScanReading) -> None:
        """Append one scan."""
        line = json.dumps(scan.as_dict(), ensure_ascii=False) + "\n"
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:  # a full disk does not say which file has no room
            raise type(error)(error.errno, error.strerror, str(self.path)) from error
        self._progress(scan.name)

    def _take_up(self) -> None:
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                self._finished.add(json.loads(line)["scan"])
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    "not a line of readings",
                    path=self.path,
                    row=number,
                    remedy="give another file to --out",
                ) from error
        if whole != data:
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
