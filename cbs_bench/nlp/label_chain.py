"""Which joint label follows which, and what that says of a whole sentence.

A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001, "Conditional Random
Fields: Probabilistic Models for Segmenting and Labeling Sequence Data"): the weight of a sequence
of labels is the sum of a score for each token and of one for each move from a label to the next.

A joint label such as ``B-n|I-n|B-v`` meets its neighbours with its first and its last tag alone.
So a table of moves between tags serves however many labels a sub-word tokenizer makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

SEPARATOR = "|"
SHORTER = 1e6  # what a label that is too short costs: more than any that fits

Scores = npt.NDArray[np.floating[Any]]
Path = npt.NDArray[np.int64]


class Expected(NamedTuple):
    """What all sequences of labels together, by their weights, say of some sentences.

    Attributes:
        labels: How likely each label is for each token, ``[sentences, tokens, labels]``; zeros
            beyond the end of a sentence.
        moves: How often each move is made in all of them, ``[tags + 1, tags]``.
        log_weight: The logarithm of the weight of all sequences, ``[sentences]``.
    """

    labels: Scores
    moves: Scores
    log_weight: Scores


class Loss(NamedTuple):
    """How far some sentences are from what they should be.

    Attributes:
        value: Negative log likelihood of their right labels.
        of_scores: Its gradient, ``[tokens, labels]`` for each sentence.
        of_moves: Its gradient, ``[tags + 1, tags]``.
    """

    value: float
    of_scores: list[Scores]
    of_moves: Scores


class LabelChain:
    """The sequences that joint labels can form.

    A table of moves, ``[tags + 1, tags]``, says how gladly a tag follows another; its last row is
    for the first tag of a sentence. Moves to an ``I-`` that continues nothing are never made.

    Args:
        labels: Joint labels; the first and last glyph of each and their number matter here.

    Attributes:
        tags: All tags that a label begins or ends with, sorted.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        first = [label.split(SEPARATOR, 1)[0] for label in labels]
        last = [label.rsplit(SEPARATOR, 1)[-1] for label in labels]
        self.tags = tuple(sorted({*first, *last}))
        number = {tag: index for index, tag in enumerate(self.tags)}
        self._glyphs = np.array([label.count(SEPARATOR) + 1 for label in labels])
        self._first = np.array([number[tag] for tag in first])
        self._last = np.array([number[tag] for tag in last])
        self._by_first = _ByTag(self._first, len(self.tags))
        self._by_last = _ByTag(self._last, len(self.tags))
        self._allowed = np.array(
            [[can_follow(before, tag) for tag in self.tags] for before in (*self.tags, "O")]
        )

    def no_preference(self) -> Scores:
        """A table in which no move is liked better than another."""
        return np.zeros(self._allowed.shape, dtype=np.float32)

    def fitting(self, scores: Scores, glyphs: Sequence[int]) -> Scores:
        """``scores`` without the labels that do not fit their token.

        A token of a length that training never showed takes a shorter label.

        Args:
            scores: ``[tokens, labels]`` log scores.
            glyphs: How many glyphs each token covers.
        """
        spare = np.array(glyphs)[:, None] - self._glyphs
        exact = scores.astype(np.float64)  # float32 would round what is left beside SHORTER
        return np.where(spare == 0, exact, np.where(spare > 0, exact - SHORTER, -np.inf))

    def best_path(self, scores: Scores, moves: Scores) -> Path:
        """The best allowed label sequence (Viterbi).

        Args:
            scores: ``[tokens, labels]`` log scores.
            moves: The table of moves.
        """
        weights = self._weights(moves)
        totals = np.empty_like(scores, dtype=np.float64)
        totals[0] = scores[0] + weights[-1, self._first]
        for step in range(1, len(scores)):
            left = self._by_last.most(totals[step - 1])
            reach = (left[:, None] + weights[:-1]).max(axis=0)
            totals[step] = scores[step] + reach[self._first]
        path = np.zeros(len(scores), dtype=np.int64)
        path[-1] = totals[-1].argmax()
        for step in range(len(scores) - 1, 0, -1):
            moved = weights[self._last, self._first[path[step]]]
            path[step - 1] = (totals[step - 1] + moved).argmax()
        return path

    def expected(self, scores: Sequence[Scores], moves: Scores) -> Expected:
        """What the sequences of all labels say of some sentences (the forward-backward algorithm).

        Args:
            scores: ``[tokens, labels]`` log scores of each sentence, of one token at least.
            moves: The table of moves.
        """
        weights = self._weights(moves)
        lengths = np.array([len(rows) for rows in scores])
        steps = lengths.max()
        given = np.zeros((len(scores), steps, len(self._glyphs)))
        for rows, own in zip(given, scores, strict=True):
            rows[: len(own)] = own
        before = self._forward(given, weights)
        after = self._backward(given, weights, lengths)
        log_weight = _log_sum(before[np.arange(len(scores)), lengths - 1], axis=1)
        inside = (np.arange(steps) < lengths[:, None])[:, :, None]
        labels = np.exp(np.where(inside, before + after - log_weight[:, None, None], -np.inf))
        made = np.zeros(weights.shape)
        np.add.at(made[-1], self._first, labels[:, 0].sum(axis=0))
        for step in range(1, steps):
            on = lengths > step
            left = self._by_last.log_sum(before[on, step - 1])
            right = self._by_first.log_sum(given[on, step] + after[on, step])
            pairs = left[:, :, None] + weights[:-1] + right[:, None, :]
            made[:-1] += np.exp(pairs - log_weight[on][:, None, None]).sum(axis=0)
        return Expected(labels, made, log_weight)

    def loss(self, scores: Sequence[Scores], paths: Sequence[Path], moves: Scores) -> Loss:
        """How unlikely the right sequences are, and how that changes with scores and moves.

        Args:
            scores: ``[tokens, labels]`` log scores of each sentence.
            paths: The numbers of their right labels.
            moves: The table of moves.
        """
        weights = self._weights(moves)
        expected = self.expected(scores, moves)
        value, of_moves = float(expected.log_weight.sum()), expected.moves
        of_scores = []
        for rows, path, likely in zip(scores, paths, expected.labels, strict=True):
            tokens, first, last = np.arange(len(path)), self._first[path], self._last[path]
            made = np.append(-1, last[:-1]), first
            value -= float(rows[tokens, path].sum() + weights[made].sum())
            np.subtract.at(of_moves, made, 1)
            gradient = likely[: len(path)].astype(np.float32)
            gradient[tokens, path] -= 1
            of_scores.append(gradient)
        return Loss(value, of_scores, of_moves.astype(np.float32))

    def _weights(self, moves: Scores) -> Scores:
        return np.where(self._allowed, moves.astype(np.float64), -np.inf)

    def _forward(self, given: Scores, weights: Scores) -> Scores:
        """Log weight of all beginnings that end with a label, ``[sentences, tokens, labels]``."""
        total = np.empty_like(given)
        total[:, 0] = given[:, 0] + weights[-1, self._first]
        for step in range(1, given.shape[1]):
            left = self._by_last.log_sum(total[:, step - 1])
            reach = _log_sum(left[:, :, None] + weights[:-1], axis=1)
            total[:, step] = given[:, step] + reach[:, self._first]
        return total

    def _backward(self, given: Scores, weights: Scores, lengths: Path) -> Scores:
        """Log weight of all that can follow a label, ``[sentences, tokens, labels]``."""
        total = np.zeros_like(given)
        for step in range(given.shape[1] - 2, -1, -1):
            on = lengths > step + 1
            right = self._by_first.log_sum(given[on, step + 1] + total[on, step + 1])
            reach = _log_sum(weights[:-1] + right[:, None, :], axis=2)
            total[on, step] = reach[:, self._last]
        return total


class _ByTag:
    """Labels in groups, by the tag that they begin or end with.

    Args:
        tag: The number of that tag for each label.
        tags: How many tags there are.
    """

    def __init__(self, tag: Path, tags: int) -> None:
        self._tags = tags
        self._order = np.argsort(tag, kind="stable")
        self._groups, self._starts = np.unique(tag[self._order], return_index=True)

    def most(self, scores: Scores) -> Scores:
        """The highest of ``[…, labels]`` scores in each group, ``[…, tags]``."""
        return self._spread(np.maximum.reduceat(scores[..., self._order], self._starts, axis=-1))

    def log_sum(self, scores: Scores) -> Scores:
        """Logarithm of the sum of the exponentials in each group, ``[…, tags]``."""
        ordered = scores[..., self._order]
        most = np.maximum.reduceat(ordered, self._starts, axis=-1)
        level = np.where(np.isfinite(most), most, 0)
        sizes = np.diff(self._starts, append=len(self._order))
        shares = np.exp(ordered - level.repeat(sizes, axis=-1))
        return self._spread(level + _log(np.add.reduceat(shares, self._starts, axis=-1)))

    def _spread(self, found: Scores) -> Scores:
        """What was found of the groups, and minus infinity for a tag without labels."""
        spread = np.full((*found.shape[:-1], self._tags), -np.inf)
        spread[..., self._groups] = found
        return spread


@lru_cache(maxsize=16)
def label_chain(labels: tuple[str, ...]) -> LabelChain:
    """The chain of some labels, made once."""
    return LabelChain(labels)


def can_follow(before: str, tag: str) -> bool:
    """Whether a glyph with ``tag`` can come after one with ``before``.

    Examples:
        >>> can_follow("B-n", "I-n"), can_follow("B-n", "I-v"), can_follow("O", "I-v")
        (True, False, False)
    """
    return tag[:2] != "I-" or before in (tag, f"B-{tag[2:]}")


def _log_sum(scores: Scores, axis: int) -> Scores:
    """Logarithm of the sum of the exponentials along an axis, however far apart they are."""
    most = scores.max(axis=axis, keepdims=True)
    level = np.where(np.isfinite(most), most, 0)
    sums: Scores = level.squeeze(axis) + _log(np.exp(scores - level).sum(axis=axis))
    return sums


def _log(weights: Scores) -> Scores:
    """The logarithm; what weighs nothing is minus infinity."""
    with np.errstate(divide="ignore"):
        logs: Scores = np.log(weights)
    return logs
