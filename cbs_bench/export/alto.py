"""ALTO XML 4.2 of the Library of Congress (https://www.loc.gov/standards/alto/).

A column is a ``TextLine``, a glyph a ``String``. ALTO wants a ``Glyph`` to be one character and its
``Variant`` elements to be three at most, so that the ``Glyph`` is the recogniser's best candidate
of one code point, and compositions such as ``{日止頁}`` stand in the ``String`` alone. The settings
of the processing step record what was written, so that the builder ``scans`` knows whether anybody
has corrected it.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from cbs_bench import __version__
from cbs_bench.dataset.annotations import as_written
from cbs_bench.dataset.annotations.alto import parts, untouched
from cbs_bench.export.scan_reading import (
    Provenance,
    ScanReading,
    around,
    confidence_of,
    text_of,
)
from cbs_bench.types import Box, Glyph

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"


MOST_CHARACTERS = 3
"""Of a ``Variant``."""


def document(reading: ScanReading, image: str) -> str:
    """The scan as an ALTO file; ``image`` is the path from the file to the scan."""
    root = ET.Element("alto", xmlns=NAMESPACE)
    description = ET.SubElement(root, "Description")
    ET.SubElement(description, "MeasurementUnit").text = "pixel"
    source = ET.SubElement(description, "sourceImageInformation")
    ET.SubElement(source, "fileName").text = image
    ET.SubElement(source, "fileIdentifier").text = reading.digest
    processing = ET.SubElement(description, "Processing", ID="p1")
    ET.SubElement(processing, "processingStepDescription").text = f"models={reading.models}"
    settings = ET.SubElement(processing, "processingStepSettings")
    software = ET.SubElement(processing, "processingSoftware")
    ET.SubElement(software, "softwareName").text = "cbs-bench"
    ET.SubElement(software, "softwareVersion").text = __version__
    layout = ET.SubElement(root, "Layout")
    size = {"WIDTH": str(reading.width), "HEIGHT": str(reading.height)}
    page = ET.SubElement(layout, "Page", {"ID": "page1", "PHYSICAL_IMG_NR": "1", **size})
    space = ET.SubElement(page, "PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    if reading.glyphs:
        block = ET.SubElement(space, "TextBlock", {"ID": "b1", **_place(around(reading.glyphs))})
        if reading.clockwise:
            block.set("ROTATION", str(reading.clockwise % 360))  # counterclockwise, as it stands
        for number, column in enumerate(reading.columns(), 1):
            _line(block, column, f"b1l{number}")
    settings.text = as_written.record(parts(root))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def provenance(root: ET.Element) -> Provenance:
    """What a file of :func:`document` tells of how it came to be."""
    step = root.findtext("./{*}Description/{*}Processing/{*}processingStepDescription") or ""
    name, _, models = step.partition("=")
    image = root.findtext("./{*}Description/{*}sourceImageInformation/{*}fileIdentifier") or ""
    return Provenance(models if name == "models" else None, image, changed=not untouched(root))


def _line(block: ET.Element, column: list[Glyph], name: str) -> None:
    line = ET.SubElement(block, "TextLine", {"ID": name, **_place(around(column))})
    for number, glyph in enumerate(column, 1):
        place = _place(glyph.box)
        string = ET.SubElement(
            line, "String", {"ID": f"{name}s{number}", "CONTENT": text_of(glyph), **place}
        )
        confidence = confidence_of(glyph)
        if confidence is not None:
            string.set("WC", f"{confidence:.4f}")
        _characters(string, glyph, {"ID": f"{name}s{number}g1", **place})


def _characters(string: ET.Element, glyph: Glyph, shared: dict[str, str]) -> None:
    single = next((pair for pair in glyph.candidates if len(pair[0]) == 1), None)
    if single is None:
        return
    content, confidence = single
    sign = ET.SubElement(string, "Glyph", {"CONTENT": content, "GC": f"{confidence:.4f}", **shared})
    for graph, probability in glyph.candidates:
        if graph != content and len(graph) <= MOST_CHARACTERS:
            ET.SubElement(sign, "Variant", CONTENT=graph, VC=f"{probability:.4f}")


def _place(box: Box) -> dict[str, str]:
    names = ("HPOS", "VPOS", "WIDTH", "HEIGHT")
    return {name: f"{value:.0f}" for name, value in zip(names, box.xywh, strict=True)}
