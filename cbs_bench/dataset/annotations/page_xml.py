"""PAGE XML, the format of Transkribus and eScriptorium (https://github.com/PRImA-Research-Lab/PAGE-XML)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from cbs_bench.dataset.annotations.pages import XYWH, Fault, Page, Region, bounds
from cbs_bench.dataset.safe_xml import local_name
from cbs_bench.script.labels import split_glyphs


def recognise(root: Element) -> bool:
    """Whether parsed XML is in this format."""
    return local_name(root) == "PcGts"


def pages(root: Element, path: Path) -> Iterator[Page | Fault]:
    """The scans of one file; glyphs in the order of the document.

    A word of a single glyph counts as a glyph where no glyphs are marked.
    """
    for page in (element for element in root if local_name(element) == "Page"):
        regions = []
        for element in _glyphs(page):
            where = f"{path.name} {element.get('id')}"
            label = _text(element)
            if local_name(element) == "Word" and len(split_glyphs(label)) != 1:
                yield Fault(where, "a word of several glyphs without boxes of its glyphs")
                continue
            try:
                regions.append(Region(_box(element), label))
            except (TypeError, ValueError) as error:
                yield Fault(where, f"no box: {error}")
        yield Page(page.get("imageFilename", ""), tuple(regions), path.name)


def _glyphs(page: Element) -> Iterator[Element]:
    for word in (element for element in page.iter() if local_name(element) == "Word"):
        inside = [child for child in word if local_name(child) == "Glyph"]
        yield from inside or [word]


def _box(element: Element) -> XYWH:
    coords = [child.get("points", "") for child in element if local_name(child) == "Coords"]
    pairs = (pair.split(",") for points in coords[:1] for pair in points.split())
    return bounds([(float(x), float(y)) for x, y in pairs])


def _text(element: Element) -> str:
    for child in element:
        if local_name(child) == "TextEquiv":
            return next((part.text or "" for part in child if local_name(part) == "Unicode"), "")
    return ""
