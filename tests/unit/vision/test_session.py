import json
import os
import shutil

import numpy as np
import onnxruntime
import pytest

from cbs_bench.errors import ModelError
from cbs_bench.vision import Detector, Recognizer, session
from cbs_bench.vision.recognizer import DEFAULT_FOLDER
from cbs_bench.vision.session import threads


def card(folder, **fields):
    (folder / "model.json").write_text(json.dumps(fields), encoding="utf-8")


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(ModelError, match="no model here") as caught:
        Detector.load(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_a_broken_card_is_a_model_error(tmp_path, text):
    (tmp_path / "model.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        Recognizer.load(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_model_of_another_kind_is_refused(tmp_path):
    card(tmp_path, format=1, kind="recognizer")
    with pytest.raises(ModelError, match="kind is 'recognizer'"):
        Detector.load(tmp_path)


def test_a_model_of_another_format_is_refused(tmp_path):
    card(tmp_path, format=99, kind="detector")
    with pytest.raises(ModelError, match="format is 99"):
        Detector.load(tmp_path)


@pytest.mark.parametrize("weights", [None, b"other weights"])
def test_weights_must_be_those_the_card_describes(tmp_path, weights):
    card(tmp_path, format=1, kind="detector", sha256="0" * 64)
    if weights is not None:
        (tmp_path / "model.onnx").write_bytes(weights)
    with pytest.raises(ModelError, match="weights are missing or not those"):
        Detector.load(tmp_path)


@pytest.mark.parametrize("field", ["vocabulary", "decompositions", "crops", "components"])
def test_a_card_that_counts_other_classes_than_the_network_is_refused(field, tmp_path):
    shutil.copytree(DEFAULT_FOLDER, tmp_path / "model")
    path = tmp_path / "model" / "model.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored[field].pop()
    path.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"model\.json: \d+ {field}, where the network has \d+;"):
        Recognizer.load(tmp_path / "model")


@pytest.mark.parametrize(("wanted", "given"), [("1", 1), ("2", 2), ("64", 3), ("", 3), ("x", 3)])
def test_networks_take_no_more_threads_than_they_are_left(monkeypatch, wanted, given):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert threads() == given
    assert Detector.load()._model.session.get_session_options().intra_op_num_threads == given


@pytest.mark.parametrize(
    ("told", "exact"),
    [("flags : avx2 avx512_vnni", "0"), ("flags : avx2 avx_vnni", "0"), ("flags : avx2", "1"),
     (None, "1")],
)  # fmt: skip
def test_fast_sums_are_taken_where_the_processor_is_known_to_do_them_exactly(
    told, exact, tmp_path, monkeypatch
):
    if told is not None:
        (tmp_path / "cpuinfo").write_text(told, encoding="utf-8")
    monkeypatch.setattr(session, "CPU_INFO", tmp_path / "cpuinfo")
    options = Recognizer.load()._model.session.get_session_options()
    assert options.get_session_config_entry("session.x64quantprecision") == exact


def test_the_shipped_recogniser_answers_as_exactly_on_every_processor():
    """Without VNNI fast int8 sums saturate; the graph as it is stored cannot."""
    model = Recognizer.load()._model
    exact = onnxruntime.SessionOptions()
    exact.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    stored = onnxruntime.InferenceSession(str(model.folder / "model.onnx"), exact)
    shape = (8, 1, model.card["input"]["height"], model.card["input"]["width"])
    crops = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    (graphs, _), (expected, _) = model.run(crops), stored.run(None, {"x": crops})
    assert np.abs(graphs - expected).max() < 0.1 * np.ptp(expected)
