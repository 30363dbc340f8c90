from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.errors import DataError
from cbs_bench.metrics.spans import Counts, bio_from_words, count, words_from_bio
from cbs_bench.types import Word

TAGS = st.lists(st.sampled_from(["B-n", "I-n", "B-v", "I-v", "O"]), max_size=20)


@given(TAGS)
def test_words_survive_the_way_to_bio_and_back(tags):
    words = words_from_bio(tags)
    assert words_from_bio(bio_from_words(words, len(tags))) == words


def test_an_inside_tag_that_continues_nothing_opens_a_word():
    assert words_from_bio(["O", "I-n", "I-v", "I-v"]) == [Word(1, 2, "n"), Word(2, 4, "v")]


def test_a_tag_of_another_form_is_refused_by_place():
    with pytest.raises(DataError, match=r"row 1: 'X-n' is not a BIO tag"):
        words_from_bio(["O", "X-n"])


def test_overlapping_words_are_refused():
    with pytest.raises(DataError, match="overlaps"):
        bio_from_words([Word(0, 2, "n"), Word(1, 3, "v")], 3)


def test_only_equal_spans_with_equal_tags_count():
    gold = [Word(0, 2, "n"), Word(2, 3, "v")]
    predicted = [Word(0, 2, "n"), Word(2, 3, "n"), Word(3, 4, "v")]
    counts = count(predicted, gold)
    assert counts == Counts(correct=1, predicted=3, gold=2)
    assert counts.f1 == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))


def test_a_slice_is_taken_on_both_sides():
    gold = [Word(0, 1, "n"), Word(1, 2, "v")]
    assert count(gold, gold, lambda word: word.start > 0) == Counts(1, 1, 1)


def test_nothing_predicted_scores_zero_and_not_an_error():
    assert Counts(0, 0, 3).f1 == Counts(0, 0, 0).f1 == Counts().precision == 0.0
