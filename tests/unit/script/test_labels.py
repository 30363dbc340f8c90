from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.script.labels import (
    Status,
    as_typed,
    compose_parts,
    parse,
    split_glyphs,
    split_labels,
)
from cbs_bench.script.punctuation import is_punctuation

NOTATION = st.text(
    st.one_of(st.sampled_from("{}（）()〈〉[]○□？→-=△AB日止頁\ue000\U0003fffd"), st.characters())
)


@pytest.mark.parametrize(
    ("raw", "graph", "reading", "status"),
    [
        ("又", "又", "又", Status.ENCODED),
        ("又（有）", "又", "有", Status.ENCODED),
        ("智（智→知）", "智", "知", Status.ENCODED),
        ("壴（喜-矣）", "壴", "矣", Status.ENCODED),
        ("{日止頁}", "{日止頁}", "{日止頁}", Status.COMPOSED),
        ("{日止頁}（夏）", "{日止頁}", "夏", Status.COMPOSED),
        ("{A{BC}}（夏）", "{A{BC}}", "夏", Status.COMPOSED),
        ("亡〈乍-作〉", "亡", "作", Status.ENCODED),
        ("之〈先〉", "之", "先", Status.ENCODED),
        ("○（始）", "○", "始", Status.UNENCODED),
        ("○", "○", "○", Status.UNENCODED),
        ("□", "□", "□", Status.LOST),
        ("[天]", "□", "天", Status.LOST),
        ("[又（有）]", "□", "有", Status.LOST),
        ("[又]（有）", "□", "有", Status.LOST),
        ("[]", "[]", "[]", Status.UNANALYSED),
        ("[天]下", "[天]下", "[天]下", Status.UNANALYSED),
        ("None", "None", "None", Status.NOT_TEXT),
        ("△", "△", "△", Status.NOT_TEXT),
        ("●=", "●", "●", Status.NOT_TEXT),
        ("。", "。", "。", Status.NOT_TEXT),
        ("……", "……", "……", Status.NOT_TEXT),
        ("上B（上）", "上", "上", Status.ENCODED),
        ("七十=", "七十", "七十", Status.ENCODED),
        ("孫=（子孫）", "孫", "子孫", Status.ENCODED),
        ("天,而", "天,而", "天,而", Status.UNANALYSED),
        ("{糸贅}綴", "{糸贅}綴", "{糸贅}綴", Status.UNANALYSED),
        ("4E00", "4E00", "4E00", Status.UNANALYSED),
        ("01-a", "01-a", "01-a", Status.UNANALYSED),
        ("1A", "1A", "1A", Status.UNANALYSED),
        ("šin", "šin", "šin", Status.UNANALYSED),
        ("又(1)", "又(1)", "又(1)", Status.UNANALYSED),
        ("1(N01)", "1(N01)", "1(N01)", Status.UNANALYSED),
        ("又(有", "又(有", "又(有", Status.UNANALYSED),
    ],
)
def test_a_label_is_analysed_by_rule(raw, graph, reading, status):
    label = parse(raw)
    assert (label.graph, label.reading, label.status) == (graph, reading, status)


@pytest.mark.parametrize(
    "raw",
    [
        "又（有）",
        "壴（喜-矣）",
        "智（智→知？）",
        "{日止頁}（夏）",
        "上B（上）",
        "孫=（子孫）",
        "○（始）",
    ],
)
def test_brackets_of_ascii_hold_a_reading_as_others_do(raw):
    typed = raw.replace("（", "(").replace("）", ")")
    label, meant = parse(typed), parse(raw)
    assert str(label) == typed
    assert replace(label, raw=raw) == meant


def test_marks_are_told_apart():
    assert parse("孫=（子孫）").ligature
    assert parse("亡？").uncertain
    assert parse("會[合]").uncertain
    assert parse("亡〈乍-作〉").emendation == ("乍", "作")
    assert parse("智（智→知）").readings == ("智", "知")


def test_notes_inside_a_composition_are_no_components():
    assert parse("{木目S目}").components == ("木", "目", "目")
    assert parse("{束？}").components == ("束",)
    assert parse("{毛[異]}").components == ("毛", "異")
    assert parse("{日{止頁}}").components == ("日", "{止頁}")


@given(NOTATION)
def test_parsing_never_fails_and_loses_nothing(raw):
    label = parse(raw)
    assert str(label) == raw
    assert label.graph or raw == ""


@given(NOTATION)
def test_glyphs_join_to_the_text(text):
    glyphs = split_glyphs(text)
    assert "".join(glyphs) == text
    assert all(glyphs)


def glyph_end(text, start):
    """By the definition: an opening brace looks for the one that closes it, in its line."""
    depth = 0
    for end, sign in enumerate(text[start:].partition("\n")[0], start + 1):
        depth += (sign == "{") - (sign == "}")
        if depth == 0 and end > start + 2:
            return end
        if depth <= 0:
            break
    return start + 1


@given(st.text("{}日A\n", max_size=30))
def test_compositions_end_where_the_definition_says(text):
    glyphs, position = [], 0
    while position < len(text):
        glyphs.append(text[position : glyph_end(text, position)])
        position += len(glyphs[-1])
    assert split_glyphs(text) == glyphs
    for glyph in glyphs:
        parts = compose_parts(glyph) if len(glyph) > 1 else ()
        assert parse(glyph).components == parts


@pytest.mark.parametrize("text", ["{" * 200_000, "{日" * 100_000])
def test_braces_that_nothing_closes_take_no_time(text):
    assert split_glyphs(text) == list(text)


@pytest.mark.parametrize(
    ("text", "glyphs"),
    [
        ("道{日止頁}可", ["道", "{日止頁}", "可"]),
        ("{日{止頁}}", ["{日{止頁}}"]),
        ("{日", ["{", "日"]),
        ("{}", ["{", "}"]),
        ("葛\U000e0100道", ["葛\U000e0100", "道"]),
        ("\ue000\U0003fffd", ["\ue000", "\U0003fffd"]),
    ],
)
def test_what_counts_as_one_glyph(text, glyphs):
    assert split_glyphs(text) == glyphs


@pytest.mark.real
def test_every_label_of_the_corpus_prints_back(real_data):
    counts = json.loads((real_data / "chubs-label-counts.json").read_text(encoding="utf-8"))
    labels = [parse(raw) for raw in counts]
    assert [str(label) for label in labels] == list(counts)
    assert sum(label.status is Status.UNANALYSED for label in labels) <= 13


@given(NOTATION)
def test_labels_of_running_text_leave_out_nothing_but_punctuation(text):
    labels = split_labels(text)
    assert all(labels)
    glyphs = split_glyphs(text)
    left_out = [glyph for glyph in glyphs if is_punctuation(glyph)]
    assert sum(map(len, labels)) >= sum(map(len, glyphs)) - len(left_out)
    assert [sign for sign in "".join(labels) if not is_punctuation(sign)] == [
        sign for sign in text if not is_punctuation(sign)
    ]


@given(NOTATION)
def test_a_typed_label_is_typed_but_once(label):
    assert as_typed(as_typed(label)) == as_typed(label)
