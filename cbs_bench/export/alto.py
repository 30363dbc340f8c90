"""ALTO XML 4.2 of the Library of Congress (https://www.loc.gov/standards/alto/).

A column is a ``TextLine``, a glyph a ``String`` of one ``Glyph``; the recogniser's other
candidates are its ``Variant`` elements. The settings of the processing step record what was
written, so that the builder ``scans`` knows whether anybody has corrected it.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from cbs_bench import __version__
from cbs_bench.dataset.annotations import as_written
from cbs_bench.dataset.annotations.alto import parts
from cbs_bench.export.scan_reading import ScanReading, alternatives, around, text_of
from cbs_bench.types import Box, Glyph

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"


def document(reading: ScanReading) -> str:
    """The scan as an ALTO file."""
    root = ET.Element("alto", xmlns=NAMESPACE)
    description = ET.SubElement(root, "Description")
    ET.SubElement(description, "MeasurementUnit").text = "pixel"
    source = ET.SubElement(description, "sourceImageInformation")
    ET.SubElement(source, "fileName").text = reading.name
    processing = ET.SubElement(description, "Processing", ID="p1")
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


def _line(block: ET.Element, column: list[Glyph], name: str) -> None:
    line = ET.SubElement(block, "TextLine", {"ID": name, **_place(around(column))})
    for number, glyph in enumerate(column, 1):
        confidence = f"{glyph.confidence:.4f}"
        shared = {"CONTENT": text_of(glyph), **_place(glyph.box)}
        string = ET.SubElement(
            line, "String", {"ID": f"{name}s{number}", "WC": confidence, **shared}
        )
        sign = ET.SubElement(
            string, "Glyph", {"ID": f"{name}s{number}g1", "GC": confidence, **shared}
        )
        for graph, probability in alternatives(glyph):
            ET.SubElement(sign, "Variant", CONTENT=graph, VC=f"{probability:.4f}")


def _place(box: Box) -> dict[str, str]:
    names = ("HPOS", "VPOS", "WIDTH", "HEIGHT")
    return {name: f"{value:.1f}" for name, value in zip(names, box.xywh, strict=True)}
