from __future__ import annotations

import pytest

from cbs_bench.metrics.words import aligned_accuracy, confusion, first_occurrence_counts
from cbs_bench.types import Word

GOLD = [Word(0, 1, "n"), Word(1, 3, "v"), Word(3, 4, "n")]


def test_only_words_of_the_right_span_are_confused():
    predicted = [Word(0, 1, "n"), Word(1, 2, "v"), Word(2, 3, "v"), Word(3, 4, "v")]
    table = confusion([(predicted, GOLD), (GOLD, GOLD)])
    assert table == {"n": {"n": 3, "v": 1}, "v": {"v": 1}}
    assert aligned_accuracy(table) == pytest.approx(4 / 5)


def test_without_an_aligned_word_the_accuracy_is_zero():
    assert aligned_accuracy(confusion([([], GOLD)])) == 0.0


def test_the_first_gold_word_of_a_text_decides_wherever_the_predicted_one_stands():
    gold = [("道", "n"), ("可", "v"), ("道", "v")]
    counts = first_occurrence_counts([("可", "v"), ("道", "v"), ("名", "n")], gold)
    assert (counts.correct, counts.predicted, counts.gold) == (1, 3, 3)
