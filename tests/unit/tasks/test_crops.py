"""Recognition and components: ranks, class sizes, ceilings, multisets and edits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.dataset import writer
from cbs_bench.interfaces import BuildOptions
from cbs_bench.tasks.components import edit_distance, ordered_measures
from cbs_bench.tasks.recognition import (
    Crop,
    RecognitionTask,
    label_ceiling,
    macro_accuracy,
    rank_of,
    slices_of,
)
from cbs_bench.vision.decoding import CANDIDATES

PARTS = st.lists(st.sampled_from("日月木口"), max_size=6)


def crop(label, graph, components=()):
    return Crop("id", b"", label, graph, tuple(components))


def test_rank_is_the_place_among_the_candidates():
    read = [("天", 0.6), ("夫", 0.3)]
    assert [rank_of(graph, read) for graph in ("天", "夫", "又")] == [0, 1, CANDIDATES]


@pytest.mark.parametrize(
    ("size", "name"),
    [(1, "1-2"), (2, "1-2"), (3, "3-5"), (6, "6-10"), (10, "6-10"), (11, "over 10")],
)
def test_a_seen_graph_is_in_one_class_of_size(size, name):
    assert slices_of(size) == ["all", "seen", f"{name} training crops"]


def test_a_graph_without_training_crops_is_unseen():
    assert slices_of(0) == ["all", "unseen"]


def test_macro_accuracy_weighs_graphs_alike():
    crops = [crop("又", "又")] * 3 + [crop("天", "天")]
    assert macro_accuracy(crops, [0, 0, 1, 0]) == pytest.approx((2 / 3 + 1) / 2)


def test_the_ceiling_is_the_commonest_label_of_each_graph():
    labels = ["又（有）", "又（有）", "又（右）", "天"]
    assert label_ceiling([crop(label, label[0]) for label in labels]) == pytest.approx(3 / 4)


def test_order_matters_to_exact_match_and_edits():
    crops = [crop("明", "明", "日月"), crop("林", "林", "木木")]
    measures = ordered_measures([["月", "日"], ["木", "木"]], crops)
    assert measures == {"exact_match": 0.5, "edit_distance": 2 / 4}


def test_classes_that_have_only_a_name_are_scored(tmp_path):
    generator = np.random.default_rng(0)
    for name in ("horse", "šu", "○"):
        (tmp_path / "raw" / name).mkdir(parents=True)
        for number in range(3):
            pixels = generator.integers(0, 256, (20, 20), np.uint8)
            cv2.imwrite(str(tmp_path / "raw" / name / f"{number}.png"), pixels)
    data = tmp_path / "data"
    writer.build("glyph_folders", raw=tmp_path / "raw", out=data, options=BuildOptions())
    gold = RecognitionTask().gold(data)
    assert sorted(found.graph for found in gold.crops) == ["horse", "šu"]
    assert gold.sizes == {"horse": 2, "šu": 2}


@given(PARTS, PARTS)
def test_edit_distance_is_a_metric(a, b):
    distance = edit_distance(a, b)
    assert (distance == 0) == (a == b)
    assert distance == edit_distance(b, a)
    assert abs(len(a) - len(b)) <= distance <= max(len(a), len(b))


@given(PARTS, PARTS, PARTS)
def test_edit_distance_takes_no_detour(a, b, c):
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
