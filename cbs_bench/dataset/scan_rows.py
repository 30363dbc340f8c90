"""The rows that one annotated scan becomes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cbs_bench.dataset import rows, tiff
from cbs_bench.dataset.annotations.pages import Page
from cbs_bench.dataset.gold import PREDICTED
from cbs_bench.interfaces import ImageRef, Record, Rejection
from cbs_bench.script.labels import Status, as_typed, parse


class Place:
    """Where a scan belongs: a folder is a document and a scan a slip.

    Args:
        root: The folder of the corpus.
        image: A scan in it.
        source: The name of the source.
    """

    def __init__(self, root: Path, image: Path, source: str) -> None:
        inside = image.relative_to(root)
        self._root = root
        folders = [part for part in inside.parent.parts if part not in ("images", "scans")]
        self.image = image
        self.where = inside.as_posix()
        self.columns = {
            "source": source,
            "document": "_".join(folders) or root.name,
            "slip": image.stem,
        }
        self.name = "_".join(self.columns.values())

    def of(self, source: str) -> Place:
        """The same place under another source."""
        return Place(self._root, self.image, source)


def annotated_records(
    place: Place, page: Page | None, lookup: rows.Lookup
) -> Iterator[Record | Rejection]:
    """What an annotation says of a scan, or why it cannot be used; None where there is none."""
    if page is None:
        yield Rejection(place.where, "no annotation names it")
    elif page.fault:
        yield Rejection(f"{place.where} ({page.where})", page.fault)
    elif page.quarters:
        boxes = f"and mark its glyphs anew, whose boxes in {page.where} lie as it does"
        yield lying(place, page.quarters, boxes)
    elif not page.regions:
        reason = "no glyph is marked on it that can be used; mark some, or take the scan away"
        yield Rejection(f"{place.where} ({page.where})", reason)
    elif page.predicted:
        yield from records(place.of(PREDICTED), page, lookup, PREDICTED)
    else:
        yield from records(place, page, lookup)


def lying(place: Place, quarters: int, then: str = "") -> Rejection:
    """Why a scan that would be upright after ``quarters`` turns to the left is left out."""
    turn = f"not upright; turn it {90 * quarters} degrees to the left"
    return Rejection(place.where, f"{turn} {then}".rstrip())


def records(place: Place, page: Page, lookup: rows.Lookup, status: str = "") -> Iterator[Record]:
    """A scan's row of ``slips``, of ``texts`` and its ``glyphs``, which are cut out.

    A box without a label is a glyph of ``slips`` only; punctuation, damage and whatever else is no
    character of the text is not in ``texts``.

    A TIFF too large to unpack is reduced in ``slips``, and its boxes with it; its glyphs are not.

    Args:
        place: Where it belongs.
        page: Its boxes and labels; without any label there is no row of ``texts``.
        lookup: Components of encoded graphs.
        status: Of all glyphs; by default that of each label.
    """
    labels = [parse(as_typed(region.label)) for region in page.regions]
    columns = [rows.label_columns(label, lookup) for label in labels]
    text = [label for label in labels if label.status is not Status.NOT_TEXT]
    factor = _reduction(place.image)
    objects = {
        "bbox": [[value / factor for value in region.box] for region in page.regions],
        "graph": [label.graph for label in labels],
        "reading": [label.reading for label in labels],
        "components": [label["components"] for label in columns],
        "order": list(range(len(labels))),
    }
    scan = ImageRef(place.image, upright=True)
    found: list[tuple[str, dict[str, Any]]] = [
        ("slips", {"id": place.name, "image": scan, **place.columns, "objects": objects})
    ]
    if any(label.graph for label in text):
        home = (place.columns["source"], place.columns["document"], place.columns["slip"])
        graphs, readings = [label.graph for label in text], [label.reading for label in text]
        found.append(("texts", rows.text_row(place.name, home, graphs, readings)))
    for position, (region, label) in enumerate(zip(page.regions, columns, strict=True), start=1):
        if not region.label:
            continue
        glyph = {
            "id": f"{place.name}-{position}",
            "image": ImageRef(place.image, upright=True, box=region.box),
            **label,
            "status": PREDICTED if region.predicted else status or label["status"],
            **place.columns,
            "position": position,
        }
        found.append(("glyphs", glyph))
    for config, row in found:
        where = f"{place.where} ({page.where}) {config} {row['id']}"
        yield Record(config, row, where, place.name, place.columns["document"])


def _reduction(image: Path) -> int:
    try:
        return tiff.reduction(image)
    except OSError:
        return 1  # the writer reads it too, and says what is wrong
