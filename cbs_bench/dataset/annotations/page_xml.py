"""PAGE XML, the format of Transkribus and eScriptorium (https://github.com/PRImA-Research-Lab/PAGE-XML)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from cbs_bench.dataset.annotations import lines, region_order
from cbs_bench.dataset.annotations.as_written import AsWritten, Part
from cbs_bench.dataset.annotations.pages import (
    XYWH,
    Fault,
    Page,
    bounds,
    quarters_left,
    size_of,
)
from cbs_bench.dataset.safe_xml import local_name

_KINDS = {"TextLine": "line", "Word": "word", "Glyph": "glyph"}


def recognise(root: Element) -> bool:
    """Whether parsed XML is in this format."""
    return local_name(root) == "PcGts"


def pages(root: Element, path: Path) -> Iterator[Page | Fault]:
    """The scans of one file; glyphs in its reading order, or else in the order of the document."""
    written = _as_written(root)
    for element in (child for child in root if local_name(child) == "Page"):
        page = Page(
            element.get("imageFilename", ""),
            (),
            path.name,
            size_of(element.get("imageWidth"), element.get("imageHeight")),
            ordered=True,
            quarters=_quarters(element),
            predicted=untouched(root),
        )
        found = ((_part(line), _words(line)) for line in region_order.lines_of(element))
        yield from lines.with_glyphs(page, found, written)


def parts(root: Element) -> Iterator[Part]:
    """Every line, word and glyph of a file, in its order."""
    return (_part(element) for element in root.iter() if local_name(element) in _KINDS)


def untouched(root: Element) -> bool:
    """Whether a file is as this package wrote it, but for what has no record."""
    return _as_written(root).all(parts(root))


def _as_written(root: Element) -> AsWritten:
    notes = (e.get("value", "") for e in root.iter() if local_name(e) == "MetadataItem")
    return AsWritten(notes)


def _quarters(page: Element) -> int:
    """Of the page, else of the first region of text that is turned."""
    regions = (element for element in page.iter() if local_name(element) == "TextRegion")
    turns = (quarters_left(e.get("orientation", "0")) for e in (page, *regions))
    return next((turn for turn in turns if turn), 0)


def _words(line: Element) -> list[tuple[Part, list[Part]]]:
    words = _inside(line, "Word") or [line]
    return [(_part(word), list(map(_part, _inside(word, "Glyph") or [word]))) for word in words]


def _inside(element: Element, name: str) -> list[Element]:
    return [child for child in element if local_name(child) == name]


def _part(element: Element) -> Part:
    kind = _KINDS[local_name(element)]
    return Part(kind, element.get("id", ""), _text(element), _box(element))


def _box(element: Element) -> XYWH | None:
    coords = next(iter(_inside(element, "Coords")), Element("Coords"))
    pairs = [pair.split(",") for pair in coords.get("points", "").split()]
    # Until 2010 each point was an element.
    pairs += [[point.get("x", ""), point.get("y", "")] for point in coords]
    try:
        return bounds([(float(x), float(y)) for x, y in pairs])
    except ValueError:
        return None


def _text(element: Element) -> str:
    """The reading of lowest index; one without an index is the main one."""
    found = _inside(element, "TextEquiv")
    if not found:
        return ""
    first = min(found, key=_index)
    return next((part.text or "" for part in _inside(first, "Unicode")), "").strip()


def _index(equivalent: Element) -> int:
    index = equivalent.get("index", "")
    return int(index) if index.isdecimal() else 0
