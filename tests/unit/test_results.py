"""The form of a result: what it must hold, and one line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cbs_bench import results
from cbs_bench.errors import InputError

RESULTS = Path(__file__).resolve().parents[2] / "leaderboards" / "results"


def track(**changes):
    slices = {"all": [[3, 4, 5], [0, 0, 0]]}
    return {"track": "scan", "split": "test", "slices": slices, "extra": {}} | changes


def result(**changes):
    return {
        "schema": 2, "task": "pos", "dataset": "small", "fingerprint": "f" * 64,
        "version": "0.1.0", "revision": None, "tokenizer": "bpe", "granularity": "subword",
        "seed": 0, "settings": {}, "tracks": [track()], "predictions": None, "seconds": 1.5,
        "hardware": {}, "python": "3.11.0",
    } | changes  # fmt: skip


def without(name):
    return {key: value for key, value in result().items() if key != name}


def test_what_is_written_is_read(tmp_path):
    stored = result(
        tagger="crf",
        revision={"commit": "c" * 40, "dirty": False},
        tracks=[track(tags={"n": [1, 2, 3]}, segmentation=[[1, 1, 1]], confusion={})],
    )
    results.write(tmp_path / "deep.json", stored)
    assert results.read(tmp_path) == [(tmp_path / "deep.json", stored)]


def test_peers_stand_before_the_tokenizer():
    head = {"dataset": "kyoto", "task": "pos", "tokenizer": "bpe", "settings": {}}
    assert results.file_name(head, 0) == "kyoto-bpe-0.json"
    assert results.file_name({**head, "tagger": "crf"}, 2) == "kyoto-crf-bpe-2.json"


def test_a_part_is_told_where_a_task_has_several_or_is_not_installed():
    head = {"dataset": "mini", "tokenizer": "bpe", "settings": {}, "recognizer": "mine"}
    names = {
        task: results.file_name({**head, "task": task}, 0)
        for task in ("recognition", "end_to_end", "of_somebody_else")
    }
    assert names == {
        "recognition": "mini-mine-bpe-0.json",
        "end_to_end": "mini-recognizer=mine-bpe-0.json",
        "of_somebody_else": "mini-recognizer=mine-bpe-0.json",
    }


def test_committed_results_have_the_names_of_their_content():
    for path, stored in results.read(RESULTS):
        assert path.name == results.file_name(stored, stored["seed"])


def test_another_vocabulary_or_budget_has_a_name_of_its_own():
    head = {"dataset": "kyoto", "tokenizer": "bpe"}
    larger = {**head, "settings": {"vocab_size": 16000}}
    shorter = {**head, "settings": {"budget": {"epochs": 2}}}
    assert results.file_name(larger, 0) == "kyoto-bpe@vocab_size=16000-0.json"
    assert results.file_name(shorter, 0) == "kyoto-bpe@epochs=2-0.json"


def test_a_result_of_schema_1_is_read(tmp_path):
    old = result(schema=1)
    for name in ("revision", "predictions"):
        del old[name]
    (tmp_path / "old.json").write_text(json.dumps(old))
    assert results.read_file(tmp_path / "old.json") == old


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "no JSON object"),
        (result(schema=3), "its schema is 3, not 1 to 2"),
        (result(schema=True), "schema is True"),
        (without("schema"), "its schema is None"),
        *((without(name), f"field {name} is missing") for name in ("task", "revision", "seed")),
        (result(colour="red"), "unknown field colour"),
        (result(seed="0"), "seed is '0', where seed of the run is expected"),
        (result(seed=True), "seed is True, where"),
        (result(tracks=[]), "it has no tracks"),
        (result(tracks=["scan"]), "tracks[0] is no object"),
        (result(tracks=[track(track="eyes")]), "tracks[0].track is 'eyes', not one of scan"),
        (result(tracks=[track(slices=[])]), "tracks[0].slices is []"),
        (result(tracks=[track(slices={})]), "tracks[0].slices is empty, where the counts"),
        (result(tracks=[track(more=1)]), "unknown field tracks[0].more"),
        (result(tracks=[track(slices={"all": 7})]), "'all' holds 7"),
        (result(tracks=[track(slices={"all": [[1, 2]]})]), "'all' holds [1, 2], not [correct"),
        (result(tracks=[track(slices={"all": [[3, 2, 5]]})]), "'all' holds [3, 2, 5]"),
        (result(tracks=[track(slices={"all": [[-1, 2, 5]]})]), "'all' holds [-1, 2, 5]"),
        (result(tracks=[track(slices={"all": [[0.5, 2, 5]]})]), "'all' holds [0.5, 2, 5]"),
        (result(tracks=[track(tags={"n": [2, 1, 1]})]), "'n' holds [2, 1, 1]"),
        (result(tracks=[track(tag_blocks={"n": [[2, 1, 1]]})]), "'n' holds [2, 1, 1]"),
        (result(tracks=[track(tag_blocks={"n": [1, 2, 3]})]), "'n' holds 1"),
        (result(tracks=[track(segmentation=[[2, 1, 1]])]), "'segmentation' holds [2, 1, 1]"),
        (result(tracks=[track(confusion={"n": 5})]), "confusion: 'n' holds 5, not words"),
        (result(tracks=[track(confusion={"n": {"v": "5"}})]), "'n' holds {'v': '5'}, not words"),
    ],
)
def test_what_is_no_result_is_one_line(tmp_path, content, message):
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError) as caught:
        results.read(tmp_path)
    shown = str(caught.value)
    assert shown.startswith(f"{path}: not a result: ")
    assert message in shown
    assert "\n" not in shown


def test_counts_may_be_numbers_and_arrays_of_numpy(tmp_path):
    slices = {"all": np.array([[3, 4, 5]]), "seen": [[np.int64(1), np.int32(1), 1]]}
    results.write(tmp_path / "a.json", result(tracks=[track(slices=slices)]))
    stored = results.read_file(tmp_path / "a.json")
    assert stored["tracks"][0]["slices"] == {"all": [[3, 4, 5]], "seen": [[1, 1, 1]]}


def test_nothing_invalid_is_written(tmp_path):
    with pytest.raises(InputError, match="unknown field colour"):
        results.write(tmp_path / "a.json", result(colour="red"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_json_is_named(tmp_path):
    (tmp_path / "odd.json").write_text("{")
    with pytest.raises(InputError, match=r"odd\.json: not a result: no JSON"):
        results.read(tmp_path)


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_results_is_named(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no results; run `cbs-bench run` first"):
        results.read(tmp_path / folder)
