"""Readings on standard output, for a pipe or the eye."""

from __future__ import annotations

from cbs_bench.export.scan_reading import ScanReading


class Printed:
    """Prints one line a scan.

    Args:
        form: ``jsonl``, or ``text`` for the name and the glyphs.
    """

    def __init__(self, form: str) -> None:
        self._form = form

    def done(self, scan: str, digest: str = "") -> bool:
        """Nothing was printed before."""
        return False

    def write(self, scan: ScanReading) -> None:
        """Print one scan."""
        print(scan.as_json() if self._form == "jsonl" else scan.as_text(), flush=True)
