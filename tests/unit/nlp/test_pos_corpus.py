from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy
from spacy.cli.evaluate import evaluate
from spacy.cli.train import train
from spacy.tokens import DocBin
from thinc.api import ConfigValidationError

import baselines
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES
from cbs_bench.nlp.corpus import pos_corpus, read_sentences
from cbs_bench.nlp.fit import FACTORY, Budget, blank_pipeline, fit_pipeline
from cbs_bench.nlp.tagger import words_of
from cbs_bench.nlp.tokenizers import SpacyTokenizer

CONFIG = Path(baselines.__file__).parent / "word_tagger.cfg"


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


@pytest.mark.parametrize(
    ("split", "found"),
    [
        ("train", "nowhere: no dataset here"),
        ("dev", "mini: the dataset has no split 'dev'; choose"),
    ],
)
def test_a_missing_corpus_is_an_error_of_the_config(mini, tmp_path, split, found):
    folder = mini if split == "dev" else tmp_path / "nowhere"
    with pytest.raises(ConfigValidationError, match=found):
        pos_corpus(folder, split)


def test_spacy_train_shows_a_missing_corpus_without_a_traceback(tmp_path, capsys):
    with pytest.raises(SystemExit):
        train(CONFIG, overrides={"paths.data": str(tmp_path / "nowhere")})
    assert f"{tmp_path / 'nowhere'}: no dataset here" in capsys.readouterr().out


def test_spacy_evaluate_scores_the_words_of_a_bin(mini, tmp_path):
    sentences = read_sentences(mini, "train")[:40]
    tokenizer = BASELINES.load("multigranularity").train(
        [sentence.glyphs for sentence in sentences], vocab_size=600, seed=0
    )
    budget = Budget(epochs=2, learning_rate=0.01, batch_glyphs=50)
    nlp = fit_pipeline("multigranularity", tokenizer, sentences, [], budget=budget, seed=0).nlp
    nlp.to_disk(tmp_path / "model")
    examples = list(pos_corpus(mini, "test")(nlp))
    docs = [example.reference for example in examples]
    DocBin(docs=docs).to_disk(tmp_path / "test.spacy")
    evaluate(
        str(tmp_path / "model"),
        tmp_path / "test.spacy",
        output=tmp_path / "scores.json",
        per_component=True,
    )
    scores = json.loads((tmp_path / "scores.json").read_text())[FACTORY]
    assert 0 < scores["word_f"] == pytest.approx(nlp.evaluate(examples)["word_f"])


def test_a_foreign_tokenizer_is_told_what_to_do(mini):
    nlp = spacy.blank("en")
    with pytest.raises(InputError, match=r"with a Tokenizer; set nlp\.tokenizer to"):
        list(pos_corpus(mini, "train")(nlp))
