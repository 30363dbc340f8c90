"""What the XML files say is what was read: the project's own builders read them back."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from builders.scans import Scans
from builders.tei import Tei
from cbs_bench.dataset import reader, writer
from cbs_bench.errors import InputError
from cbs_bench.export import page_xml
from cbs_bench.export.folder import FORMATS, XmlFolder
from cbs_bench.export.json_lines import JsonLines
from cbs_bench.export.lines import TextLines
from cbs_bench.export.scan_reading import ScanReading
from cbs_bench.interfaces import BuildOptions
from cbs_bench.tokenizer.reading import SlipReading
from cbs_bench.types import Box, Glyph
from cbs_bench.vision.turning import turned_box

GLYPHS = (
    Glyph(Box(60, 10, 30, 30), (("道", 0.9), ("首", 0.1)), ("辶", "首")),
    Glyph(Box(61, 50, 28, 30), (("夏", 0.2),), ("日", "止", "頁"), sure=False),
    Glyph(Box(20, 12, 30, 30), (("\ue843", 0.8),), ()),  # the second column
)
MODELS = "0123456789ab"
TEXTS = ["道", "{日止頁}", "\ue843"]


def scan(name="a.png", glyphs=GLYPHS, path=None):
    return ScanReading(name, 100, 200, SlipReading(glyphs, (), (), ()), MODELS, path)


def document(form, glyphs=GLYPHS):
    return ET.fromstring(FORMATS[form].document(scan(glyphs=glyphs), "a.png"))


def image(path):
    pixels = np.random.default_rng(0).integers(0, 256, (200, 100, 3), np.uint8)
    Image.fromarray(pixels).save(path)


def columns(*boxes):
    glyphs = tuple(replace(GLYPHS[0], box=box) for box in boxes)
    return [[glyph.box for glyph in column] for column in scan(glyphs=glyphs).columns()]


def test_columns_are_those_that_the_reading_order_goes_down():
    assert [[g.graph for g in column] for column in scan().columns()] == [["道", "夏"], ["\ue843"]]
    assert columns() == []


def test_a_column_that_begins_below_the_end_of_a_short_one_is_another():
    short, low = Box(60, 10, 30, 30), Box(20, 50, 30, 30)
    assert columns(short, low) == [[short], [low]]


def test_a_tall_glyph_that_reaches_above_a_flat_one_beside_it_is_in_its_column():
    flat, tall = Box(60, 20, 12, 4), Box(64, 12, 20, 40)
    assert columns(flat, tall) == [[flat, tall]]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_columns_are_those_of_the_upright_scan(quarters):
    height, width = (200, 100) if quarters == 2 else (100, 200)
    lying = tuple(
        replace(g, box=turned_box(g.box, 4 - quarters, height=200, width=100)) for g in GLYPHS
    )
    read = ScanReading("a.png", width, height, SlipReading(lying, (), (), (), quarters), MODELS)
    assert [[g.graph for g in column] for column in read.columns()] == [["道", "夏"], ["\ue843"]]


@pytest.mark.parametrize("form", ["page", "alto"])
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_scans_builder_refuses_what_was_read_turned(form, quarters, tmp_path):
    lying = replace(scan(), reading=SlipReading(GLYPHS, (), (), (), quarters))
    XmlFolder(tmp_path, form, MODELS).write(lying)
    image(tmp_path / "a.png")
    (rejected,) = Scans().records(tmp_path)
    turn = f"not upright; turn it {90 * quarters} degrees to the left and mark its glyphs anew"
    assert rejected.where == "a.png"
    assert rejected.reason.startswith(turn)
    assert "a.png.xml" in rejected.reason


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
    page, tei = (FORMATS[form].document(lying, "a.png") for form in ("page", "tei"))
    assert f'readingDirection="{direction}"' in page
    zone = next(e for e in ET.fromstring(tei).iter() if e.tag.endswith("zone"))
    assert zone.get("rotate") == clockwise


@pytest.mark.parametrize("form", ["page", "alto"])
def test_the_scans_builder_reads_back_boxes_and_graphs(form, tmp_path):
    scans, out = tmp_path / "scans", tmp_path / "out"
    XmlFolder(scans, form, MODELS).write(scan(path=scans / "a.png"))
    image(scans / "a.png")
    writer.build("scans", raw=scans, out=out, options=BuildOptions())
    (slip,) = (row for split in reader.SPLITS for row in reader.rows(out, "slips", split))
    objects = slip["objects"]
    assert objects["graph"] == TEXTS
    assert [tuple(box) for box in objects["bbox"]] == [g.box.xywh for g in GLYPHS]


def test_the_tei_builder_reads_back_the_graphs(tmp_path):
    XmlFolder(tmp_path, "tei", MODELS).write(scan())
    rows = [record.row for record in Tei().records(tmp_path)]
    assert [row["graphs"] for row in rows] == [TEXTS]
    assert rows[0]["slip"] == "a.png"


@pytest.mark.parametrize("form", FORMATS)
def test_a_scan_without_glyphs_is_still_a_file(form, tmp_path):
    XmlFolder(tmp_path, form, MODELS).write(scan(glyphs=()))
    root = ET.parse(tmp_path / "a.png.xml").getroot()
    assert FORMATS[form].provenance(root) == (MODELS, "", False)
    names = {e.tag.rpartition("}")[2] for e in root.iter()}
    assert names & {"Page", "surface"}
    assert not names & {"TextRegion", "TextLine", "TextBlock", "Coords", "zone", "seg", "lb"}


def test_a_scan_that_is_written_is_done_and_none_escapes_the_folder(tmp_path):
    folder = XmlFolder(tmp_path / "out", "page", MODELS)
    for name in ("/tomb/1.png", "../tomb/1.png", "tomb/1.jpg"):
        assert not folder.done("tomb/2.png")
        folder.write(scan(name))
        assert folder.done(name)
    files = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.xml"))
    assert files == ["out/tomb/1.jpg.xml", "out/tomb/1.png.xml"]


def test_an_interrupted_write_leaves_no_file_that_counts_as_done(tmp_path, monkeypatch):
    folder = XmlFolder(tmp_path, "page", MODELS)
    monkeypatch.setattr(page_xml, "document", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        folder.write(scan())
    assert not folder.done("a.png")


def test_alternatives_keep_their_probabilities():
    page = document("page")
    equivalents = [
        (e.get("conf"), e[0].text)
        for e in page.iter()
        if e.tag.endswith("TextEquiv") and e.get("index")
    ]
    assert ("0.1000", "首") in equivalents


def test_a_guess_by_components_has_no_confidence_unless_it_is_a_candidate():
    box = Box(0, 0, 9, 9)
    guess = Glyph(box, (("夏", 0.2),), ("日", "止", "頁"), sure=False)
    candidate = replace(guess, candidates=(("夏", 0.2), ("{日止頁}", 0.1)))
    for glyph, expected in ((guess, None), (candidate, "0.1000")):
        page, alto = document("page", (glyph,)), document("alto", (glyph,))
        (shown,) = page.findall(".//{*}Glyph/{*}TextEquiv[@index='0']")
        assert (shown.findtext("{*}Unicode"), shown.get("conf")) == ("{日止頁}", expected)
        assert page.find(".//{*}Word/{*}TextEquiv").get("conf") == expected
        string = alto.find(".//{*}String")
        assert (string.get("CONTENT"), string.get("WC")) == ("{日止頁}", expected)


def test_a_glyph_of_alto_is_one_character_and_its_variants_are_three_at_most():
    box = Box(0, 0, 9, 9)
    candidates = (("{日止頁}", 0.5), ("上下", 0.2), ("夏", 0.1), ("夏又", 0.05), ("{百又}", 0.02))
    glyphs = (Glyph(box, candidates, ()), Glyph(box, candidates[:2], ()))
    strings = document("alto", glyphs).findall(".//{*}String")
    assert [string.get("CONTENT") for string in strings] == ["{日止頁}"] * 2
    (sign,) = strings[0]
    assert (sign.get("CONTENT"), sign.get("GC")) == ("夏", "0.1000")
    variants = [(v.get("CONTENT"), v.get("VC")) for v in sign]
    assert variants == [("上下", "0.2000"), ("夏又", "0.0500")]
    assert list(strings[1]) == []


@pytest.mark.parametrize("form", FORMATS)
def test_only_what_these_models_wrote_in_this_format_is_gone_on_with(form, tmp_path):
    XmlFolder(tmp_path, form, MODELS).write(scan("tomb/1.png"))
    assert XmlFolder(tmp_path, form, MODELS).done("tomb/1.png")
    others = [(other, MODELS) for other in FORMATS if other != form]
    for other, models in [*others, (form, "another")]:
        with pytest.raises(InputError, match=f"1.png.xml: not written as {other} by these models"):
            XmlFolder(tmp_path, other, models)


@pytest.mark.parametrize("form", FORMATS)
def test_xml_that_tells_no_models_is_refused(form, tmp_path):
    (tmp_path / "a.PNG.xml").write_text("<PcGts><Metadata/></PcGts>")
    with pytest.raises(InputError, match=r"a\.PNG\.xml: not written as .* give another folder"):
        XmlFolder(tmp_path, form, MODELS)


@pytest.mark.parametrize("form", FORMATS)
def test_other_xml_may_lie_among_the_files(form, tmp_path):
    (tmp_path / "._a.png.xml").write_bytes(b"\0\5\x16\7")
    (tmp_path / "mets.xml").write_text("<mets/>")
    (tmp_path / "lost.png.xml").symlink_to("gone")
    folder = XmlFolder(tmp_path, form, MODELS)
    folder.write(scan())
    assert XmlFolder(tmp_path, form, MODELS).done("a.png")


def test_what_is_no_image_is_looked_at_when_it_is_its_turn(tmp_path):
    XmlFolder(tmp_path, "page", MODELS).write(scan("mini_1"))
    assert XmlFolder(tmp_path, "page", MODELS).done("mini_1")
    folder = XmlFolder(tmp_path, "page", "another")
    assert not folder.done("mini_2")
    with pytest.raises(InputError, match=r"mini_1\.xml: not written as page by these models"):
        folder.done("mini_1")


@pytest.mark.parametrize("name", ["a.png", "tomb 1/老子#1.png"])
@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("form", FORMATS)
def test_every_file_leads_to_its_scan(form, beside, name, tmp_path):
    scans = tmp_path / "scans"
    out = scans if beside else tmp_path / "read"
    XmlFolder(out, form, MODELS).write(scan(name, path=scans / name))
    file = out / f"{name}.xml"
    root = ET.parse(file).getroot()
    told = {
        "page": lambda: root.find("{*}Page").get("imageFilename"),
        "alto": lambda: root.findtext(".//{*}fileName"),
        "tei": lambda: unquote(root.find(".//{*}graphic").get("url")),
    }[form]()
    assert (file.parent / told).resolve() == scans / name
    if form == "tei":
        assert root.find(".//{*}graphic").get("url").isascii()


@pytest.mark.parametrize("form", FORMATS)
def test_a_scan_that_is_a_link_keeps_its_own_name(form, tmp_path):
    for place in ("store", "scans", "read"):
        (tmp_path / place).mkdir()
    image(tmp_path / "store" / "0001.png")
    link = tmp_path / "scans" / "a.png"
    link.symlink_to(tmp_path / "store" / "0001.png")
    XmlFolder(tmp_path / "read", form, MODELS).write(scan(path=link))
    text = (tmp_path / "read" / "a.png.xml").read_text(encoding="utf-8")
    assert "../scans/a.png" in text
    assert "0001.png" not in text


def test_the_scans_builder_finds_scans_that_lie_beside_the_folder_of_their_files(tmp_path):
    scans = tmp_path / "raw" / "scans"
    for place in ("x", "y"):
        (scans / place).mkdir(parents=True)
        image(scans / place / "a.png")
    folder = XmlFolder(tmp_path / "raw" / "read", "page", MODELS)
    folder.write(scan("x/a.png", path=scans / "x" / "a.png"))
    folder.write(scan("y/a.png", GLYPHS[:1], scans / "y" / "a.png"))
    out = tmp_path / "out"
    writer.build("scans", raw=tmp_path / "raw", out=out, options=BuildOptions())
    slips = [row for split in reader.SPLITS for row in reader.rows(out, "slips", split)]
    counts = {row["document"]: len(row["objects"]["graph"]) for row in slips}
    assert counts == {"x": 3, "y": 1}


def test_a_line_of_json_says_all_that_was_read():
    line = json.loads(scan().as_json())
    sizes = {"scan": "a.png", "width": 100, "height": 200, "models": MODELS}
    assert line.items() >= sizes.items()
    assert [glyph["sure"] for glyph in line["glyphs"]] == [True, False, True]
    assert line["glyphs"][0]["candidates"] == [["道", 0.9], ["首", 0.1]]


def test_a_scan_without_glyphs_is_still_a_line(tmp_path):
    path = tmp_path / "a.jsonl"
    JsonLines(path, MODELS).write(scan(glyphs=()))
    (line,) = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)[name] for name in ("scan", "glyphs", "tokens")] == ["a.png", [], []]
    assert JsonLines(path, MODELS).done("a.png")
    assert scan(glyphs=()).as_text() == "a.png\t"


def test_a_line_of_text_has_one_item_a_glyph():
    assert scan().as_text() == "a.png\t" + " ".join(TEXTS)


def test_a_file_of_text_is_written_once(tmp_path):
    file = tmp_path / "read.txt"
    TextLines(file).write(scan())
    assert file.read_text(encoding="utf-8") == f"{scan().as_text()}\n"
    with pytest.raises(InputError, match=r"read\.txt: no run goes on in a file of text; give"):
        TextLines(file)


def test_json_lines_of_other_models_are_refused(tmp_path):
    file = tmp_path / "read.jsonl"
    JsonLines(file, MODELS).write(scan())
    assert JsonLines(file, MODELS).done("a.png")
    with pytest.raises(InputError, match="row 1: read by other models than these; give another"):
        JsonLines(file, "another")
    file.write_text('{"scan": "a.png", "glyphs": []}\n', encoding="utf-8")
    with pytest.raises(InputError, match="row 1: read by other models"):
        JsonLines(file, MODELS)


@pytest.mark.parametrize("kept", [1, 5, 30])
def test_a_line_torn_by_a_crash_is_cut_off_but_no_line_of_others(tmp_path, kept):
    file = tmp_path / "read.jsonl"
    line = scan().as_json()
    file.write_text(f"{line}\n{line[:kept]}", encoding="utf-8")
    JsonLines(file, MODELS)
    assert file.read_text(encoding="utf-8") == f"{line}\n"
    for notes in ("my notes", '{"other'):
        file.write_text(f"{line}\n{notes}", encoding="utf-8")
        with pytest.raises(InputError, match="row 2: not a line of readings"):
            JsonLines(file, MODELS)
        assert file.read_text(encoding="utf-8").endswith(notes)
