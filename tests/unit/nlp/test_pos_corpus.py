from __future__ import annotations

import pytest
import spacy

from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES
from cbs_bench.nlp.corpus import pos_corpus, read_sentences
from cbs_bench.nlp.fit import blank_pipeline
from cbs_bench.nlp.tagger import words_of
from cbs_bench.nlp.tokenizers import SpacyTokenizer


@pytest.mark.parametrize("name", BASELINES.names())
def test_examples_hold_the_gold_words_of_the_sentences(mini, name):
    sentences = read_sentences(mini, "validation")
    texts = [sentence.glyphs for sentence in read_sentences(mini, "train")]
    nlp = blank_pipeline(name, BASELINES.load(name).train(texts, vocab_size=600, seed=0))
    examples = list(pos_corpus(mini, "validation")(nlp))
    assert [words_of(e.reference) for e in examples] == [list(s.words) for s in sentences]
    assert all(e.predicted.text == e.reference.text for e in examples)
    assert not any(token.tag_ for e in examples for token in e.predicted)


def test_an_untrained_tokenizer_learns_from_the_training_split_only(mini):
    nlp = spacy.blank("lzh")
    nlp.tokenizer = SpacyTokenizer(nlp.vocab, "character")
    train = {glyph for sentence in read_sentences(mini, "train") for glyph in sentence.glyphs}
    test = {glyph for sentence in read_sentences(mini, "test") for glyph in sentence.glyphs}
    assert test - train
    nlp.initialize(lambda: pos_corpus(mini, "train")(nlp))
    assert set(nlp.tokenizer.tokenizer.graphs) == train


def test_a_foreign_tokenizer_is_told_what_to_do(mini):
    nlp = spacy.blank("en")
    with pytest.raises(InputError, match=r"with a Tokenizer; set nlp\.tokenizer to"):
        list(pos_corpus(mini, "train")(nlp))
