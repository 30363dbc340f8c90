"""Readings on standard output, for a pipe or the eye."""

from __future__ import annotations

import json

from cbs_bench.export.scan_reading import ScanReading


class Printed:
    """Prints one line a scan.

    Args:
        form: ``jsonl``, or ``text`` for the name and the tokens.
    """

    def __init__(self, form: str) -> None:
        self._form = form

    def done(self, scan: str) -> bool:
        """Nothing was printed before."""
        return False

    def write(self, scan: ScanReading) -> None:
        """Print one scan."""
        if self._form == "jsonl":
            line = json.dumps(scan.as_dict(), ensure_ascii=False)
        else:
            line = f"{scan.name}\t{' '.join(token.text for token in scan.reading.tokens)}"
        print(line, flush=True)
