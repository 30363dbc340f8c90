"""Paired bootstrap over sentences: intervals of F1 and of its relative gain.

Efron & Tibshirani, *An Introduction to the Bootstrap* (1993), percentile interval;
paired over the same resampled sentences as in Koehn, "Statistical Significance Tests
for Machine Translation Evaluation" (EMNLP 2004).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

RESAMPLES = 1000
"""Resamples behind every interval, unless a caller asks for another number."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A statistic with its 95 % percentile interval.

    Attributes:
        value: The statistic on the data as they are.
        low: 2.5th percentile over resamples.
        high: 97.5th percentile over resamples.
        p_value: Two-sided share of resamples on the other side of zero, at least one
            in the number of resamples plus one; meaningful for differences only.
    """

    value: float
    low: float
    high: float
    p_value: float


def mean_f1(counts: Array, weights: Array) -> Array:
    """F1 of weighted sums, averaged over seeds.

    Args:
        counts: ``[seeds, sentences, 3]``: correct, predicted, gold.
        weights: ``[resamples, sentences]``: how often each sentence was drawn.

    Returns:
        ``[resamples]``; 0 where nothing was counted.
    """
    sums = np.einsum("rn,snc->src", weights, counts, optimize=True)
    total = sums[..., 1] + sums[..., 2]
    scores = np.divide(2 * sums[..., 0], total, out=np.zeros_like(total), where=total > 0)
    averaged: Array = scores.mean(axis=0)
    return averaged


@lru_cache(maxsize=2)
def draw_weights(sentences: int, resamples: int, seed: int) -> Array:
    """Multinomial sentence weights, ``[resamples, sentences]``; read-only.

    The last ones are kept, because all entries of a table are drawn alike.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(sentences, np.full(sentences, 1 / sentences), size=resamples)
    weights = drawn.astype(np.float64)
    weights.flags.writeable = False
    return weights


def f1_interval(counts: Array, *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """F1 averaged over seeds, with its interval over sentences.

    Args:
        counts: ``[seeds, sentences, 3]``.
        resamples: Number of bootstrap resamples.
        seed: Seeds the resampling.
    """
    value = float(mean_f1(counts, np.ones((1, counts.shape[1])))[0])
    drawn = mean_f1(counts, draw_weights(counts.shape[1], resamples, seed))
    return _interval(value, drawn)


def relative_gain(
    system: Array, baseline: Array, *, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """``F1(system) / F1(baseline) - 1`` over the same resampled sentences.

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
    drawn = draw_weights(system.shape[1], resamples, seed)
    as_it_is = np.ones((1, system.shape[1]))
    value = _relative(mean_f1(system, as_it_is), mean_f1(baseline, as_it_is))
    return _interval(float(value[0]), _relative(mean_f1(system, drawn), mean_f1(baseline, drawn)))


def _relative(ours: Array, theirs: Array) -> Array:
    return np.divide(ours, theirs, out=np.ones_like(ours), where=theirs > 0) - 1


def _interval(value: float, drawn: Array) -> Interval:
    low, high = np.percentile(drawn, [2.5, 97.5])
    tail = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    p_value = min(1.0, 2 * (tail + 1) / (len(drawn) + 1))
    return Interval(value, float(low), float(high), p_value)
