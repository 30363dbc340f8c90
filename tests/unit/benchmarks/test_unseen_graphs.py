from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra train")

from benchmarks.unseen_graphs import hide
from cbs_bench.errors import InputError
from cbs_bench.training.crops import Crop

pytestmark = pytest.mark.train

BLANK = Crop("", np.zeros((4, 4), np.uint8), "", "", "train")
CROPS = [
    replace(BLANK, id=f"{graph}-{split}", graph=graph, split=split)
    for graph in ("好", "明", "林", "一")  # the last one cannot be taken apart
    for split in ("train", "validation", "test")
]


def test_hidden_graphs_are_tested_on_what_would_have_been_trained_on():
    crops = hide(CROPS, 2, seed=0)
    tested = {crop.graph for crop in crops if crop.split == "test"}
    trained = {crop.graph for crop in crops if crop.split == "train"}
    assert len(tested) == 2
    assert tested | trained == {"好", "明", "林", "一"}
    assert not tested & trained
    assert "一" in trained
    # Validation stays what it was, and the real test split is not looked at.
    assert sum(crop.split == "validation" for crop in crops) == 4
    assert not any(crop.id.endswith("-test") for crop in crops)


@pytest.mark.parametrize("number", [0, 3])
def test_some_graphs_must_be_left_to_learn_from(number):
    with pytest.raises(InputError, match=f"cannot hide {number} graphs; give --hidden below 3"):
        hide(CROPS, number, seed=0)


def test_a_share_of_the_other_graphs_is_part_of_a_larger_share():
    def learned(share):
        crops = hide(CROPS, 1, seed=0, share=share)
        return {crop.graph for crop in crops if crop.split == "train"}, [
            crop.id for crop in crops if crop.split == "test"
        ]

    some, tested = learned(0.4)
    every, tested_alike = learned(1.0)
    assert (len(some), len(every)) == (1, 3)
    assert some < every
    assert tested == tested_alike


@pytest.mark.parametrize("share", [0, 1.5])
def test_a_share_is_a_part(share):
    with pytest.raises(InputError, match=f"no share {share}; give --shares above 0 and up to 1"):
        hide(CROPS, 1, seed=0, share=share)
