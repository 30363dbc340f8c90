"""Bootstrap over sentences and seeds: intervals of F1 and of its relative gain.

Efron & Tibshirani, *An Introduction to the Bootstrap* (1993), percentile interval; paired over
the same resampled sentences as in Koehn, "Statistical Significance Tests for Machine Translation
Evaluation" (EMNLP 2004). Seeds are drawn anew as well, for each system by itself: what another
training run would give is as uncertain as what other sentences would (Davison & Hinkley,
*Bootstrap Methods and their Application* (1997), section 3.8). With one seed the interval is that
of this one trained model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

RESAMPLES = 1000
"""Resamples behind every interval, unless a caller asks for another number."""

TAILS = (2.5, 97.5)
"""Percentiles between which the interval lies."""

SYSTEM, BASELINE = 1, 2
"""Whose seeds are drawn."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A statistic with its 95 % percentile interval.

    Attributes:
        value: The statistic on the data as they are.
        low: 2.5th percentile over resamples.
        high: 97.5th percentile over resamples.
        p_value: Twice the share of resamples that are zero or on the other side of it, one more
            being counted among them and among all: with n resamples at least 2 / (n + 1), at
            most 1; meaningful for differences only.
    """

    value: float
    low: float
    high: float
    p_value: float


def mean_f1(counts: Array, sentences: Array, seeds: Array) -> Array:
    """F1 of weighted sums, averaged over seeds.

    Args:
        counts: ``[seeds, sentences, 3]``: correct, predicted, gold.
        sentences: ``[resamples, sentences]``: how often each sentence was drawn.
        seeds: ``[resamples, seeds]``: how often each seed was drawn.

    Returns:
        ``[resamples]``; 0 where nothing was counted.
    """
    sums = np.einsum("rn,snc->rsc", sentences, counts, optimize=True)
    total = sums[..., 1] + sums[..., 2]
    scores = np.divide(2 * sums[..., 0], total, out=np.zeros_like(total), where=total > 0)
    averaged: Array = (scores * seeds).sum(axis=1) / seeds.sum(axis=1)
    return averaged


@lru_cache(maxsize=8)
def draw_weights(units: int, resamples: int, seed: int) -> Array:
    """Multinomial weights of sentences or seeds, ``[resamples, units]``; read-only.

    The last ones are kept, because all entries of a table are drawn alike.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(units, np.full(units, 1 / units), size=resamples)
    weights = drawn.astype(np.float64)
    weights.flags.writeable = False
    return weights


def f1_interval(counts: Array, *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """F1 averaged over seeds, with its interval over sentences and seeds.

    Args:
        counts: ``[seeds, sentences, 3]``.
        resamples: Number of bootstrap resamples.
        seed: Seeds the resampling.
    """
    return _interval(float(_as_it_is(counts)[0]), _drawn(counts, resamples, seed, SYSTEM))


def relative_gain(
    system: Array, baseline: Array, *, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """``F1(system) / F1(baseline) - 1`` over the same resampled sentences, each with its seeds.

    A gain over a baseline that has nothing right is infinite.

    Args:
        system: ``[seeds, sentences, 3]`` of one tokenizer.
        baseline: The same of another, on the same sentences in the same order.
        resamples: Number of bootstrap resamples.
        seed: Seeds the resampling.

    Raises:
        ValueError: If the two do not cover the same number of sentences.
    """
    if system.shape[1] != baseline.shape[1]:
        raise ValueError(
            f"unpaired counts: {system.shape[1]} sentences against {baseline.shape[1]}"
        )
    value = _relative(_as_it_is(system), _as_it_is(baseline))
    ours = _drawn(system, resamples, seed, SYSTEM)
    return _interval(float(value[0]), _relative(ours, _drawn(baseline, resamples, seed, BASELINE)))


def _as_it_is(counts: Array) -> Array:
    seeds, sentences, _ = counts.shape
    return mean_f1(counts, np.ones((1, sentences)), np.ones((1, seeds)))


def _drawn(counts: Array, resamples: int, seed: int, role: int) -> Array:
    """``[resamples]`` F1; the sentences do not depend on the role, the seeds do."""
    seeds, sentences, _ = counts.shape
    return mean_f1(
        counts,
        draw_weights(sentences, resamples, seed),
        draw_weights(seeds, resamples, seed + role),
    )


def _relative(ours: Array, theirs: Array) -> Array:
    over_nothing = np.where(ours > 0, np.inf, 1.0)
    return np.divide(ours, theirs, out=over_nothing, where=theirs > 0) - 1


def _interval(value: float, drawn: Array) -> Interval:
    # Between a number and infinity there is nothing to interpolate.
    finite = np.isfinite(drawn).all()
    low, high = np.percentile(drawn, TAILS, method="linear" if finite else "nearest")
    tail = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    p_value = min(1.0, 2 * (tail + 1) / (len(drawn) + 1))
    return Interval(value, float(low), float(high), p_value)
