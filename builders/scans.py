"""A laboratory's own scans, with boxes in any usual format, or read by the shipped models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cbs_bench.dataset import rows, tiff
from cbs_bench.dataset.annotations.pages import Page, Region
from cbs_bench.dataset.annotations.search import annotated
from cbs_bench.dataset.images import BadRowError, encoded
from cbs_bench.dataset.scan_rows import Place, records
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, ImageRef, Record, Rejection
from cbs_bench.walk import IMAGE_SUFFIXES, files_below

LAYOUT = "a folder with scans and, beside them, COCO, YOLO, LabelMe, PAGE XML or ALTO boxes"
PREDICTED = "predicted"


class Scans(CorpusBuilder):
    """Looks for annotations itself; a folder is a document and a scan a slip.

    Where there is no annotation at all, the shipped detector and recogniser read the scans; such
    rows have the source ``predicted`` and their glyphs the status ``predicted``.
    """

    info = CorpusInfo(
        title="Scans of a laboratory",
        summary="Scans with a box for every glyph, the glyphs cut out, and the text.",
        licence="unknown",
        citation="Cite the owner of the scans.",
        homepage="the folder given as --raw",
        limits=(
            "Rows whose source is `predicted` were read by the shipped models and by no person: "
            "correct them before you train or score with them.",
            "Images that readers get wrong (16-bit, CMYK, turned by EXIF, TIFF) are stored as PNG.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``slips``, ``texts`` and ``glyphs`` of each scan; see the base class."""
        raw = rows.need(raw, LAYOUT)
        root = raw if raw.is_dir() else raw.parent
        images = _images(raw)
        if not images:
            raise InputError("no image here", path=raw, remedy=f"--raw {LAYOUT}")
        pages, faults = annotated(root, images)
        yield from (Rejection(fault.where, fault.reason) for fault in faults)
        lookup = rows.component_lookup(self.options)
        if pages or faults:
            for image in images:
                if image in pages:
                    place = Place(root, image, root.name)
                    yield from records(place, pages[image], lookup)
                else:
                    yield Rejection(image.relative_to(root).as_posix(), "no annotation names it")
        else:
            yield from _predicted(root, images, lookup)

    def documents(self, raw: Path | None) -> Iterator[str]:
        """The folders with images: the models need not run to know them."""
        raw = rows.need(raw, LAYOUT)
        root = raw if raw.is_dir() else raw.parent
        for image in _images(raw):
            yield Place(root, image, "").columns["document"]


def _images(raw: Path) -> list[Path]:
    if raw.is_dir():
        return files_below(raw, IMAGE_SUFFIXES)
    return [raw] if raw.suffix.lower() in IMAGE_SUFFIXES else []


def _predicted(
    root: Path, images: Sequence[Path], lookup: rows.Lookup
) -> Iterator[Record | Rejection]:
    """What the shipped models read on scans that nobody annotated."""
    from cbs_bench.vision import Detector, Recognizer
    from cbs_bench.vision.images import load_image
    from cbs_bench.vision.polarity import dark_on_light

    detector, recognizer = Detector.load(), Recognizer.load()
    for image in images:
        place = Place(root, image, PREDICTED)
        try:
            factor = tiff.reduction(image)
            pixels = load_image(encoded(ImageRef(image, upright=True)))
            pixels = dark_on_light(pixels, detector)
        except (BadRowError, DataError, OSError) as error:
            yield Rejection(place.where, str(error))
            continue
        height, width = pixels.shape[:2]
        regions, crops = [], []
        for box in detector.detect(pixels):
            left, top = max(box.x, 0.0), max(box.y, 0.0)
            right, bottom = min(box.x + box.width, width), min(box.y + box.height, height)
            if right - left >= 1 and bottom - top >= 1:
                regions.append((left, top, right - left, bottom - top))
                crops.append(pixels[int(top) : int(bottom), int(left) : int(right)])
        read = []
        for region, result in zip(regions, recognizer.predict(crops), strict=True):
            graph, confidence = result.candidates[0]
            doubt = "？" if confidence < recognizer.threshold else ""
            x, y, across, down = (value * factor for value in region)
            read.append(Region((x, y, across, down), f"{graph}{doubt}"))
        yield from records(place, Page(image.name, tuple(read), PREDICTED), lookup, PREDICTED)
