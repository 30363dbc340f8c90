"""What is made of the network's outputs: candidates, and components in doubt."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.vision.component_evidence import ComponentEvidence
from cbs_bench.vision.decoding import CANDIDATES, Decoder

GRAPHS = {"好": "女子", "明": "日月", "朋": "月月", "夏": "日止頁", "人": ""}
HEADS = ["女", "子", "日", "月"]  # 止 and 頁 are too rare for an output of their own
SURE = 9.0


def decoder(graphs=GRAPHS, crops=None, frequencies=None, **calibration):
    counts = {"crops": crops, "frequencies": frequencies}
    return Decoder(
        {
            "vocabulary": list(graphs),
            "components": HEADS,
            "decompositions": [list(parts) for parts in graphs.values()],
            "calibration": {
                "temperature": 1.0, "threshold": 0.8, "component_threshold": 0.1,
            } | calibration,
        }
        | {name: numbers for name, numbers in counts.items() if numbers is not None}
    )  # fmt: skip


def decode(logits, components, **settings):
    (found,) = decoder(**settings).decode(
        np.float32([logits]), np.float32([[SURE if part in components else -SURE
                                           for part in HEADS]])
    )  # fmt: skip
    return found


def test_a_sure_graph_brings_its_own_components():
    assert decode([0, 0, SURE, 0, 0], "女子").components == ["月", "月"]


def test_a_graph_that_is_written_often_is_likelier():
    logits = np.float32([[0, 0, 0, 0, 0]])
    often = {"frequencies": [0, 9, 0, 0, 0], "prior_weight": 1.0}
    chances = decoder(**often).probabilities(logits)[0]
    assert chances[1] == pytest.approx(9.5 / 11.5)
    assert chances[[0, 2, 3, 4]] == pytest.approx(0.5 / 11.5)
    assert decoder(frequencies=[0, 9, 0, 0, 0]).probabilities(logits)[0] == pytest.approx(0.2)


def test_in_doubt_components_are_those_that_the_graphs_in_question_share():
    assert decode([0, 2, 2, 0, 0], "月", component_threshold=0.6).components == ["月"]


def test_components_stand_where_they_are_mostly_written():
    assert decode([0, 2, 0, 1.5, 0], "", component_threshold=0.2).components == [
        "日", "止", "月", "頁",
    ]  # fmt: skip


def test_a_repeated_component_is_shown_as_often_as_it_is_written():
    assert decode([0, 0, 2, 0, 0], "月", component_threshold=0.4).components == ["月", "月"]


def test_the_head_for_components_has_its_say():
    assert decode([0, 0, 0, 0, 0], "女", component_threshold=0.4).components == ["女"]
    assert decode([0, 0, 0, 0, 0], "子", component_threshold=0.4).components == ["子"]


def test_something_is_always_seen():
    assert len(decode([0, 0, 0, 0, 0], "", component_threshold=0.99).components) == 1


def test_graphs_unseen_in_training_weigh_more_in_doubt():
    said = {"crops": [3, 3, 3, 0, 3], "component_threshold": 0.5}
    logits = [0, 0, 0, 1, 0]
    assert decode(logits, "", unseen_weight=8.0, **said).components == ["日", "止", "頁"]
    assert decode(logits, "", unseen_weight=1.0, **said).components == ["日"]


MANY = {chr(0x4E00 + number): "" for number in range(30)}


@given(
    st.lists(st.floats(0, 3), min_size=len(MANY), max_size=len(MANY)),
    st.lists(st.integers(0, 1), min_size=len(MANY), max_size=len(MANY)),
)
def test_in_doubt_half_of_the_candidates_are_unseen_and_the_first_half_stays(logits, crops):
    sure = decode(logits, "", graphs=MANY, crops=crops, threshold=0.0).candidates
    doubted = decode(logits, "", graphs=MANY, crops=crops, threshold=1.0).candidates
    half = CANDIDATES // 2
    assert doubted[:half] == sure[:half]
    assert len(set(doubted)) == CANDIDATES
    assert all(before[1] >= after[1] for before, after in pairwise(doubted))
    unseen = {graph for graph, number in zip(MANY, crops, strict=True) if not number}
    left = unseen - {graph for graph, _ in doubted[:half]}
    assert len(left & {graph for graph, _ in doubted}) >= min(half, len(left))


def test_a_script_without_components_shows_none():
    bare = Decoder(
        {
            "vocabulary": ["a", "b"],
            "components": [],
            "decompositions": [[], []],
            "calibration": {"temperature": 1.0, "threshold": 0.8, "component_threshold": 0.1},
        }
    )
    # ONNX needs an output all the same.
    (found,) = bare.decode(np.float32([[0, 0]]), np.float32([[9]]))
    assert found.components == []


PARTS = st.lists(st.text("女子日月止", max_size=4), min_size=1, max_size=6)


@given(PARTS, st.integers(0, 2**32 - 1))
def test_a_component_is_as_likely_as_the_graphs_that_hold_it(decompositions, seed):
    graphs = np.random.default_rng(seed).dirichlet(np.ones(len(decompositions))).astype(np.float32)
    evidence = ComponentEvidence(decompositions, HEADS)
    held, places = evidence.held(graphs)
    for component in set(evidence.names):
        found = [held[i] for i, name in enumerate(evidence.names) if name == component]
        # The second of a name is that a graph holds it twice, and so on.
        wanted = [
            sum(g for g, parts in zip(graphs, decompositions, strict=True)
                if parts.count(component) > times)
            for times in range(len(found))
        ]  # fmt: skip
        assert found == pytest.approx(wanted, abs=1e-6)
    assert ((places >= 0) & (places <= 1)).all()


def test_a_head_taught_to_miss_nothing_is_believed_with_that_in_mind():
    evidence = ComponentEvidence(["女子", "日月"], ["女"])
    # The odds of a head that was taught to miss nothing are eight times too high.
    graphs, undecided = np.float32([0, 1]), np.float32([0])
    assert evidence.likely(graphs, undecided, 0.1) == ["日", "月"]
    assert set(evidence.likely(graphs, undecided + np.log(8), 0.1)) == {"女", "日", "月"}


def test_what_is_a_whole_graph_stands_in_the_middle():
    evidence = ComponentEvidence(["人", "女子"], [])
    assert evidence.likely(np.float32([0.5, 0.5]), np.float32([]), 0.1) == ["女", "人", "子"]
