"""Components of crops compared as multisets: a repeat counts as often as it is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import starmap

from cbs_bench.metrics.spans import Counts


def multiset_counts(predicted: Sequence[str], gold: Sequence[str]) -> Counts:
    """Components of one crop: those in both, those predicted, those in the gold standard.

    Examples:
        >>> multiset_counts(["木", "木"], ["木", "口"])
        Counts(correct=1, predicted=2, gold=2)
    """
    shared = Counter(predicted) & Counter(gold)
    return Counts(shared.total(), len(predicted), len(gold))


def multiset_f1(predicted: Sequence[Sequence[str]], gold: Sequence[Sequence[str]]) -> float:
    """F1 over the components of all crops, micro-averaged.

    Examples:
        >>> multiset_f1([["木", "木"], []], [["木", "口"], ["日"]])
        0.4
    """
    return sum(starmap(multiset_counts, zip(predicted, gold, strict=True)), Counts()).f1
