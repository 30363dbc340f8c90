from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.cli.debug_data import debug_data
from spacy.cli.train import train
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_model_from_config
from thinc.api import Config, ConfigValidationError

import baselines
from cbs_bench.errors import ModelError, PluginError
from cbs_bench.interfaces import BASELINES
from cbs_bench.nlp.corpus import Sentence
from cbs_bench.nlp.fit import FACTORY, Budget, blank_pipeline, evaluate, fit_pipeline, predict
from cbs_bench.nlp.tagger import DEFAULT_MODEL
from cbs_bench.nlp.tokenizers import SpacyTokenizer
from cbs_bench.types import Token, Word

CONFIG = Path(baselines.__file__).parent / "word_tagger.cfg"
TEXTS = ["道可道", "名可名", "聖人不言", "{日止頁}可道", "聖人可名"]
SENTENCES = [
    Sentence("a", tuple("聖人不言"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
    Sentence("b", ("{日止頁}", "可", "道"), (Word(0, 1, "n"), Word(1, 2, "d"), Word(2, 3, "v"))),
    Sentence("c", tuple("聖人可名"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
] * 4
BUDGET = Budget(epochs=12, learning_rate=0.01, batch_glyphs=20, dropout=0.1)


def tokenizer(name):
    return BASELINES.load(name).train(
        [sentence.glyphs for sentence in SENTENCES], vocab_size=300, seed=0
    )


@pytest.mark.parametrize("name", BASELINES.names())
def test_every_tokenizer_learns_and_its_pipeline_survives_the_disk(name, tmp_path):
    fit = fit_pipeline(name, tokenizer(name), SENTENCES, SENTENCES, budget=BUDGET, seed=0)
    assert evaluate(fit.nlp, SENTENCES).f1 > 0.8
    fit.nlp.to_disk(tmp_path / "nlp")
    loaded = spacy.load(tmp_path / "nlp")
    glyphs = [sentence.glyphs for sentence in SENTENCES]
    assert predict(loaded, glyphs) == predict(fit.nlp, glyphs)
    text = "".join(SENTENCES[1].glyphs)
    tags = [[t.tag_ for t in nlp(text)] for nlp in (loaded, fit.nlp)]
    assert tags[0] == tags[1]


def test_the_same_seed_trains_the_same_pipeline():
    fits = [
        fit_pipeline("bpe", tokenizer("bpe"), SENTENCES, SENTENCES, budget=BUDGET, seed=1)
        for _ in range(2)
    ]
    assert fits[0].curve == fits[1].curve


@pytest.mark.parametrize("name", BASELINES.names())
@pytest.mark.parametrize("text", TEXTS)
def test_a_document_has_the_text_of_its_source(name, text):
    nlp = blank_pipeline(name, tokenizer(name))
    assert nlp.tokenizer(text).text == text


def test_tokens_carry_what_the_tokenizer_knew():
    nlp = blank_pipeline("multigranularity", tokenizer("multigranularity"))
    doc = nlp.tokenizer("可{日止}")
    assert [t._.glyph_span for t in doc] == [(0, 1), (1, 2)]
    assert [t._.granularity for t in doc] == ["character", "component"]
    assert list(doc[1]._.components) == ["日", "止"]
    assert doc[0]._.confidence == 1.0


@pytest.mark.parametrize("name", BASELINES.names())
def test_training_a_pipeline_leaves_its_trained_tokenizer_alone(name):
    trained = BASELINES.load(name).train(TEXTS, vocab_size=290, seed=0)
    fit = fit_pipeline(name, trained, SENTENCES, [], budget=Budget(epochs=1), seed=0)
    assert fit.nlp.tokenizer.tokenizer is trained


def test_an_untrained_tokenizer_learns_from_the_examples_in_the_size_of_its_config():
    registered = {
        "@tokenizers": "cbs_bench.BaselineTokenizer.v1",
        "name": "character",
        "vocab_size": 2,
    }
    nlp = spacy.blank("lzh", config={"nlp": {"tokenizer": registered}})
    docs = [
        Doc(nlp.vocab, list("道可道也"), spaces=[False] * 4),
        Doc(nlp.vocab, ["可"], spaces=[False]),
    ]
    nlp.initialize(lambda: [Example(doc, doc) for doc in docs])
    assert set(nlp.tokenizer.tokenizer.graphs) == {"道", "可"}


def test_an_untrained_tokenizer_says_what_to_do():
    registered = {"@tokenizers": "cbs_bench.BaselineTokenizer.v1", "name": "bpe"}
    nlp = spacy.blank("lzh", config={"nlp": {"tokenizer": registered}})
    with pytest.raises(ModelError, match="the bpe tokenizer is not trained; call nlp"):
        nlp("道")


def test_an_unknown_tokenizer_is_refused_when_the_pipeline_is_made():
    registered = {"@tokenizers": "cbs_bench.BaselineTokenizer.v1", "name": "nosuch"}
    problem = "(?s)No tokenizer to cut with.*unknown tokenizer 'nosuch'; choose one of bpe, "
    with pytest.raises(ConfigValidationError, match=problem):
        spacy.blank("lzh", config={"nlp": {"tokenizer": registered}})


def test_pipe_with_processes_gives_the_same_documents():
    fit = fit_pipeline("bpe", tokenizer("bpe"), SENTENCES, [], budget=Budget(epochs=1), seed=0)
    serial = [[t.tag_ for t in doc] for doc in fit.nlp.pipe(TEXTS)]
    parallel = [[t.tag_ for t in doc] for doc in fit.nlp.pipe(TEXTS, n_process=2)]
    assert serial == parallel


def test_the_config_for_spacy_train_is_the_model_of_the_benchmark():
    config = Config().from_disk(CONFIG)
    assert config["components"][FACTORY]["model"] == DEFAULT_MODEL
    assert config["training"]["max_epochs"] == Budget().epochs
    assert config["training"]["dropout"] == Budget().dropout
    assert config["training"]["optimizer"]["learn_rate"] == Budget().learning_rate


def test_the_config_holds_all_that_spacy_would_fill_in(mini):
    config = Config().from_disk(CONFIG, interpolate=False)
    filled = load_model_from_config(config, auto_fill=True, validate=False).config
    for unused in ("train", "dev", "vectors", "init_tok2vec"):
        del filled["paths"][unused]
    assert filled == config
    debug_data(CONFIG, config_overrides={"paths.data": str(mini)}, silent=True)


def test_spacy_train_makes_a_pipeline_from_a_built_dataset(mini, tmp_path):
    overrides = {"paths.data": str(mini), "training.max_epochs": 1}
    train(CONFIG, tmp_path / "model", overrides=overrides)
    nlp = spacy.load(tmp_path / "model" / "model-last")
    doc = nlp("道可道{日止頁}")
    assert doc.text == "道可道{日止頁}"
    assert all(token.tag_ for token in doc)


@pytest.mark.parametrize(
    ("spans", "missed"),
    [
        ([(0, 2)], 2),
        ([(0, 1), (2, 3)], 1),
        ([(1, 3)], 0),
        ([(0, 2), (2, 9)], 2),
        ([(0, 1), (1, 1), (1, 3)], 1),
        ([(2, 3), (0, 2)], 0),
        ([], 0),
    ],
)
def test_a_tokenizer_that_loses_glyphs_is_named(monkeypatch, spans, missed):
    tokenizer = BASELINES.load("character").train([["道"]], vocab_size=9, seed=0)
    tokens = [Token("x", start, end, "subword") for start, end in spans]
    monkeypatch.setattr(tokenizer, "tokenize", lambda glyphs: tokens)
    adapter = SpacyTokenizer(spacy.blank("lzh").vocab, "theirs", tokenizer)
    with pytest.raises(PluginError, match=f"'theirs' .* for glyph {missed} of '道可道'"):
        adapter("道可道")
