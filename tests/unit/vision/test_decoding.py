"""What is made of the network's outputs: candidates, and components in doubt."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.vision.decoding import CANDIDATES, Decoder, Holders, incidence

GRAPHS = {"好": "女子", "明": "日月", "朋": "月月", "夏": "日止頁", "人": ""}
HEADS = ["女", "子", "日", "月"]  # 止 and 頁 are too rare for an output of their own
SURE = 9.0


def decoder(graphs=GRAPHS, crops=None, **calibration):
    return Decoder(
        {
            "vocabulary": list(graphs),
            "components": HEADS,
            "decompositions": [list(parts) for parts in graphs.values()],
            "calibration": {
                "temperature": 1.0, "threshold": 0.8, "component_threshold": 0.1,
            } | calibration,
        }
        | ({} if crops is None else {"crops": crops})
    )  # fmt: skip


def decode(logits, components, **settings):
    (found,) = decoder(**settings).decode(
        np.float32([logits]), np.float32([[SURE if part in components else -SURE
                                           for part in HEADS]])
    )  # fmt: skip
    return found


def test_a_sure_graph_brings_its_own_components():
    assert decode([0, 0, SURE, 0, 0], "女子").components == ["月", "月"]


def test_in_doubt_the_candidate_that_agrees_best_gives_components_and_order():
    assert decode([1, 0, 0, 0, 0], "月日").components == ["日", "月"]
    assert decode([0, 0, 0, 0, 0], "子女").components == ["女", "子"]


def test_a_repeated_component_is_shown_as_often_as_it_is_written():
    assert decode([0, 0, 1, 0, 0], "月").components == ["月", "月"]


def test_components_too_rare_for_an_output_are_seen_by_the_graphs_that_hold_them():
    assert decode([0, 0, 0, 1.5, 0], "日").components == ["日", "止", "頁"]


def test_components_without_enough_evidence_are_left_out():
    assert decode([0, 0, 0, 1.5, 0], "日", component_threshold=0.7).components == ["日"]


def test_something_is_always_seen():
    assert len(decode([0, 0, 0, 0, 0], "", component_threshold=0.99).components) == 1


def test_graphs_unseen_in_training_weigh_more_in_doubt():
    said = {"crops": [3, 3, 3, 0, 3], "component_threshold": 0.5}
    logits = [0, 0, 0, 1, 0]
    assert decode(logits, "日", unseen_weight=8.0, **said).components == ["日", "止", "頁"]
    assert decode(logits, "日", unseen_weight=1.0, **said).components == ["日"]


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


def test_the_probability_of_a_component_is_that_of_the_graphs_that_hold_it():
    table = incidence([["女", "子"], ["女"], []], ["女", "子", "日"])
    graphs = np.float32([[0.5, 0.3, 0.2], [0.0, 0.1, 0.9]])
    assert Holders(table).sums(graphs) == pytest.approx(graphs @ table)


def test_without_components_there_is_nothing_to_sum():
    assert Holders(np.zeros((3, 0), np.float32)).sums(np.ones((2, 3), np.float32)).shape == (2, 0)
