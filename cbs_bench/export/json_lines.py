"""A file of readings that a night's work is written to, and taken up again from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cbs_bench.errors import InputError


class ReadingLog:
    """JSON lines, one scan each, flushed line by line.

    Args:
        path: The file. If it is there, its scans count as read; a line torn by a crash is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.finished: set[str] = set()
        if path.exists():
            self._take_up()

    def write(self, scan: str, reading: dict[str, Any]) -> None:
        """Append one scan."""
        line = json.dumps({"scan": scan, **reading}, ensure_ascii=False) + "\n"
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line)

    def _take_up(self) -> None:
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                self.finished.add(json.loads(line)["scan"])
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
