"""TEI P5 (https://tei-c.org/guidelines/p5/): a facsimile with a zone for each glyph, and its text.

What the recogniser is not sure of stands in ``<unclear>``.
"""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree as ET

from cbs_bench import __version__
from cbs_bench.export.scan_reading import Provenance, ScanReading, text_of
from cbs_bench.types import Box

NAMESPACE = "http://www.tei-c.org/ns/1.0"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


def document(reading: ScanReading, image: str) -> str:
    """The scan as a TEI file; ``image`` is the path from the file to the scan."""
    root = ET.Element("TEI", xmlns=NAMESPACE)
    _header(root, reading)
    surface = ET.SubElement(
        ET.SubElement(root, "facsimile"),
        "surface",
        _corners(Box(0, 0, reading.width, reading.height)),
    )
    surface.set(XML_ID, "scan")
    ET.SubElement(surface, "graphic", url=quote(image))
    body = ET.SubElement(ET.SubElement(root, "text"), "body")
    block = ET.SubElement(ET.SubElement(body, "div"), "ab")
    ET.SubElement(block, "pb", n=reading.name, facs="#scan")
    number = 0
    for column in reading.columns():
        ET.SubElement(block, "lb")
        for glyph in column:
            number += 1
            zone = ET.SubElement(surface, "zone", _corners(glyph.box))
            zone.set(XML_ID, f"g{number}")
            if reading.clockwise:
                zone.set("rotate", str(-reading.clockwise % 360))  # clockwise, as it stands
            parent = block if glyph.sure else ET.SubElement(block, "unclear", cert="low")
            ET.SubElement(parent, "g", facs=f"#g{number}").text = text_of(glyph)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def provenance(root: ET.Element) -> Provenance:
    """What a file of :func:`document` tells of how it came to be, but for a person's changes."""
    path = "./{*}teiHeader/{*}encodingDesc/{*}appInfo/{*}application/{*}p/{*}ident"
    models, image, *_ = *(ident.text or "" for ident in root.findall(path)), None, ""
    return Provenance(models, image or "", changed=False)


def _header(root: ET.Element, reading: ScanReading) -> None:
    header = ET.SubElement(root, "teiHeader")
    description = ET.SubElement(header, "fileDesc")
    ET.SubElement(ET.SubElement(description, "titleStmt"), "title").text = reading.name
    publication = ET.SubElement(description, "publicationStmt")
    ET.SubElement(publication, "p").text = f"Read by cbs-bench {__version__}; not checked by eye."
    ET.SubElement(ET.SubElement(description, "sourceDesc"), "p").text = f"The image {reading.name}."
    software = ET.SubElement(
        ET.SubElement(ET.SubElement(header, "encodingDesc"), "appInfo"),
        "application",
        ident="cbs-bench",
        version=__version__,
    )
    ET.SubElement(software, "label").text = "cbs-bench"
    models = ET.SubElement(software, "p")
    models.text = "models "
    ET.SubElement(models, "ident").text = reading.models
    image = ET.SubElement(software, "p")
    image.text = "image "
    ET.SubElement(image, "ident").text = reading.digest


def _corners(box: Box) -> dict[str, str]:
    left, top, width, height = box.xywh
    values = {"ulx": left, "uly": top, "lrx": left + width, "lry": top + height}
    return {name: f"{value:.0f}" for name, value in values.items()}
