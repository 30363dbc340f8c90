"""What the trainer of the detector makes of its settings."""

from __future__ import annotations

import json
import os

import pytest

pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench import revision
from cbs_bench.cli import main
from cbs_bench.errors import InputError
from cbs_bench.training import detector
from cbs_bench.training.settings import DetectorSettings
from cbs_bench.vision import Detector

pytestmark = pytest.mark.train


def test_fonts_that_write_nothing_are_one_line(blank_font, tmp_path, monkeypatch):
    monkeypatch.setattr(detector, "find_fonts", lambda paths: [blank_font])
    settings = DetectorSettings([], tmp_path / "out", fonts=[tmp_path])
    with pytest.raises(InputError, match=r"no font in .* draws 之 and 不; give"):
        detector.train(settings, print)


def test_nothing_to_train_on_is_one_line(tmp_path):
    with pytest.raises(InputError, match="nothing to train on; give --data with slips"):
        detector.train(DetectorSettings([], tmp_path / "out"), print)


def test_what_models_read_is_neither_trained_nor_measured_on(laboratory, mini, tmp_path):
    guessed = laboratory(tmp_path, corrected=0, read=3)
    refused = "but 3 slips that models read and nobody corrected; correct what models read"
    with pytest.raises(InputError, match=f"{guessed}: nothing to train on {refused}"):
        detector.train(DetectorSettings([guessed], tmp_path / "out"), print)
    with pytest.raises(InputError, match=f"{guessed}: nothing to measure on {refused}"):
        detector.train(DetectorSettings([mini], tmp_path / "out", evaluate=[guessed]), print)
    assert not (tmp_path / "out").exists()


def test_one_command_trains_scores_and_goes_on(mini, tmp_path, capsys, monkeypatch):
    config, model = tmp_path / "run.yaml", tmp_path / "model"
    config.write_text("composed: 2\nbatch: 2\nsteps: 2\n", encoding="utf-8")
    paths = ["--config", str(config), "--data", str(mini), "--out", str(model)]
    command = ["train", "detector", *paths]
    assert not main(command)
    card = json.loads((model / "model.json").read_text(encoding="utf-8"))
    assert set(card["scores"]) == {"scans the threshold is chosen on", "test"}
    assert card["scores"]["test"]["slips"] == card["training"]["slips"]["test"] > 0
    assert card["calibration"]["threshold"] in detector.THRESHOLDS
    assert Detector.load(model).threshold == card["calibration"]["threshold"]
    assert card["training"]["composed"] == 2
    assert card["training"]["rendered"] == 0
    assert card["training"]["settings"]["batch"] == 2
    assert card["training"]["revision"] == revision.current()
    # A run that is finished learns nothing more when it is started again, from wherever.
    shown = capsys.readouterr()
    assert "step 2/2" in shown.err
    weights = (model / "model.onnx").read_bytes()
    monkeypatch.chdir(tmp_path)
    here = ["--config", "run.yaml", "--data", os.path.relpath(mini), "--out", "model"]
    assert not main(["train", "detector", *here])
    assert "going on after step 2 of" in capsys.readouterr().err
    assert (model / "model.onnx").read_bytes() == weights
    # Another run does not take up what this one learned.
    assert main([*command, "--seed", "1"]) == 2
    assert "was written by a run with other data or settings (seed 0)" in capsys.readouterr().err


def test_slips_without_crops_are_all_that_was_trained_on(mini, tmp_path, monkeypatch):
    monkeypatch.setattr(detector, "read_crops", lambda folders: [])
    detector.train(DetectorSettings([mini], tmp_path, batch=2, steps=1), print)
    training = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))["training"]
    assert training["composed"] == 0 < training["slips"]["train"]
