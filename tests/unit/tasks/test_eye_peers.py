"""Whose eyes a run looks through: what is run, stored and shown."""

from __future__ import annotations

import json
import shutil

import pytest

from cbs_bench.cli import main
from cbs_bench.errors import InputError
from cbs_bench.interfaces import DETECTORS, RECOGNIZERS, GlyphDetector
from cbs_bench.interfaces import GlyphRecognizer as Recognizes
from cbs_bench.model_card import identity
from cbs_bench.report import read_boards, to_markdown
from cbs_bench.runner import run
from cbs_bench.types import Recognition
from cbs_bench.vision.choice import SHIPPED
from cbs_bench.vision.detector import DEFAULT_FOLDER


class Blind(GlyphDetector):
    @classmethod
    def load(cls):
        return cls()

    def detect(self, image):
        return []


class Guesser(Recognizes):
    threshold = 0.5

    @classmethod
    def load(cls):
        return cls()

    def predict(self, crops):
        return [Recognition([("之", 0.4)], ["之"]) for _ in crops]


@pytest.fixture
def peers(monkeypatch):
    monkeypatch.setattr(DETECTORS, "load", {"blind": Blind}.__getitem__)
    monkeypatch.setattr(RECOGNIZERS, "load", {"guesser": Guesser}.__getitem__)


def results(task, mini, out, **peers):
    paths = run(task, data=mini, tokenizers=["character"], seeds=3, out=out, peers=peers)
    return {path.name: json.loads(path.read_text("utf-8")) for path in paths}


def test_a_peer_detects_once_and_without_tokenizer(peers, mini, tmp_path):
    ((name, result),) = results("detection", mini, tmp_path, detector="blind").items()
    assert name == "mini-blind-none-0.json"
    assert (result["detector"], result["tokenizer"]) == ("blind", "none")
    assert all(row[:2] == [0, 0] for row in result["tracks"][0]["slices"]["all"])


@pytest.mark.parametrize("task", ["recognition", "components"])
def test_a_peer_recognises(task, peers, mini, tmp_path):
    (result,) = results(task, mini, tmp_path, recognizer="guesser").values()
    assert result["recognizer"] == "guesser"
    assert "| guesser (peer) |" in to_markdown(read_boards(tmp_path))


def test_a_result_tells_what_its_recogniser_would_accept(peers, mini, tmp_path):
    (result,) = results("recognition", mini, tmp_path, recognizer="guesser").values()
    told = result["tracks"][0]["extra"]["risk_coverage"]
    assert told["threshold"] == [0.0, 0.0]  # it guesses below its own threshold
    hits = [row[0] for row in result["tracks"][0]["slices"]["all"]]
    assert told["curve"][-1] == [1.0, pytest.approx(1 - sum(hits) / len(hits))]


def test_a_folder_with_a_model_detects_as_its_model_does(mini, tmp_path):
    folder = tmp_path / "runs" / "mine"
    shutil.copytree(DEFAULT_FOLDER, folder)
    ((name, mine),) = results("detection", mini, tmp_path, detector=str(folder)).items()
    (shipped,) = results("detection", mini, tmp_path).values()
    assert name == "mini-mine-none-0.json"
    assert mine["detector"] == "mine"
    assert "detector" not in shipped
    assert mine["models"] == shipped["models"] == {"detector": identity(DEFAULT_FOLDER)}
    assert mine["tracks"] == shipped["tracks"]


@pytest.fixture
def pair(tmp_path):
    """``pair(name)``: a folder with copies of the shipped models, one folder each."""

    def copied(name):
        for role, folder in SHIPPED.items():
            shutil.copytree(folder, tmp_path / name / role)
        return tmp_path / name

    return copied


def recalibrate(folder):
    """Another model with the same weights."""
    path = folder / "model.json"
    card = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**card, "temperature": 9}), "utf-8")


@pytest.mark.parametrize("inner", ["", "detector"])
def test_of_a_folder_with_both_models_the_one_asked_for_runs(inner, pair, mini, tmp_path):
    folder = pair("both") / inner
    ((name, result),) = results("detection", mini, tmp_path, detector=str(folder)).items()
    assert name == "mini-both-none-0.json"
    assert result["models"] == {"detector": identity(DEFAULT_FOLDER)}


def test_a_model_that_stands_alone_is_not_looked_for_inside(pair, mini, tmp_path):
    folder = pair("both")
    shutil.copytree(DEFAULT_FOLDER, folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "detector")
    (folder / "detector").mkdir()
    (result,) = results("detection", mini, tmp_path, detector=str(folder)).values()
    assert result["models"] == {"detector": identity(DEFAULT_FOLDER)}


@pytest.fixture
def again(mini, tmp_path):
    """``again(detector=…)``: why the result that is there is run again."""

    def again(**peers):
        said = []
        run("detection", data=mini, tokenizers=["character"], seeds=1, out=tmp_path, peers=peers,
            again=said.append)  # fmt: skip
        return [line.partition(": run again, because ")[2] for line in said]

    return again


def test_another_shipped_model_is_run_again_with_a_word(again, pair, monkeypatch):
    assert again() == again() == []
    other = pair("other") / "detector"
    recalibrate(other)
    monkeypatch.setitem(SHIPPED, "detector", other)
    assert again() == ["the detector has changed"]
    assert again() == []


def test_a_model_that_plays_no_part_changes_nothing(again, pair, monkeypatch):
    again()
    other = pair("other") / "recognizer"
    recalibrate(other)
    monkeypatch.setitem(SHIPPED, "recognizer", other)
    assert again() == []


def test_a_given_model_is_no_peer(again, pair, tmp_path):
    again()
    again(detector=str(pair("mine")))
    shown = to_markdown(read_boards(tmp_path / "detection"))
    assert "| mine (given model) |" in shown
    assert "A given model ran in place of ours: shown, not compared." in shown
    assert "peer" not in shown


def test_another_model_of_the_same_name_is_told(again, pair):
    first, second = pair("a/mine"), pair("b/mine")
    assert again(detector=str(first)) == again(detector=str(second)) == []
    recalibrate(second / "detector")
    assert again(detector=str(second)) == ["its detector is another model of the same name"]


def test_a_result_that_names_no_model_is_run_again(again, tmp_path):
    again()
    (path,) = (tmp_path / "detection").glob("*.json")
    stored = json.loads(path.read_text("utf-8"))
    del stored["models"]
    path.write_text(json.dumps(stored), "utf-8")
    assert again() == ["it does not tell which detector it ran"]


def test_a_folder_without_a_model_is_named(mini, tmp_path):
    with pytest.raises(InputError, match="no model here") as caught:
        results("detection", mini, tmp_path, detector=str(tmp_path))
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    ("task", "role"), [("recognition", "detector"), ("tokenization", "recognizer")]
)
def test_a_task_refuses_a_role_that_it_has_not(task, role, mini, tmp_path):
    with pytest.raises(InputError, match=f"takes no {role}"):
        results(task, mini, tmp_path, **{role: "rapidocr"})


def test_the_command_line_lists_and_refuses(mini, tmp_path, capsys):
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert "detectors: projection rapidocr" in listed
    assert "recognizers: rapidocr" in listed
    command = ["run", "detection", "--data", str(mini), "--out", str(tmp_path)]
    assert main([*command, "--detector", "wrong"]) == 2
    assert capsys.readouterr().err == (
        "cbs-bench: unknown detector 'wrong'; choose one of projection, rapidocr, or give the "
        "folder of a model\n"
    )
    assert main([*command, "--detector", "projection"]) == 0
    assert "1 result in" in capsys.readouterr().out
