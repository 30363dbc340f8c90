"""What the XML files say is what was read: the project's own builders read them back."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from builders.scans import Scans
from builders.tei import Tei
from cbs_bench.dataset import reader, writer
from cbs_bench.export.folder import FORMATS, XmlFolder
from cbs_bench.export.scan_reading import ScanReading
from cbs_bench.interfaces import BuildOptions, Rejection
from cbs_bench.tokenizer.reading import SlipReading
from cbs_bench.types import Box, Glyph
from cbs_bench.vision.turning import turned_box

GLYPHS = (
    Glyph(Box(60, 10, 30, 30), (("道", 0.9), ("首", 0.1)), ("辶", "首")),
    Glyph(Box(61, 50, 28, 30), (("夏", 0.2),), ("日", "止", "頁"), sure=False),
    Glyph(Box(20, 12, 30, 30), (("\ue843", 0.8),), ()),  # the second column
)
TEXTS = ["道", "{日止頁}", "\ue843"]


def scan(name="a.png", glyphs=GLYPHS):
    return ScanReading(name, 100, 200, SlipReading(glyphs, (), (), ()))


def image(path):
    pixels = np.random.default_rng(0).integers(0, 256, (200, 100, 3), np.uint8)
    Image.fromarray(pixels).save(path)


def test_columns_begin_where_the_eye_goes_up_again():
    assert [[g.graph for g in column] for column in scan().columns()] == [["道", "夏"], ["\ue843"]]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_columns_are_those_of_the_upright_scan(quarters):
    height, width = (200, 100) if quarters == 2 else (100, 200)
    lying = tuple(
        replace(g, box=turned_box(g.box, 4 - quarters, height=200, width=100)) for g in GLYPHS
    )
    read = ScanReading("a.png", width, height, SlipReading(lying, (), (), (), quarters))
    assert [[g.graph for g in column] for column in read.columns()] == [["道", "夏"], ["\ue843"]]


@pytest.mark.parametrize("form", ["page", "alto"])
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_scans_builder_refuses_what_was_read_turned(form, quarters, tmp_path):
    lying = replace(scan(), reading=SlipReading(GLYPHS, (), (), (), quarters))
    XmlFolder(tmp_path, form).write(lying)
    image(tmp_path / "a.png")
    reason = f"not upright; turn it {90 * quarters} degrees to the left"
    assert list(Scans().records(tmp_path)) == [Rejection("a.png", reason)]


@pytest.mark.parametrize(
    ("quarters", "direction", "clockwise"),
    [
        (0, "top-to-bottom", None),
        (1, "right-to-left", "90"),
        (2, "bottom-to-top", "180"),
        (3, "left-to-right", "270"),
    ],
)
def test_page_says_where_columns_lead_and_tei_how_zones_are_turned(quarters, direction, clockwise):
    lying = replace(scan(), reading=SlipReading(GLYPHS, (), (), (), quarters))
    assert f'readingDirection="{direction}"' in FORMATS["page"](lying)
    zone = next(e for e in ET.fromstring(FORMATS["tei"](lying)).iter() if e.tag.endswith("zone"))
    assert zone.get("rotate") == clockwise


@pytest.mark.parametrize("form", ["page", "alto"])
def test_the_scans_builder_reads_back_boxes_and_graphs(form, tmp_path):
    scans, out = tmp_path / "scans", tmp_path / "out"
    XmlFolder(scans, form).write(scan())
    image(scans / "a.png")
    writer.build("scans", raw=scans, out=out, options=BuildOptions())
    (slip,) = (row for split in reader.SPLITS for row in reader.rows(out, "slips", split))
    objects = slip["objects"]
    assert objects["graph"] == TEXTS
    assert [tuple(box) for box in objects["bbox"]] == [g.box.xywh for g in GLYPHS]


def test_the_tei_builder_reads_back_the_graphs(tmp_path):
    XmlFolder(tmp_path, "tei").write(scan())
    rows = [record.row for record in Tei().records(tmp_path)]
    assert [row["graphs"] for row in rows] == [TEXTS]
    assert rows[0]["slip"] == "a.png"


@pytest.mark.parametrize("form", FORMATS)
def test_a_scan_without_glyphs_is_still_a_file(form, tmp_path):
    XmlFolder(tmp_path, form).write(scan(glyphs=()))
    ET.parse(tmp_path / "a.png.xml")


def test_a_scan_that_is_written_is_done_and_none_escapes_the_folder(tmp_path):
    folder = XmlFolder(tmp_path / "out", "page")
    for name in ("/tomb/1.png", "../tomb/1.png", "tomb/1.jpg"):
        assert not folder.done("tomb/2.png")
        folder.write(scan(name))
        assert folder.done(name)
    files = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.xml"))
    assert files == ["out/tomb/1.jpg.xml", "out/tomb/1.png.xml"]


def test_an_interrupted_write_leaves_no_file_that_counts_as_done(tmp_path, monkeypatch):
    folder = XmlFolder(tmp_path, "page")
    monkeypatch.setitem(FORMATS, "page", lambda scan: 1 / 0)
    broken = XmlFolder(tmp_path, "page")
    with pytest.raises(ZeroDivisionError):
        broken.write(scan())
    assert not folder.done("a.png")


def test_alternatives_keep_their_probabilities():
    page = ET.fromstring(FORMATS["page"](scan()))
    equivalents = [
        (e.get("conf"), e[0].text)
        for e in page.iter()
        if e.tag.endswith("TextEquiv") and e.get("index")
    ]
    assert ("0.1000", "首") in equivalents
    assert FORMATS["alto"](scan()).count("<Variant") == 2
