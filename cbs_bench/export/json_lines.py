"""A file of readings that a night's work is written to, and taken up again from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from cbs_bench.dataset.annotations.unread import READINGS
from cbs_bench.errors import InputError
from cbs_bench.export.lines import append
from cbs_bench.export.scan_reading import ScanReading, was_read


class JsonLines:
    """JSON lines, one scan each, flushed line by line.

    Args:
        path: The file. If it is there, its scans count as read; a line torn by a crash is cut off.
        models: Checksum of the models that read now.
        progress: Called with the name of each scan written.

    Raises:
        InputError: If the file holds something else, or what other models read.
    """

    def __init__(
        self, path: Path, models: str, progress: Callable[[str], None] = lambda scan: None
    ) -> None:
        self.path = path
        self._progress = progress
        self._finished: dict[str, str] = {}
        if path.is_file():
            self._take_up(models)

    def done(self, scan: str, digest: str = "") -> bool:
        """Whether the scan of this name is in the file.

        Raises:
            DataError: If it was another image, as far as the digests tell.
        """
        remedy = "give another file to --out, or take its line out of that one"
        return was_read(scan, digest, self._finished.get(scan), self.path, remedy)

    def write(self, scan: ScanReading) -> None:
        """Append one scan."""
        append(self.path, scan.as_json())
        self._progress(scan.name)

    def _take_up(self, models: str) -> None:
        data = self.path.read_bytes()
        *whole, torn = data.split(b"\n")
        for number, line in enumerate(whole, 1):
            try:
                reading = json.loads(line)
                self._finished[reading["scan"]] = reading.get("digest", "")
                others = reading.get("models") != models
            except (ValueError, KeyError, TypeError) as error:
                raise self._refusal("not a line of readings", number) from error
            if others:
                raise self._refusal("read by other models than these", number)
        if not torn.startswith(READINGS[: len(torn)]):
            raise self._refusal("not a line of readings", len(whole) + 1)
        if torn:
            with self.path.open("r+b") as file:
                file.truncate(len(data) - len(torn))

    def _refusal(self, problem: str, row: int) -> InputError:
        remedy = "give another file to --out, or remove this one"
        return InputError(problem, path=self.path, row=row, remedy=remedy)
