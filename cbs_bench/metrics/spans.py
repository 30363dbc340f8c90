"""Exact word spans over the glyphs of the source: BIO tags to words, counts, F1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cbs_bench.errors import DataError
from cbs_bench.types import Word

OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Counts:
    """Micro counts; they add, so tables re-aggregate from stored rows.

    Attributes:
        correct: Spans with equal start, end and tag in prediction and gold.
        predicted: Spans predicted.
        gold: Spans in the gold standard.
    """

    correct: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.correct + other.correct, self.predicted + other.predicted, self.gold + other.gold
        )

    @property
    def precision(self) -> float:
        """Correct of predicted; 0 where nothing was predicted."""
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Correct of gold; 0 where there is no gold."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.predicted + self.gold
        return 2 * self.correct / total if total else 0.0


def words_from_bio(tags: Sequence[str]) -> list[Word]:
    """Words of one row of BIO tags, one tag a glyph.

    An ``I-`` that continues nothing opens a word, as CoNLL scorers read it.

    Args:
        tags: ``B-x``, ``I-x`` or ``O``, one a glyph.

    Raises:
        DataError: If a tag has another form.
    """
    words: list[Word] = []
    start, open_tag = 0, None
    for position, tag in enumerate([*tags, OUTSIDE]):
        prefix, _, name = tag.partition("-")
        if tag != OUTSIDE and (prefix not in ("B", "I") or not name):
            raise DataError(f"{tag!r} is not a BIO tag", row=position, remedy="write B-x, I-x or O")
        if prefix == "I" and name == open_tag:
            continue
        if open_tag is not None:
            words.append(Word(start, position, open_tag))
        start, open_tag = position, (None if tag == OUTSIDE else name)
    return words


def bio_from_words(words: Iterable[Word], length: int) -> list[str]:
    """The inverse of :func:`words_from_bio` for words that do not overlap.

    Args:
        words: Spans within ``length`` glyphs.
        length: Number of glyphs of the row.

    Raises:
        DataError: If a word lies outside the row or overlaps another.
    """
    tags = [OUTSIDE] * length
    for word in words:
        if not 0 <= word.start < word.end <= length:
            raise DataError(f"word {word.start}-{word.end} lies outside {length} glyphs")
        if any(tag != OUTSIDE for tag in tags[word.start : word.end]):
            raise DataError(f"word {word.start}-{word.end} overlaps another")
        tags[word.start] = f"B-{word.tag}"
        for position in range(word.start + 1, word.end):
            tags[position] = f"I-{word.tag}"
    return tags


def count(
    predicted: Iterable[Word],
    gold: Iterable[Word],
    keep: Callable[[Word], bool] | None = None,
) -> Counts:
    """Counts of one row.

    Args:
        predicted: Words of the system.
        gold: Words of the standard.
        keep: A slice: only words for which it holds are counted, on both sides.
    """
    guess, truth = set(predicted), set(gold)
    if keep is not None:
        guess, truth = {w for w in guess if keep(w)}, {w for w in truth if keep(w)}
    return Counts(len(guess & truth), len(guess), len(truth))
