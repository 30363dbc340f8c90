from __future__ import annotations

import numpy as np
import pytest

from cbs_bench.metrics.align import iou_matrix, match_boxes
from cbs_bench.metrics.calibration import (
    COVERAGES,
    accepted_risk,
    expected_calibration_error,
    risk_coverage,
    risks,
)
from cbs_bench.metrics.detection import average_precision, detection_counts
from cbs_bench.types import Box

GOLD = [Box(0, 0, 10, 10), Box(0, 20, 10, 10), Box(0, 40, 10, 10)]


def shifted(box, by, confidence=1.0):
    return Box(box.x, box.y + by, box.width, box.height, confidence)


def test_each_box_is_matched_once_to_the_best_overlap():
    predicted = [shifted(GOLD[0], 2), shifted(GOLD[0], 1), GOLD[2]]
    assert match_boxes(predicted, GOLD) == [(1, 0), (2, 2)]


def test_overlap_agrees_with_the_boxes_own():
    predicted = [shifted(GOLD[1], 3)]
    assert iou_matrix(predicted, GOLD)[0, 1] == pytest.approx(predicted[0].iou(GOLD[1]))


def test_nothing_matches_nothing():
    assert match_boxes([], GOLD) == match_boxes(GOLD, []) == []
    assert detection_counts([], GOLD).f1 == 0


def test_average_precision_of_a_perfect_and_a_blind_detector():
    assert average_precision([(GOLD, GOLD)]) == pytest.approx(1.0)
    assert average_precision([([], GOLD)]) == 0
    assert average_precision([(GOLD, [])]) == 0


def test_a_confident_false_box_costs_more_than_a_doubtful_one():
    false = Box(100, 100, 10, 10)
    doubtful = average_precision([([*GOLD, shifted(false, 0, 0.1)], GOLD)])
    hits = [shifted(box, 0, 0.5) for box in GOLD]
    confident = average_precision([([*hits, shifted(false, 0, 0.9)], GOLD)])
    assert confident < doubtful == pytest.approx(1.0)


def test_calibration_of_honest_and_boasting_probabilities():
    correct = np.array([True, False] * 50)
    assert expected_calibration_error(np.full(100, 0.5), correct, bins=5) == pytest.approx(0)
    assert expected_calibration_error(np.full(100, 1.0), correct, bins=5) == pytest.approx(0.5)


def test_risk_falls_with_coverage_when_confidence_is_informative():
    confidence = np.linspace(1, 0, 10)
    _, coverage, risk = risk_coverage(confidence, confidence > 0.5)
    assert risk[0] == 0
    assert risk[-1] == pytest.approx(0.5)
    assert coverage[-1] == 1


@pytest.mark.parametrize("number", [1, 3, 10, 25])
def test_the_short_curve_holds_at_least_each_share(number):
    confidence = np.linspace(1, 0, number)
    correct = np.arange(number) % 2 == 0
    for share, (coverage, risk) in zip(COVERAGES, risks(confidence, correct), strict=True):
        kept = next(n for n in range(1, number + 1) if n / number >= share - 1e-9)
        assert coverage == share
        assert risk == pytest.approx((kept // 2) / kept)


def test_what_is_accepted_is_counted_and_nothing_may_be():
    correct = np.array([True, False, True, False])
    assert accepted_risk(np.array([True, True, True, False]), correct) == [
        0.75,
        pytest.approx(1 / 3),
    ]
    assert accepted_risk(np.zeros(4, dtype=bool), correct) == [0.0, 0.0]
