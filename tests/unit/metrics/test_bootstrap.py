from __future__ import annotations

import numpy as np
import pytest

from cbs_bench.metrics.bootstrap import f1_interval, relative_gain


def counts(correct, seeds=2, sentences=200, size=10):
    generator = np.random.default_rng(0)
    hits = generator.binomial(size, correct, size=(seeds, sentences)).astype(float)
    rest = np.full_like(hits, size)
    return np.stack([hits, rest, rest], axis=-1)


def test_the_interval_holds_the_value():
    interval = f1_interval(counts(0.8))
    assert interval.low < interval.value < interval.high
    assert interval.value == pytest.approx(0.8, abs=0.02)


def test_the_value_is_the_mean_f1_over_seeds():
    rows = np.array([[[1, 1, 1], [1, 1, 1]], [[0, 1, 1], [1, 1, 1]]], dtype=float)
    assert f1_interval(rows).value == pytest.approx((1.0 + 0.5) / 2)


def test_a_clear_gain_has_an_interval_above_zero():
    gain = relative_gain(counts(0.9), counts(0.6))
    assert gain.low > 0
    assert gain.value == pytest.approx(0.5, abs=0.05)
    assert gain.p_value < 0.01


def test_no_gain_over_itself():
    same = counts(0.7)
    gain = relative_gain(same, same)
    assert gain.value == gain.low == gain.high == 0
    assert gain.p_value == 1


def test_the_same_seed_gives_the_same_interval():
    assert f1_interval(counts(0.8), seed=3) == f1_interval(counts(0.8), seed=3)


def test_unpaired_rows_are_refused():
    with pytest.raises(ValueError, match="unpaired"):
        relative_gain(counts(0.8), counts(0.8, sentences=199))
