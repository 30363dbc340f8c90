"""PAGE XML 2019-07-15, which Transkribus and eScriptorium read.

The format: https://github.com/PRImA-Research-Lab/PAGE-XML. A column is a ``TextLine``, a
glyph a ``Word`` of one ``Glyph``; the recogniser's other candidates follow its first as
further ``TextEquiv``. A ``MetadataItem`` records what was written, so that the builder ``scans``
knows whether anybody has corrected it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from cbs_bench import __version__
from cbs_bench.dataset.annotations import as_written
from cbs_bench.dataset.annotations.page_xml import parts, untouched
from cbs_bench.export.scan_reading import (
    Provenance,
    ScanReading,
    alternatives,
    around,
    confidence_of,
    text_of,
)
from cbs_bench.types import Box, Glyph

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"


DIRECTIONS = {0: "top-to-bottom", -90: "right-to-left", 180: "bottom-to-top", 90: "left-to-right"}
"""Where a column leads on the scan as it is, by the turn that sets it upright."""


def document(reading: ScanReading, image: str) -> str:
    """The scan as a PAGE XML file; ``image`` is the path from the file to the scan."""
    root = ET.Element("PcGts", xmlns=NAMESPACE)
    metadata = ET.SubElement(root, "Metadata")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    ET.SubElement(metadata, "Creator").text = f"cbs-bench {__version__}"
    ET.SubElement(metadata, "Created").text = now
    ET.SubElement(metadata, "LastChange").text = now
    step = {"type": "processingStep", "name": "models", "value": reading.models}
    ET.SubElement(metadata, "MetadataItem", step)
    step = {"type": "processingStep", "name": "scan", "value": reading.digest}
    ET.SubElement(metadata, "MetadataItem", step)
    page = ET.SubElement(
        root,
        "Page",
        imageFilename=image,
        imageWidth=str(reading.width),
        imageHeight=str(reading.height),
    )
    if reading.clockwise:
        page.set("orientation", str(reading.clockwise))
    if reading.glyphs:
        direction = DIRECTIONS[reading.clockwise]
        region = ET.SubElement(page, "TextRegion", id="r1", readingDirection=direction)
        _coords(region, around(reading.glyphs))
        for number, column in enumerate(reading.columns(), 1):
            _line(region, column, f"r1l{number}")
    step = {"type": "processingStep", "name": "cbs-bench", "value": as_written.record(parts(root))}
    ET.SubElement(metadata, "MetadataItem", step)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def provenance(root: ET.Element) -> Provenance:
    """What a file of :func:`document` tells of how it came to be."""
    items = root.findall("./{*}Metadata/{*}MetadataItem")
    told = {item.get("name"): item.get("value") for item in items}
    return Provenance(told.get("models"), told.get("scan") or "", changed=not untouched(root))


def _line(region: ET.Element, column: list[Glyph], name: str) -> None:
    line = ET.SubElement(region, "TextLine", id=name)
    _coords(line, around(column))
    for number, glyph in enumerate(column, 1):
        word = ET.SubElement(line, "Word", id=f"{name}w{number}")
        _coords(word, glyph.box)
        sign = ET.SubElement(word, "Glyph", id=f"{name}w{number}g1")
        _coords(sign, glyph.box)
        _text(sign, text_of(glyph), confidence_of(glyph), 0)
        for index, (graph, probability) in enumerate(alternatives(glyph), 1):
            _text(sign, graph, probability, index)
        _text(word, text_of(glyph), confidence_of(glyph), 0)
    _text(line, "".join(map(text_of, column)))


def _coords(element: ET.Element, box: Box) -> None:
    left, top = round(box.x), round(box.y)
    right, bottom = round(box.x + box.width), round(box.y + box.height)
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    ET.SubElement(element, "Coords", points=" ".join(f"{x},{y}" for x, y in corners))


def _text(
    element: ET.Element, text: str, confidence: float | None = None, index: int | None = None
) -> None:
    equivalent = ET.SubElement(element, "TextEquiv")
    if index is not None:
        equivalent.set("index", str(index))
    if confidence is not None:
        equivalent.set("conf", f"{confidence:.4f}")
    ET.SubElement(equivalent, "Unicode").text = text
