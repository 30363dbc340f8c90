"""What a person corrects in an exported reading is what the builder ``scans`` reads."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from builders.scans import Scans
from cbs_bench.dataset import writer
from cbs_bench.dataset.annotations import as_written
from cbs_bench.dataset.annotations.alto import parts
from cbs_bench.export.folder import XmlFolder
from cbs_bench.export.scan_reading import ScanReading
from cbs_bench.interfaces import BuildOptions, Record, Rejection
from cbs_bench.tokenizer.reading import SlipReading
from cbs_bench.types import Box, Glyph

GLYPHS = (
    Glyph(Box(60, 10, 30, 30), (("道", 0.9), ("首", 0.1)), ("辶", "首")),
    Glyph(Box(61, 50, 28, 30), (("夏", 0.2),), ("日", "止", "頁"), sure=False),
    Glyph(Box(60, 90, 30, 30), (("又", 0.8),), ()),
)
MODELS = "0123456789ab"
TEXTS = ["道", "{日止頁}", "又"]
LINE = "r1l1"
WORDS = [f"{LINE}w{n}" for n in (1, 2, 3)]
SIGNS = [f"{word}g1" for word in WORDS]
STRINGS = [f"b1l1s{n}" for n in (1, 2, 3)]


class Exported:
    """A reading in a file that is edited as a person would."""

    def __init__(self, folder, form, glyphs=GLYPHS):
        self.folder = folder
        XmlFolder(folder, form, MODELS).write(
            ScanReading("a.png", 100, 200, SlipReading(glyphs, (), (), ()), MODELS)
        )
        pixels = np.random.default_rng(0).integers(0, 256, (200, 100, 3), np.uint8)
        Image.fromarray(pixels).save(folder / "a.png")
        self.file = folder / "a.png.xml"
        self.root = ET.parse(self.file).getroot()

    def __getitem__(self, name):
        return next(e for e in self.root.iter() if name in (e.get("id"), e.get("ID")))

    def say(self, name, text):
        """Put another text in the place of one."""
        equivalent = next(child for child in self[name] if child.tag.endswith("TextEquiv"))
        equivalent[0].text = text

    def drop(self, name):
        """Remove an element."""
        parent = next(e for e in self.root.iter() if self[name] in list(e))
        parent.remove(self[name])

    def forget(self):
        """Drop the record, as editors do that do not know it."""
        metadata = self.root[0]
        metadata.remove(metadata[-1])

    def built(self):
        """Rows of each config, and rejections."""
        ET.ElementTree(self.root).write(self.file, encoding="utf-8")
        items = list(Scans().records(self.folder))
        rows = [item for item in items if isinstance(item, Record)]
        return (
            [item.row for item in rows if item.config == "slips"],
            [item.row for item in rows if item.config == "glyphs"],
            [item for item in items if isinstance(item, Rejection)],
        )

    def labels(self):
        """Of the one slip, which a person has corrected."""
        (slip,), glyphs, rejected = self.built()
        assert not rejected
        assert slip["source"] == self.folder.name
        return [row["label"] for row in glyphs]


@pytest.fixture
def page(tmp_path):
    return Exported(tmp_path / "page", "page")


@pytest.fixture
def alto(tmp_path):
    return Exported(tmp_path / "alto", "alto")


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(
    "changes",
    [
        {WORDS[1]: "夏"},
        {LINE: "道夏又"},
        {LINE: "道 夏 又"},
        {WORDS[1]: "夏", LINE: "道夏又"},
        {SIGNS[1]: "夏", WORDS[1]: "夏", LINE: "道夏又"},
    ],
)
def test_a_text_of_page_is_corrected_wherever_editors_show_it(page, changes, recorded):
    for name, text in changes.items():
        page.say(name, text)
    if not recorded:
        page.forget()
    assert page.labels() == ["道", "夏", "又"]


def test_a_corrected_glyph_goes_before_what_was_left_above_it(page):
    page.say(SIGNS[1], "夏")
    assert page.labels() == ["道", "夏", "又"]


def test_corrections_of_several_kinds_on_one_line_are_all_kept(page):
    page.say(SIGNS[0], "首")
    page.say(WORDS[1], "夏")
    page.say(LINE, "道{日止頁}有")
    assert page.labels() == ["首", "夏", "有"]


def test_where_glyph_and_word_were_both_changed_the_word_counts(page):
    page.say(SIGNS[0], "首")
    page.say(WORDS[0], "頭")
    assert page.labels() == ["頭", *TEXTS[1:]]


def test_a_label_with_a_reading_fits_a_word_of_one_glyph(page):
    page.say(WORDS[2], "又（有）")
    assert page.labels() == [*TEXTS[:2], "又（有）"]


def test_the_reading_of_lowest_index_is_the_text(page):
    first, second = (e for e in page[SIGNS[0]] if e.tag.endswith("TextEquiv"))
    first.set("index", "1")
    second.set("index", "0")
    assert page.labels() == ["首", *TEXTS[1:]]


def test_a_glyph_that_was_taken_away_leaves_the_old_text_of_its_line_without_say(page):
    page.drop(WORDS[1])
    assert page.labels() == ["道", "又"]


@pytest.mark.parametrize("text", ["道夏又有", "道夏"])
def test_a_text_with_other_graphs_than_glyphs_is_refused_with_both_numbers(page, text):
    page.say(LINE, text)
    slips, glyphs, (rejected,) = page.built()
    assert not slips
    assert not glyphs
    assert rejected.where == "a.png (a.png.xml)"
    assert f"{len(text)} graphs and 3 glyphs in {LINE}" in rejected.reason


def test_the_box_of_a_word_is_that_of_its_glyph(page):
    coords = next(e for e in page[WORDS[0]] if e.tag.endswith("Coords"))
    coords.set("points", "50,5 90,5 90,45 50,45")
    (slip,), _, _ = page.built()
    assert slip["source"] == page.folder.name
    assert slip["objects"]["bbox"][0] == [50, 5, 40, 40]


def test_where_glyph_and_word_were_both_moved_the_glyph_counts(page):
    for name, points in ((WORDS[0], "50,5 90,5 90,45 50,45"), (SIGNS[0], "55,8 85,8 85,38 55,38")):
        page[name][0].set("points", points)
    (slip,), _, _ = page.built()
    assert slip["objects"]["bbox"][0] == [55, 8, 30, 30]


def test_a_box_of_alto_that_is_moved_by_less_than_a_pixel_is_moved(alto):
    alto[f"{STRINGS[0]}g1"].set("HPOS", "60.3")
    (slip,), _, _ = alto.built()
    assert slip["source"] == alto.folder.name
    assert slip["objects"]["bbox"][0] == [pytest.approx(60.3), 10, 30, 30]


@pytest.mark.parametrize("name", [STRINGS[1], f"{STRINGS[1]}g1"])
def test_a_text_of_alto_is_corrected_in_string_or_glyph(alto, name):
    alto[name].set("CONTENT", "頁")
    assert alto.labels() == ["道", "頁", "又"]


def test_a_string_names_a_glyph_that_cannot_hold_its_graph(alto):
    for name, content in zip(STRINGS, ["首", "{日止頁}", "又"], strict=True):
        alto[name].set("CONTENT", content)
    del alto[f"{STRINGS[1]}g1"].attrib["CONTENT"]
    assert alto.labels() == ["首", *TEXTS[1:]]


def test_a_glyph_written_otherwise_than_its_string_is_no_correction(alto):
    alto[f"{STRINGS[1]}g1"].set("CONTENT", "夏")  # as where a glyph may hold one code point only
    settings = next(e for e in alto.root.iter() if e.tag.endswith("processingStepSettings"))
    settings.text = as_written.record(parts(alto.root))
    alto[STRINGS[0]].set("CONTENT", "首")
    assert alto.labels() == ["首", *TEXTS[1:]]


@pytest.mark.parametrize("label", ["大夫=", "孔子=（孔子）", "智智", "又（有）", "上B", "[王]"])
def test_any_label_fits_where_one_glyph_is_marked(page, alto, label):
    page.say(WORDS[1], label)
    alto[STRINGS[1]].set("CONTENT", label)
    assert page.labels() == ["道", label, "又"]
    assert alto.labels() == ["道", label, "又"]


def test_guessed_components_that_were_left_are_still_the_models(page):
    page.say(WORDS[0], "首")
    _, glyphs, _ = page.built()
    assert [row["status"] for row in glyphs] == ["encoded", "predicted", "encoded"]
    page.say(WORDS[1], "{日止夊}")
    _, glyphs, _ = page.built()
    assert [row["status"] for row in glyphs] == ["encoded", "composed", "encoded"]


@pytest.mark.parametrize("recorded", [True, False])
def test_a_glyph_of_two_graphs_keeps_them_where_its_line_is_corrected(recorded, tmp_path):
    double = replace(GLYPHS[2], candidates=(("智智", 0.8),))
    page = Exported(tmp_path, "page", (*GLYPHS[:2], double))
    page.say(LINE, "首{日止頁}智智")
    if not recorded:
        page.forget()
    assert page.labels() == ["首", "{日止頁}", "智智"]
    page.say(LINE, "首{日止頁}之")
    assert page.labels() == ["首", "{日止頁}", "之"]


def test_readings_marks_and_punctuation_may_be_typed_into_a_line(page):
    page.say(LINE, "道，{日止頁}（夏）又=。")
    assert page.labels() == ["道", "{日止頁}（夏）", "又="]


def test_every_line_that_does_not_fit_is_named(tmp_path):
    beside = tuple(replace(g, box=replace(g.box, x=g.box.x - 50)) for g in GLYPHS)
    page = Exported(tmp_path, "page", GLYPHS + beside)
    page.say(LINE, "道夏")
    page.say("r1l2", "道夏又有")
    _, _, (rejected,) = page.built()
    assert "2 graphs and 3 glyphs in r1l1; " in rejected.reason
    assert "4 graphs and 3 glyphs in r1l2; mend" in rejected.reason


def test_a_new_box_without_text_is_a_glyph_without_label(page):
    """Whatever the line above it still says."""
    page.drop(WORDS[1])
    coords = '<Coords points="60,130 90,130 90,160 60,160"/>'
    page[LINE].append(ET.fromstring(f'<Word id="new">{coords}</Word>'))
    (slip,), glyphs, rejected = page.built()
    assert not rejected
    assert [row["label"] for row in glyphs] == ["道", "又"]
    assert slip["objects"]["graph"] == ["道", "又", ""]


def test_a_text_that_was_cleared_is_no_label(page):
    page.say(WORDS[0], "")
    page.say(SIGNS[0], "")
    assert page.labels() == TEXTS[1:]


def test_labels_that_look_alike_are_one_class(page):
    page.say(WORDS[0], "｛日止頁｝")
    page.say(WORDS[2], "\uf967")
    (slip,), _, _ = page.built()
    assert slip["objects"]["graph"] == ["{日止頁}", "{日止頁}", "不"]


@pytest.mark.parametrize("form", ["page", "alto"])
def test_what_nobody_changed_is_still_the_reading_of_the_models(form, tmp_path):
    exported = Exported(tmp_path / "scans", form)
    (slip,), glyphs, rejected = exported.built()
    assert not rejected
    assert [row["label"] for row in glyphs] == TEXTS
    assert {row["source"] for row in (slip, *glyphs)} == {"predicted"}
    assert {row["status"] for row in glyphs} == {"predicted"}
    options = BuildOptions()
    report = writer.build("scans", raw=tmp_path / "scans", out=tmp_path / "out", options=options)
    assert "1 of the slips were read by models and corrected by nobody" in str(report)


@pytest.mark.parametrize(("form", "name"), [("page", SIGNS[0]), ("alto", f"{STRINGS[0]}g1")])
def test_a_file_with_one_box_moved_is_a_persons_as_a_whole(form, name, tmp_path):
    exported = Exported(tmp_path, form)
    if form == "page":
        exported[name][0].set("points", "60,10 91,10 91,40 60,40")
    else:
        exported[name].set("WIDTH", "31")
    (slip,), glyphs, _ = exported.built()
    assert slip["objects"]["bbox"][0] == [60, 10, 31, 30]
    assert {row["source"] for row in (slip, *glyphs)} == {tmp_path.name}
    assert [row["status"] for row in glyphs] == ["encoded", "predicted", "encoded"]


@pytest.mark.parametrize(("form", "name"), [("page", WORDS[2]), ("alto", STRINGS[2])])
def test_a_file_with_a_glyph_taken_away_is_a_persons(form, name, tmp_path):
    exported = Exported(tmp_path, form)
    exported.drop(name)
    assert exported.labels() == TEXTS[:2]
