"""Texts that hold a sentence of a test split are told."""

from __future__ import annotations

import pytest

from cbs_bench.nlp.corpus import read_sentences
from cbs_bench.nlp.scored_sentences import ScoredSentences
from cbs_bench.script.punctuation import is_punctuation


@pytest.fixture(scope="module")
def scored(mini):
    return ScoredSentences([mini])


@pytest.fixture(scope="module")
def plain(mini):
    """The glyphs of the test sentences, without punctuation; some are compositions."""
    return [
        tuple(glyph for glyph in sentence.glyphs if not is_punctuation(glyph))
        for sentence in read_sentences(mini, "test")
    ]


def test_a_text_that_holds_a_scored_sentence_is_told_whatever_its_punctuation(scored, plain):
    long = [glyphs for glyphs in plain if len(glyphs) >= ScoredSentences.LEAST]
    assert any(len(glyph) > 1 for glyphs in long for glyph in glyphs)
    for glyphs in long:
        assert scored.any_in(("昔", "，", *glyphs[:3], "「", *glyphs[3:], "。", "今"))
        assert not scored.any_in(("昔", *glyphs[1:], "今"))


def test_a_shorter_sentence_is_a_common_phrase(scored, plain):
    short = [glyphs for glyphs in plain if len(glyphs) < ScoredSentences.LEAST]
    assert any(len("".join(glyphs)) >= ScoredSentences.LEAST for glyphs in short)
    assert not any(scored.any_in(glyphs) for glyphs in short)


def test_without_datasets_nothing_is_scored(plain):
    assert not ScoredSentences([]).any_in(plain[0])
    assert not ScoredSentences([]).any_in(())
