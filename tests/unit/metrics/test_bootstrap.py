from __future__ import annotations

import numpy as np
import pytest

from cbs_bench.metrics.bootstrap import draw_weights, f1_interval, relative_gain


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
    one_seed = counts(0.7, seeds=1)
    gain = relative_gain(one_seed, one_seed)
    assert gain.value == gain.low == gain.high == 0
    assert gain.p_value == 1


def test_seeds_of_one_system_are_no_gain_over_each_other():
    """Two halves of the seeds of one tokenizer differ significantly about as often as told."""
    generator = np.random.default_rng(1)
    found = 0
    for _ in range(40):
        # Seeds differ by more than sentences explain, as trained models do.
        levels = 0.8 + 0.02 * generator.standard_normal((10, 1))
        hits = generator.binomial(20, levels, size=(10, 300)).astype(float)
        rows = np.stack([hits, np.full_like(hits, 20), np.full_like(hits, 20)], axis=-1)
        found += relative_gain(rows[:5], rows[5:], resamples=200).p_value < 0.05
    assert found <= 6  # of sentences alone: 30


def test_a_seed_that_differs_widens_the_interval():
    alike = counts(0.8, seeds=3)
    apart = np.concatenate([counts(0.7, seeds=1), counts(0.8, seeds=1), counts(0.9, seeds=1)])

    def width(rows):
        interval = f1_interval(rows)
        return interval.high - interval.low

    assert width(apart) > 3 * width(alike)


def test_the_same_seed_gives_the_same_interval():
    first = f1_interval(counts(0.8), seed=3)
    draw_weights.cache_clear()
    assert f1_interval(counts(0.8), seed=3) == first != f1_interval(counts(0.8), seed=4)


def test_unpaired_rows_are_refused():
    with pytest.raises(ValueError, match="unpaired"):
        relative_gain(counts(0.8), counts(0.8, sentences=199))


def test_the_smallest_p_value_is_two_in_the_resamples_and_one():
    assert relative_gain(counts(0.9), counts(0.6), resamples=99).p_value == 2 / 100


def test_a_gain_over_nothing_is_infinite():
    nothing = np.array([[[0, 1, 1]] * 30], dtype=float)
    gain = relative_gain(np.ones((1, 30, 3)), nothing)
    assert (gain.value, gain.low, gain.high) == (np.inf,) * 3
    assert gain.p_value < 0.01


def test_a_gain_over_next_to_nothing_is_no_less_certain():
    """In a third of the resamples the baseline has nothing right."""
    little = np.array([[[1, 1, 1], *[[0, 1, 1]] * 29]], dtype=float)
    gain = relative_gain(np.ones((1, 30, 3)), little)
    assert gain.value == pytest.approx(29)
    assert 0 < gain.low < gain.high == np.inf
    assert gain.p_value < 0.01


def test_nothing_gains_nothing_over_nothing():
    nothing = np.array([[[0, 1, 1], [0, 1, 1]]], dtype=float)
    gain = relative_gain(nothing, nothing)
    assert (gain.value, gain.low, gain.high, gain.p_value) == (0, 0, 0, 1)


def test_the_seeds_of_the_two_are_drawn_by_themselves():
    """Drawn together, two systems with equal seeds would never seem to differ."""
    rows = np.concatenate([counts(0.6, seeds=1), counts(0.9, seeds=1)])
    gain = relative_gain(rows, rows)
    assert gain.value == 0
    assert gain.low < -0.2 and gain.high > 0.2
