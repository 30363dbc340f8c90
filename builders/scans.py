"""A laboratory's own scans, with boxes in any usual format, or read by the shipped models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cbs_bench.dataset import rows, tiff
from cbs_bench.dataset.annotations import unread
from cbs_bench.dataset.annotations.pages import Page, Region
from cbs_bench.dataset.annotations.search import annotated
from cbs_bench.dataset.gold import PREDICTED
from cbs_bench.dataset.images import BadRowError, encoded
from cbs_bench.dataset.scan_files import files_of_scans
from cbs_bench.dataset.scan_rows import Place, annotated_records, lying, records
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, ImageRef, Record, Rejection
from cbs_bench.scans import CLOSED_SUFFIXES
from cbs_bench.types import Glyph
from cbs_bench.walk import IMAGE_SUFFIXES

READ_SUFFIXES = (".jsonl", ".xml")
"""How files end to which models may have written what they read."""

LAYOUT = "a folder with scans and, beside them, COCO, YOLO, LabelMe, PAGE XML or ALTO boxes"


class Scans(CorpusBuilder):
    """Looks for annotations itself; a folder is a document and a scan a slip.

    Glyphs of COCO, YOLO and LabelMe, which keep no reading order, are put into that of the
    detector: columns from top to bottom, from right to left. Those of PAGE and ALTO keep the order
    of the file.

    Where there is no annotation at all, the shipped detector and recogniser read the scans; such
    rows have the source ``predicted`` and their glyphs the status ``predicted``. So have those of
    scans whose PAGE or ALTO was written by ``cbs-bench tokenize`` and changed by nobody. Where
    somebody changed a thing, a person has been over the scan; components that were guessed and left
    as they were still have the status.
    """

    info = CorpusInfo(
        title="Scans of a laboratory",
        summary="Scans with a box for every glyph, the glyphs cut out, and the text.",
        licence="unknown",
        citation="Cite the owner of the scans.",
        homepage="the folder given as --raw",
        limits=(
            "Rows whose source is `predicted` were read by models and by no person: "
            "cbs-bench neither learns from them nor scores on them until somebody corrects them.",
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
        yield from _unused(raw)
        images, namesakes = _told_apart(root, images, pages)
        yield from namesakes
        lookup = rows.component_lookup(self.options)
        if pages or faults:
            if root.name == PREDICTED:
                problem = "the rows of a folder of this name would count as read by models"
                raise InputError(problem, path=root, remedy="rename it")
            for image in images:
                place = Place(root, image, root.name)
                yield from annotated_records(place, pages.get(image), lookup)
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
        return files_of_scans(raw, IMAGE_SUFFIXES)
    return [raw] if raw.suffix.lower() in IMAGE_SUFFIXES else []


def _unused(raw: Path) -> Iterator[Rejection]:
    """Files that may hold scans or corrections, and that are not looked into."""
    if not raw.is_dir():
        return
    for file in files_of_scans(raw, CLOSED_SUFFIXES):
        reason = f"scans in it cannot be read: {file.suffix}; export them as PNG, TIFF or JPEG"
        yield Rejection(file.relative_to(raw).as_posix(), reason)
    for file in filter(unread.is_reading, files_of_scans(raw, READ_SUFFIXES)):
        reason = "what was read is taken up from PAGE and ALTO alone; correct it there"
        yield Rejection(file.relative_to(raw).as_posix(), reason)


def _told_apart(
    root: Path, images: Sequence[Path], pages: Mapping[Path, Page]
) -> tuple[list[Path], list[Rejection]]:
    """The scans without those that would get the name of another one, such as a JPEG of a TIFF.

    One that is annotated goes first, then the first in order.
    """
    owners: dict[str, Path] = {}
    for image in sorted(images, key=lambda image: image not in pages):
        owners.setdefault(Place(root, image, "").name, image)
    kept, rejected = [], []
    for image in images:
        owner = owners[Place(root, image, "").name]
        if owner == image:
            kept.append(image)
        else:
            where, other = (one.relative_to(root).as_posix() for one in (image, owner))
            reason = f"another scan has its name already: {other}; rename or remove one of them"
            rejected.append(Rejection(where, reason))
    return kept, rejected


def _predicted(
    root: Path, images: Sequence[Path], lookup: rows.Lookup
) -> Iterator[Record | Rejection]:
    """What the shipped models read on scans that nobody annotated."""
    from cbs_bench.tokenizer.reading import SlipReader
    from cbs_bench.vision.images import load_image

    reader = SlipReader.load()
    for image in images:
        place = Place(root, image, PREDICTED)
        try:
            factor = tiff.reduction(image)
            pixels = load_image(encoded(ImageRef(image, upright=True)))
        except (BadRowError, DataError, OSError) as error:
            yield Rejection(place.where, str(error))
            continue
        glyphs, quarters = reader.read_any_way_up(pixels)
        if quarters:
            yield lying(place, quarters)
            continue
        regions = (_region(glyph, pixels.shape, factor) for glyph in glyphs)
        read = tuple(region for region in regions if region is not None)
        yield from records(place, Page(image.name, read, PREDICTED), lookup, PREDICTED)


def _region(glyph: Glyph, shape: tuple[int, ...], factor: int) -> Region | None:
    """The part of a glyph that is on its scan, in pixels of the scan as it is stored."""
    height, width, *_ = shape
    left, top = max(glyph.box.x, 0.0), max(glyph.box.y, 0.0)
    across = min(glyph.box.x + glyph.box.width, width) - left
    down = min(glyph.box.y + glyph.box.height, height) - top
    if across < 1 or down < 1:
        return None
    box = (left * factor, top * factor, across * factor, down * factor)
    return Region(box, f"{glyph.graph}{'' if glyph.sure else '？'}")
