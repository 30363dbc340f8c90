"""Measures of tagged words beside F1 over exact spans: confusions, and scores of others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cbs_bench.metrics.spans import Counts
from cbs_bench.types import Word

TaggedText = Sequence[tuple[str, str]]
"""The words of a sentence as ``(text, tag)``."""


def confusion(pairs: Iterable[tuple[Sequence[Word], Sequence[Word]]]) -> dict[str, dict[str, int]]:
    """How words whose span is right are tagged.

    Args:
        pairs: Predicted and gold words of each sentence.

    Returns:
        Gold tag to predicted tag to number of words, sorted.
    """
    found: Counter[tuple[str, str]] = Counter()
    for predicted, gold in pairs:
        tags = {(word.start, word.end): word.tag for word in predicted}
        found.update((w.tag, tags[w.start, w.end]) for w in gold if (w.start, w.end) in tags)
    table: dict[str, dict[str, int]] = {}
    for (truth, guess), number in sorted(found.items()):
        table.setdefault(truth, {})[guess] = number
    return table


def aligned_accuracy(table: dict[str, dict[str, int]]) -> float:
    """Share of the words whose span is right that have the right tag; 0 where there is none.

    The *aligned accuracy* of Zeman et al., "CoNLL 2018 Shared Task" (2018).

    Args:
        table: As :func:`confusion` returns it.

    Examples:
        >>> aligned_accuracy({"n": {"n": 3, "v": 1}})
        0.75
    """
    aligned = sum(sum(row.values()) for row in table.values())
    correct = sum(row.get(tag, 0) for tag, row in table.items())
    return correct / aligned if aligned else 0.0


def first_occurrence_counts(predicted: TaggedText, gold: TaggedText) -> Counts:
    """Counts of one sentence when words are matched by their text alone.

    Chen et al. (COLING 2025) match parts of speech by first occurrence, which is taken here to
    mean: a predicted word is right if the first gold word of the same text has its tag. Its
    place does not matter, a word said twice counts twice (so that more can be right than there
    is gold), and of a repeated gold word with several tags only the first can be right.

    Examples:
        >>> first_occurrence_counts([("道", "n"), ("道", "n")], [("道", "n"), ("道", "v")])
        Counts(correct=2, predicted=2, gold=2)
    """
    first: dict[str, str] = {}
    for text, tag in gold:
        first.setdefault(text, tag)
    correct = sum(first.get(text) == tag for text, tag in predicted)
    return Counts(correct, len(predicted), len(gold))
