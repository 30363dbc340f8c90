"""ALTO XML of the Library of Congress (https://www.loc.gov/standards/alto/)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from cbs_bench.dataset.annotations import lines
from cbs_bench.dataset.annotations.as_written import AsWritten, Part
from cbs_bench.dataset.annotations.pages import (
    XYWH,
    Fault,
    Page,
    quarters_left,
    size_of,
)
from cbs_bench.dataset.safe_xml import local_name

_KINDS = {"String": "string", "Glyph": "glyph"}
_NO_LINE = Part("line", "", "", None)
"""A ``TextLine`` has no text of its own."""


def recognise(root: Element) -> bool:
    """Whether parsed XML is in this format."""
    return local_name(root) == "alto"


def pages(root: Element, path: Path) -> Iterator[Page | Fault]:
    """The one scan of a file; glyphs in the order of the document."""
    unit = next(_texts(root, "MeasurementUnit"), "") or "pixel"
    if unit != "pixel":
        yield Fault(path.name, f"measured in {unit}, not in pixels")
        return
    written = _as_written(root)
    strings = (element for element in root.iter() if local_name(element) == "String")
    page = Page(
        next(_texts(root, "fileName"), ""),
        (),
        path.name,
        _size(root),
        ordered=True,
        quarters=_quarters(root),
        predicted=untouched(root),
    )
    yield from lines.with_glyphs(page, ((_NO_LINE, [_word(one)]) for one in strings), written)


def parts(root: Element) -> Iterator[Part]:
    """Every string and glyph of a file, in its order."""
    return (_part(element) for element in root.iter() if local_name(element) in _KINDS)


def untouched(root: Element) -> bool:
    """Whether a file is as this package wrote it, but for what has no record."""
    return _as_written(root).all(parts(root))


def _as_written(root: Element) -> AsWritten:
    return AsWritten(_texts(root, "processingStepSettings"))


def _size(root: Element) -> tuple[float, float] | None:
    page = next((element for element in root.iter() if local_name(element) == "Page"), root)
    return size_of(page.get("WIDTH"), page.get("HEIGHT"))


def _quarters(root: Element) -> int:
    """Of the first element whose content is turned; what is turned to the left must go right."""
    turns = (quarters_left(element.get("ROTATION", "0")) for element in root.iter())
    return next((turn for turn in turns if turn), 0)


def _word(string: Element) -> tuple[Part, list[Part]]:
    inside = [child for child in string if local_name(child) == "Glyph"]
    return _part(string), list(map(_part, inside or [string]))


def _part(element: Element) -> Part:
    kind = _KINDS[local_name(element)]
    return Part(kind, element.get("ID", ""), element.get("CONTENT", "").strip(), _box(element))


def _box(element: Element) -> XYWH | None:
    names = ("HPOS", "VPOS", "WIDTH", "HEIGHT")
    try:
        x, y, width, height = (float(element.get(name, "")) for name in names)
    except ValueError:
        return None
    return (x, y, width, height)


def _texts(root: Element, name: str) -> Iterator[str]:
    return ((e.text or "").strip() for e in root.iter() if local_name(e) == name)
