"""What a table is made of: a board holds slices, a slice holds the scores of entries.

Scores are counts of every row, so means, intervals and comparisons are computed here and the
formats only print them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cbs_bench.metrics.bootstrap import Interval, f1_interval, relative_gain
from cbs_bench.metrics.correction import holm

SYSTEM = "multigranularity"
"""The tokenizer that the others are compared with, unless another one is named."""

FEWEST_ROWS = 20
"""A bootstrap of fewer rows says too little."""


def short(fingerprint: str) -> str:
    """As much of a fingerprint as a reader needs to tell versions apart."""
    return fingerprint[:12]


class BoardKey(NamedTuple):
    """What all scores of a board share; boards are sorted by it."""

    task: str
    dataset: str
    track: str
    split: str
    fingerprint: str


@dataclass(frozen=True)
class RiskCurve:
    """What is wrong of the most confident share of an entry's answers, averaged over seeds.

    Attributes:
        points: Share of the answers and share of these that are wrong, by rising share.
        threshold: The same at the entry's own threshold of confidence.
    """

    points: tuple[tuple[float, float], ...]
    threshold: tuple[float, float]


@dataclass(frozen=True)
class Entry:
    """Who was scored.

    Attributes:
        name: The tokenizer's registry name, with the peer that did another part of the work
            before it: ``crf·bpe``, and with the settings that tell entries apart.
        tokenizer: Its registry name alone.
        granularity: What most of its tokens are.
        is_peer: Whether a system of others did a part; peers are shown, not compared.
        seeds: The seeds of its runs, ascending.
        is_given: Whether a model given by its folder did a part, and no peer; not compared either.
        setup: Its budget and guide, where these were chosen; only equals are compared.
        tags: Counts of each tag, ``[seeds, 3]``: correct, predicted, gold.
        tag_blocks: The same in blocks of rows, ``[seeds, blocks, 3]``; none where a run has none.
        confusion: How often a gold tag was predicted as another, summed over seeds.
        measures: Further measures by the name the task gave them, averaged over seeds.
        risk: How confidence and error go together; ``None`` where the task does not say.
    """

    name: str
    tokenizer: str
    granularity: str
    is_peer: bool
    seeds: tuple[int, ...]
    is_given: bool = False
    setup: str = ""
    tags: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    tag_blocks: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    confusion: Mapping[tuple[str, str], int] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    risk: RiskCurve | None = None

    @property
    def is_compared(self) -> bool:
        """Whether no part of it was done in place of ours."""
        return not (self.is_peer or self.is_given)


class Prf(NamedTuple):
    """Precision, recall and F1 as shares of one, averaged over seeds."""

    precision: float
    recall: float
    f1: float


def prf(counts: npt.NDArray[np.float64]) -> Prf:
    """Scores of each seed, averaged.

    Args:
        counts: ``[seeds, 3]``: correct, predicted, gold; no prediction and no gold score 0.
    """
    correct, predicted, gold = counts.T
    precision = correct / np.maximum(predicted, 1)
    recall = correct / np.maximum(gold, 1)
    return Prf(float(precision.mean()), float(recall.mean()), float(seed_f1(counts).mean()))


def seed_f1(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """F1 of each seed from ``[seeds, 3]`` counts."""
    correct, predicted, gold = counts.T
    f1: npt.NDArray[np.float64] = 2 * correct / np.maximum(predicted + gold, 1)
    return f1


@dataclass(frozen=True)
class Score:
    """One entry on one slice.

    Attributes:
        entry: Who.
        counts: ``[seeds, rows, 3]``: correct, predicted, gold.
    """

    entry: Entry
    counts: npt.NDArray[np.float64]

    @cached_property
    def means(self) -> Prf:
        """Averages over seeds."""
        return prf(self.counts.sum(axis=1))

    @cached_property
    def spread(self) -> float | None:
        """Standard deviation of F1 over seeds; ``None`` for a single seed."""
        f1 = seed_f1(self.counts.sum(axis=1))
        return float(f1.std(ddof=1)) if len(f1) > 1 else None

    @cached_property
    def interval(self) -> Interval:
        """F1 with its bootstrap interval over rows and seeds."""
        return f1_interval(self.counts)


@dataclass(frozen=True)
class Comparison:
    """The system against one other tokenizer.

    Attributes:
        other: Who it is compared with.
        gain: Relative gain of F1; its p-value is corrected over the slice's comparisons.
    """

    other: Entry
    gain: Interval


@dataclass(frozen=True)
class Slice:
    """A part of the test data on which every entry has a score.

    Attributes:
        name: ``all``, ``unseen graph``, …
        scores: Best F1 first.
        reference: Entry or tokenizer that the others are compared with.
    """

    name: str
    scores: tuple[Score, ...]
    reference: str = SYSTEM

    @property
    def gold(self) -> int:
        """Number of gold spans."""
        return int(self.scores[0].counts[0, :, 2].sum())

    @property
    def rows(self) -> int:
        """Number of sentences, slips or crops; what the bootstrap draws."""
        return int(self.scores[0].counts.shape[1])

    @cached_property
    def system(self) -> Score | None:
        """The score of the reference, if it is here.

        Of several entries of one tokenizer it is the one whose setup most entries share, else the
        first by name: none is chosen by its scores, which are those of the test.
        """
        own = [score for score in self.scores if score.entry.is_compared]
        named = [score for score in own if score.entry.name == self.reference]
        setups = Counter(score.entry.setup for score in own)
        return min(
            named or [score for score in own if score.entry.tokenizer == self.reference],
            key=lambda score: (-setups[score.entry.setup], score.entry.name),
            default=None,
        )

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The system against every other tokenizer that was set up alike, best first.

        Empty without the system, and where there is nothing to find.

        The p-values are corrected for the number of comparisons (Holm).
        """
        ours = self.system
        if ours is None or not self.gold:
            return ()
        others = [
            score
            for score in self.scores
            if score is not ours
            and score.entry.is_compared
            and score.entry.setup == ours.entry.setup
        ]
        gains = [relative_gain(ours.counts, other.counts) for other in others]
        corrected = holm([gain.p_value for gain in gains])
        return tuple(
            Comparison(other.entry, replace(gain, p_value=p_value))
            for other, gain, p_value in zip(others, gains, corrected, strict=True)
        )

    def comparison_with(self, entry: Entry) -> Comparison | None:
        """The system against ``entry``, if the two are compared."""
        return next((c for c in self.comparisons if c.other.name == entry.name), None)

    @property
    def best_subword(self) -> Comparison | None:
        """The system against the best sub-word tokenizer, if both are there."""
        return next((c for c in self.comparisons if c.other.granularity == "subword"), None)


@dataclass(frozen=True)
class Board:
    """All scores of one task on one version of a dataset, on one track and split.

    Attributes:
        key: What they share.
        slices: The whole first, then its parts in order of their names.
        notes: What a reader has to know of the results, one sentence each.
    """

    key: BoardKey
    slices: tuple[Slice, ...]
    notes: tuple[str, ...] = ()

    @property
    def main(self) -> Slice:
        """The whole test data."""
        return self.slices[0]

    @property
    def parts(self) -> tuple[Slice, ...]:
        """The slices beside the whole."""
        return self.slices[1:]

    @property
    def unseen(self) -> tuple[Slice, ...]:
        """The parts of what the training data do not show."""
        return tuple(part for part in self.parts if part.name.startswith("unseen"))

    @property
    def entries(self) -> Sequence[Entry]:
        """Best first on the whole, then those that only have a part, such as a segmenter."""
        scores = (score for part in self.slices for score in part.scores)
        return list({score.entry.name: score.entry for score in scores}.values())

    @property
    def is_comparison(self) -> bool:
        """Whether there is more than one entry."""
        return len(self.main.scores) > 1
