"""What is noted of a run."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.errors import InputError
from cbs_bench.rendering import fonts
from cbs_bench.training import settings
from cbs_bench.training.record import font_digest, noted, numbers_of

pytestmark = pytest.mark.train

KINDS = {
    "detector": settings.DetectorSettings,
    "recognizer": settings.RecognizerSettings,
    "glyph_vectors": settings.VectorSettings,
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_training_overwrites_a_model_of_another_kind(kind, tmp_path):
    other = "recognizer" if kind == "detector" else "detector"
    (tmp_path / "model.json").write_text(json.dumps({"kind": other}), encoding="utf-8")
    trainer = import_module(f"cbs_bench.training.{kind}")
    said = rf"model\.json: is of a model of kind {other}, not .*; give another --out"
    with pytest.raises(InputError, match=said):
        trainer.train(KINDS[kind]([], tmp_path), print)


@pytest.mark.parametrize("content", ["", '{"kind": "detector"}'])
def test_a_model_of_the_same_kind_or_none_may_be_there(content, tmp_path):
    (tmp_path / "model.json").write_text(content, encoding="utf-8")
    trainer = import_module("cbs_bench.training.detector")
    with pytest.raises(InputError, match="nothing to train on"):
        trainer.train(settings.DetectorSettings([], tmp_path), print)


def test_where_files_lie_makes_no_other_run():
    here = settings.RecognizerSettings([Path("build/x")], Path("m"), label_counts=Path("a.json"))
    there = settings.RecognizerSettings([Path("/build/x")], Path("n"), command="cbs-bench train")
    assert numbers_of(here) == numbers_of(there)
    assert numbers_of(here)["variation"] == "photograph"
    assert numbers_of(here)["steps"] == 900


def test_fonts_are_told_apart_by_the_names_of_their_files(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "Font", lambda file: SimpleNamespace(path=file))
    for folder, name in (("a", "one.ttf"), ("b", "one.ttf"), ("c", "two.ttf")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).touch()
    assert font_digest([tmp_path / "a"]) == font_digest([tmp_path / "b" / "one.ttf"])
    assert len({font_digest(found) for found in ([], [tmp_path / "a"], [tmp_path / "c"])}) == 3


def test_a_card_tells_settings_revision_and_data():
    told = noted(settings.DetectorSettings([Path("build/x")], Path("m"), steps=7))
    assert json.loads(json.dumps(told)) == told
    assert told["settings"]["data"] == ["build/x"]
    assert told["settings"]["steps"] == 7
    assert told["data"] == ["x"]
    assert "revision" in told
