"""One file for each scan, in a folder that a night's work is taken up again in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cbs_bench import atomic
from cbs_bench.export import alto, page_xml, tei
from cbs_bench.export.scan_reading import ScanReading

FORMATS: dict[str, Callable[[ScanReading], str]] = {
    "page": page_xml.document,
    "alto": alto.document,
    "tei": tei.document,
}


class XmlFolder:
    """Writes readings as XML, each by an atomic rename; a scan whose file is there is done.

    Args:
        path: The folder; made if it is not there.
        form: One of :data:`FORMATS`.
        progress: Called with the name of each scan written.
    """

    def __init__(
        self, path: Path, form: str, progress: Callable[[str], None] = lambda scan: None
    ) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._document = FORMATS[form]
        self._progress = progress

    def done(self, scan: str) -> bool:
        """Whether the scan of this name was written before."""
        return self._file(scan).exists()

    def write(self, scan: ScanReading) -> None:
        """Write one scan."""
        file = self._file(scan.name)
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(file, self._document(scan).encode("utf-8"))
        self._progress(scan.name)

    def _file(self, scan: str) -> Path:
        """Placed as the scans are; the image's suffix stays, because two may share a stem."""
        inside = [part for part in Path(scan).parts if part not in (Path(scan).anchor, "..")]
        return self.path.joinpath(*inside[:-1], f"{inside[-1]}.xml")
