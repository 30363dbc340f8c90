"""Label counts, the contact sheet and few-shot views of a built dataset."""

from __future__ import annotations

import json

import pytest
from given_rows import glyph, picture, sentence
from PIL import Image

from cbs_bench.dataset import fewshot
from cbs_bench.errors import InputError


def rows(order=1):
    labels = ["又（有）"] * 6 + ["又"] * 4 + ["{日止頁}"] * 3 + ["○"] * 5
    found = []
    for number, label in enumerate(labels):
        status = {"○": "unencoded", "{日止頁}": "composed"}.get(label, "encoded")
        graph = label[0] if label[0] != "{" else label
        found.append(glyph(number, label=label, graph=graph, status=status))
    return found[::order]


def test_label_counts_are_those_that_respell_a_text(build, tmp_path):
    build(rows())
    counts = json.loads((tmp_path / "out" / "label-counts.json").read_text(encoding="utf-8"))
    assert counts == {"○": 5, "又": 4, "又（有）": 6, "{日止頁}": 3}


def test_the_contact_sheet_depends_on_the_rows_alone(build, tmp_path):
    build(rows(), out=tmp_path / "one")
    build(rows(order=-1), out=tmp_path / "two")
    one, two = (tmp_path / name / "contact-sheet.jpg" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    with Image.open(one) as sheet:
        assert sheet.width > 500
    assert "(contact-sheet.jpg)" in (tmp_path / "one" / "README.md").read_text(encoding="utf-8")


def test_a_text_corpus_has_neither(build, tmp_path):
    build([sentence(1)])
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"README.md", "fingerprint.json", "pos", "rejected.jsonl"}


def test_views_count_classes_over_all_splits(build, tmp_path):
    build(rows())
    view = fewshot.view(tmp_path / "out", 10)
    assert view.graphs == ("又",)
    found = [row for split in ("train", "validation", "test") for row in view.rows(split)]
    assert len(found) == 10
    assert fewshot.view(tmp_path / "out", 3).graphs == ("{日止頁}", "又")
    with pytest.raises(InputError, match="no class has 20 images; ask for at most 10"):
        fewshot.view(tmp_path / "out", 20)


def test_names_are_classes_and_what_models_read_is_none(build, tmp_path):
    named = [glyph(n, label="K0123", graph="K0123", status="unencoded") for n in range(6)]
    other = [glyph(n) for n in range(6, 9)]
    read = [glyph(n, status="predicted") for n in range(9, 19)]
    build([*named, *other, *read])
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "| at least 3 | 2 | 9 |\n| at least 10 | 0 | 0 |\n" in card
    view = fewshot.view(tmp_path / "out", 3)
    assert view.graphs == ("K0123", "又")
    found = [row for split in ("train", "validation", "test") for row in view.rows(split)]
    assert len(found) == 9


def test_odd_pictures_fit_on_the_sheet(build, tmp_path):
    images = [picture(1, (3, 300)), picture(2, (300, 3)), picture(3, (40, 40), "WEBP")]
    build([glyph(n, image=image) for n, image in enumerate(images)])
    with Image.open(tmp_path / "out" / "contact-sheet.jpg") as sheet:
        assert sheet.height < 300
