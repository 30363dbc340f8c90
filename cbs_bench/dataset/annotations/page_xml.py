"""PAGE XML, the format of Transkribus and eScriptorium (https://github.com/PRImA-Research-Lab/PAGE-XML)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from cbs_bench.dataset.annotations.pages import XYWH, Fault, Page, Region, bounds
from cbs_bench.dataset.safe_xml import local_name
from cbs_bench.script.labels import split_glyphs

_WHOLES = {"TextLine": "line", "Word": "word"}
"""What holds glyphs, and what to call it."""


def recognise(root: Element) -> bool:
    """Whether parsed XML is in this format."""
    return local_name(root) == "PcGts"


def pages(root: Element, path: Path) -> Iterator[Page | Fault]:
    """The scans of one file; glyphs in the order of the document.

    A word or a line of a single glyph counts as a glyph where no glyphs are marked.
    """
    for page in (element for element in root if local_name(element) == "Page"):
        regions = []
        for element in _glyphs(page):
            where = f"{path.name} {element.get('id')}"
            label = _text(element)
            kind = _WHOLES.get(local_name(element))
            if kind and len(split_glyphs(label)) != 1:
                yield Fault(where, f"a {kind} of several glyphs without boxes of its glyphs")
                continue
            try:
                regions.append(Region(_box(element), label))
            except (TypeError, ValueError) as error:
                yield Fault(where, f"no box: {error}")
        yield Page(page.get("imageFilename", ""), tuple(regions), path.name)


def _glyphs(page: Element) -> Iterator[Element]:
    for whole in (element for element in page.iter() if local_name(element) in _WHOLES):
        inside = [local_name(child) for child in whole]
        if "Glyph" in inside:
            yield from (child for child in whole if local_name(child) == "Glyph")
        elif "Word" not in inside:
            yield whole


def _box(element: Element) -> XYWH:
    coords = next((child for child in element if local_name(child) == "Coords"), Element("Coords"))
    pairs = [pair.split(",") for pair in coords.get("points", "").split()]
    # Until 2010 each point was an element.
    pairs += [[point.get("x", ""), point.get("y", "")] for point in coords]
    return bounds([(float(x), float(y)) for x, y in pairs])


def _text(element: Element) -> str:
    for child in element:
        if local_name(child) == "TextEquiv":
            return next((part.text or "" for part in child if local_name(part) == "Unicode"), "")
    return ""
