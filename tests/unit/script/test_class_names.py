from __future__ import annotations

import json

import pytest

from cbs_bench.script.class_names import is_name, names_class, row_status
from cbs_bench.script.labels import Status, parse


@pytest.mark.parametrize(
    "raw",
    ["0012", "4E00", "01-a", "1A", "horse", "ka", "šu", "tá", "ḫá", "x1", "e", "GA₂×AN", "1(N01)"],
)
def test_numbers_and_words_name_a_class_and_are_not_what_is_written(raw):
    label = parse(raw)
    assert names_class(label)
    assert is_name(label)
    assert (label.graph, row_status(label)) == (raw, Status.UNENCODED)


@pytest.mark.parametrize(
    "raw", ["又", "又（有）", "{日止頁}（夏）", "七十=", "一日", "\ue000", "上B"]
)
def test_characters_are_classes_and_keep_their_status(raw):
    label = parse(raw)
    assert names_class(label)
    assert not is_name(label)
    assert row_status(label) is label.status


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "○",
        "○（始）",
        "□",
        "None",
        "K",
        "△",
        "●",
        "☆",
        "？",
        "天,而",
        "{糸贅}綴",
        "（脽）",
        "--",
    ],
)
def test_marks_and_what_is_not_analysed_are_no_classes(raw):
    assert not names_class(parse(raw))
    assert row_status(parse(raw)) is parse(raw).status


@pytest.mark.real
def test_in_the_corpus_characters_alone_are_classes(real_data):
    counts = json.loads((real_data / "chubs-label-counts.json").read_text(encoding="utf-8"))
    for label in map(parse, counts):
        assert names_class(label) == (label.status in (Status.ENCODED, Status.COMPOSED))
        assert not is_name(label)
