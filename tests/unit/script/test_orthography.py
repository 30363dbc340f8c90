"""Respelling a text by the spellings counted on slips."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.errors import InputError
from cbs_bench.script.orthography import Orthography

COUNTS = {
    "又（有）": 90,
    "有": 10,
    "{日止頁}（夏）": 5,
    "○（始）": 3,
    "孫=（子孫）": 9,
    "△": 50,
    "○": 70,
}
ORTHOGRAPHY = Orthography(COUNTS)


def test_probabilities_are_shares_of_the_spellings():
    assert ORTHOGRAPHY.probabilities("有") == {"又": 0.9, "有": 0.1}
    assert ORTHOGRAPHY.probabilities("夏") == {"{日止頁}": 1.0}
    assert ORTHOGRAPHY.probabilities("○") == {}
    assert ORTHOGRAPHY.probabilities("子孫") == {}


@given(st.lists(st.sampled_from("有夏始孫道"), max_size=20), st.text(), st.integers())
def test_one_graph_for_each_reading_and_unknown_ones_stay(readings, name, seed):
    graphs = ORTHOGRAPHY.respell(readings, name=name, seed=seed)
    assert len(graphs) == len(readings)
    for reading, graph in zip(readings, graphs, strict=True):
        assert graph in (ORTHOGRAPHY.probabilities(reading) or {reading})
    assert graphs == ORTHOGRAPHY.respell(readings, name=name, seed=seed)


def test_the_frequencies_are_met():
    graphs = ORTHOGRAPHY.respell(["有"] * 20_000, name="x")
    assert graphs.count("又") / len(graphs) == pytest.approx(0.9, abs=0.01)
    assert graphs != ORTHOGRAPHY.respell(["有"] * 20_000, name="x", seed=1)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"又": 0}', '{"又": true}', '{"又": "3"}'])
def test_what_are_no_counts(tmp_path, content):
    path = tmp_path / "counts.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Orthography.from_file(path)
    assert "counts.json" in str(caught.value)
    assert "label-counts.json that `cbs-bench build chubs` writes" in caught.value.remedy


@pytest.mark.real
def test_real_counts(real_data):
    path = real_data / "chubs-label-counts.json"
    spellings = Orthography.from_file(path).probabilities("有")
    assert max(spellings, key=spellings.get) == "又"
    assert json.loads(path.read_text(encoding="utf-8"))
