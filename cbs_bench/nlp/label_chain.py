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
        self._begins = np.eye(len(self.tags))[self._first]
        self._ends = np.eye(len(self.tags))[self._last]
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
        ends = np.where(self._ends > 0, 0, -np.inf)
        totals = np.empty_like(scores, dtype=np.float64)
        totals[0] = scores[0] + weights[-1, self._first]
        for step in range(1, len(scores)):
            by_tag = (totals[step - 1][:, None] + ends).max(axis=0)
            reach = (by_tag[:, None] + weights[:-1]).max(axis=0)
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
        log_weight = _log_sum(before[np.arange(len(scores)), lengths - 1])
        inside = (np.arange(steps) < lengths[:, None])[:, :, None]
        labels = np.exp(np.where(inside, before + after - log_weight[:, None, None], -np.inf))
        made = np.zeros(weights.shape)
        made[-1] = labels[:, 0].sum(axis=0) @ self._begins
        for step in range(1, steps):
            on = lengths > step
            left = _log_sums(before[on, step - 1], self._ends)
            right = _log_sums(given[on, step] + after[on, step], self._begins)
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
        moved = np.exp(weights[:-1])
        for step in range(1, given.shape[1]):
            reach = _log_sums(total[:, step - 1], self._ends @ moved)
            total[:, step] = given[:, step] + reach[:, self._first]
        return total

    def _backward(self, given: Scores, weights: Scores, lengths: Path) -> Scores:
        """Log weight of all that can follow a label, ``[sentences, tokens, labels]``."""
        total = np.zeros_like(given)
        moved = np.exp(weights[:-1]).T
        for step in range(given.shape[1] - 2, -1, -1):
            on = lengths > step + 1
            reach = _log_sums(given[on, step + 1] + total[on, step + 1], self._begins @ moved)
            total[on, step] = reach[:, self._last]
        return total


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


def _log_sum(rows: Scores) -> Scores:
    """Logarithm of the sum of the exponentials of each row."""
    return _log_sums(rows, np.ones((rows.shape[1], 1)))[:, 0]


def _log_sums(rows: Scores, table: Scores) -> Scores:
    """``log(exp(rows) @ table)``, without overflow."""
    most = rows.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):  # what cannot be reached weighs nothing
        sums: Scores = most + np.log(np.exp(rows - most) @ table)
    return sums
