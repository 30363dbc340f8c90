"""One file for each scan, in a folder that a night's work is taken up again in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import Element

from cbs_bench import atomic
from cbs_bench.dataset import safe_xml
from cbs_bench.errors import InputError
from cbs_bench.export import alto, page_xml, tei
from cbs_bench.export.scan_reading import Provenance, ScanReading, was_read
from cbs_bench.walk import IMAGE_SUFFIXES, files_below

OF_IMAGES = tuple(f"{suffix}.xml" for suffix in IMAGE_SUFFIXES)
"""How the files of images end; those of a dataset's rows are looked at when it is their turn."""


class Format(Protocol):
    """How scans are written as XML."""

    def document(self, reading: ScanReading, image: str) -> str:
        """The file of a scan; ``image`` is the path from the file to the scan."""

    def provenance(self, root: Element) -> Provenance:
        """What a file of this format tells of how it came to be."""


FORMATS: dict[str, Format] = {"page": page_xml, "alto": alto, "tei": tei}


class XmlFolder:
    """Writes readings as XML, each by an atomic rename; a scan whose file is there is done.

    What a person has changed stays as it is, whichever models read it.

    Args:
        path: The folder; made when the first file is written.
        form: One of :data:`FORMATS`.
        models: Checksum of the models that read now.
        progress: Called with the name of each scan written.

    Raises:
        InputError: If the file of an image is of another format, or just as other models wrote it.
    """

    def __init__(
        self,
        path: Path,
        form: str,
        models: str,
        progress: Callable[[str], None] = lambda scan: None,
    ) -> None:
        self.path = path
        self._format = FORMATS[form]
        self._progress = progress
        self._form = form
        self._models = models
        self._ours: dict[Path, str] = {}
        # A link to nothing is no file of a scan, and a closed folder says so when it is written to.
        for file in files_below(path, OF_IMAGES, left_out=lambda error: None):
            self._check(file)

    def done(self, scan: str, digest: str = "") -> bool:
        """Whether the scan of this name was written before.

        Raises:
            DataError: If it was another image, as far as the digests tell.
            InputError: If it was written in another format or by other models.
        """
        file = self._file(scan)
        if file.exists() and file not in self._ours:
            self._check(file)
        remedy = "give another folder to --out, or move that file away"
        return was_read(scan, digest, self._ours.get(file), file, remedy)

    def write(self, scan: ScanReading) -> None:
        """Write one scan."""
        file = self._file(scan.name)
        file.parent.mkdir(parents=True, exist_ok=True)
        image = scan.name if scan.path is None else _way(scan.path, file.parent)
        atomic.write_bytes(file, self._format.document(scan, image).encode("utf-8"))
        self._ours[file] = scan.digest
        self._progress(scan.name)

    def _check(self, file: Path) -> None:
        models, digest, changed = self._format.provenance(safe_xml.read(file))
        if models is None or (models != self._models and not changed):
            raise InputError(
                f"not written as {self._form} by these models",
                path=file,
                remedy="give another folder to --out, or remove this file",
            )
        self._ours[file] = digest

    def _file(self, scan: str) -> Path:
        """Placed as the scans are; the image's suffix stays, because two may share a stem."""
        inside = [part for part in Path(scan).parts if part not in (Path(scan).anchor, "..")]
        return self.path.joinpath(*inside[:-1], f"{inside[-1]}.xml")


def _way(image: Path, folder: Path) -> str:
    """From the folder to the image, links to folders resolved: ``..`` does not lead back."""
    place = image.parent.resolve() / image.name
    return Path(os.path.relpath(place, folder.resolve())).as_posix()
