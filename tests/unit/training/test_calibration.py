"""What is fitted on validation crops."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.training import calibration
from cbs_bench.training.calibration import calibrate
from cbs_bench.training.scored import Scored
from cbs_bench.vision.decoding import Decoder

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


def test_of_two_that_look_the_same_the_frequent_one_is_likelier():
    rows, labels = [[5, 5, 0, 0]] * 20, [0] * 18 + [1] * 2
    frequent = card([9] * 4) | {"frequencies": [90, 10, 50, 50]}
    fitted = calibrate(scored(rows, labels), frequent)
    assert fitted["prior_weight"] / fitted["temperature"] == pytest.approx(1, rel=0.1)
    chances = Decoder(frequent | {"calibration": fitted}).probabilities(np.float32(rows[:1]))[0]
    assert chances[0] / chances[1] == pytest.approx(9, rel=0.1)
    assert calibrate(scored(rows, labels), card([9] * 4))["prior_weight"] == 0


def test_of_what_is_accepted_no_more_is_wrong_than_may_be():
    # The ten surest are right and the rest wrong: 1 of 11 is less than 15 %, 2 of 12 is more.
    rows = [[3, 0, 0, 0]] * 10 + [[2, 0, 0, 0]] + [[1.5, 0, 0, 0]] + [[1, 0, 0, 0]] * 2
    fitted = calibrate(scored(rows, [0] * 10 + [1] * 4), card([1] * 4))
    assert fitted["coverage"] == pytest.approx(11 / 14, abs=1e-4)


def test_the_threshold_is_not_below_the_least():
    rows = [[3, 0, 0, 0]] * 10 + [[2, 0, 0, 0]] * 10
    free, bound = (
        calibrate(scored(rows, [0] * 20), card([1] * 4), least=least) for least in (0.0, 0.9999)
    )
    assert free["coverage"] == 1
    assert bound["threshold"] == 0.9999 > free["threshold"]
    assert bound["coverage"] < 1


def test_a_network_that_is_always_sure_and_right_is_believed():
    known = scored([[3.5, 0, 0, 0], [0, 3.5, 0, 0]] * 10, [0, 1] * 10)
    fitted = card([1] * 4) | {"calibration": calibrate(known, card([1] * 4))}
    found = Decoder(fitted).decode(known.graphs, known.components)
    assert [read.components for read in found[:2]] == [["女", "子"], ["日", "月"]]
    assert all(read.candidates[0][1] >= fitted["calibration"]["threshold"] for read in found)


def test_a_boasting_network_is_cooled():
    rows = [[8, 0, 0, 0]] * 20
    assert calibrate(scored(rows, [0] * 20), card([1] * 4))["temperature"] < 1
    assert calibrate(scored(rows, [0, 1] * 10), card([1] * 4))["temperature"] > 1


@pytest.mark.parametrize(
    ("most", "decoded"), [(400, range(12)), (12, range(12)), (4, [0, 3, 7, 11])]
)
def test_of_many_crops_in_doubt_some_drawn_evenly_are_decoded(most, decoded, monkeypatch):
    seen = []

    class Watched(Decoder):
        def decode(self, graphs, components):
            seen.append(components[:, 0].tolist())
            return super().decode(graphs, components)

    monkeypatch.setattr(calibration, "Decoder", Watched)
    monkeypatch.setattr(calibration, "MOST_DOUBTED", most)
    # All are wrong, so that all are in doubt.
    doubted = scored([[1, 0, 0, 0]] * 12, [1] * 12)
    doubted.components[:, 0] = range(12)
    calibrate(doubted, card([1] * 4))
    assert seen
    assert all(rows == [float(place) for place in decoded] for rows in seen)
