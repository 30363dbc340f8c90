"""ALTO XML of the Library of Congress (https://www.loc.gov/standards/alto/)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from cbs_bench.dataset.annotations.pages import XYWH, Fault, Page, Region
from cbs_bench.dataset.safe_xml import local_name
from cbs_bench.script.labels import split_glyphs


def recognise(root: Element) -> bool:
    """Whether parsed XML is in this format."""
    return local_name(root) == "alto"


def pages(root: Element, path: Path) -> Iterator[Page | Fault]:
    """The one scan of a file; a ``String`` of a single glyph counts as a ``Glyph``."""
    unit = _first_text(root, "MeasurementUnit") or "pixel"
    if unit != "pixel":
        yield Fault(path.name, f"measured in {unit}, not in pixels")
        return
    regions = []
    for element in _glyphs(root):
        where = f"{path.name} {element.get('ID')}"
        label = element.get("CONTENT", "")
        if local_name(element) == "String" and len(split_glyphs(label)) != 1:
            yield Fault(where, "a string of several glyphs without boxes of its glyphs")
            continue
        try:
            regions.append(Region(_box(element), label))
        except (TypeError, ValueError) as error:
            yield Fault(where, f"no box: {error}")
    yield Page(_first_text(root, "fileName"), tuple(regions), path.name)


def _glyphs(root: Element) -> Iterator[Element]:
    for string in (element for element in root.iter() if local_name(element) == "String"):
        inside = [child for child in string if local_name(child) == "Glyph"]
        # A Glyph holds one character, its String also what has no code point.
        whole = len(split_glyphs(string.get("CONTENT", ""))) == 1
        yield from [string] if not inside or (len(inside) == 1 and whole) else inside


def _box(element: Element) -> XYWH:
    x, y, width, height = (float(element.get(n, "")) for n in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    return (x, y, width, height)


def _first_text(root: Element, name: str) -> str:
    found = (element.text for element in root.iter() if local_name(element) == name)
    return (next(found, "") or "").strip()
