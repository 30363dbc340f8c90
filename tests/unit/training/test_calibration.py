"""What is fitted on validation crops."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.training.calibration import calibrate
from cbs_bench.training.scored import Scored

pytestmark = pytest.mark.train

GRAPHS = ["好", "明", "朋", "時"]


def card(crops):
    return {
        "vocabulary": GRAPHS,
        "components": ["女", "子", "日", "月"],
        "decompositions": [["女", "子"], ["日", "月"], ["月", "月"], ["日", "寺"]],
        "crops": crops,
    }


def scored(graphs, labels):
    components = np.full((len(labels), 4), -3, np.float32)
    names = [GRAPHS[label] for label in labels]
    return Scored(np.float32(graphs), components, np.array(labels), names)


def test_graphs_that_training_taught_to_lose_are_helped():
    # The last graph is right half of the time, and always a little behind.
    rows, labels = [[5, 0, 0, 4]] * 20, [0, 3] * 10
    helped = calibrate(scored(rows, labels), card([9, 9, 9, 0]))
    assert helped["unseen_bias"] == pytest.approx(1.0)
    assert calibrate(scored(rows, labels), card([9, 9, 9, 9]))["unseen_bias"] == 0


def test_a_boasting_network_is_cooled():
    rows = [[8, 0, 0, 0]] * 20
    assert calibrate(scored(rows, [0] * 20), card([1] * 4))["temperature"] < 1
    assert calibrate(scored(rows, [0, 1] * 10), card([1] * 4))["temperature"] > 1
