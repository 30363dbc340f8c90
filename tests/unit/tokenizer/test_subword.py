from __future__ import annotations

import sys

import pytest

from cbs_bench.errors import InputError, PluginError
from cbs_bench.interfaces import BASELINES
from cbs_bench.script.labels import split_glyphs

TEXTS = [list("道可道，非常道。"), ["{日止頁}", "道", "#", "#", "可"], list("名可名")] * 6


@pytest.mark.parametrize("name", ["character", "bpe", "byte_bpe", "wordpiece", "unigram"])
def test_a_text_of_seen_glyphs_comes_back_from_its_tokens(name):
    tokenizer = BASELINES.load(name).train(TEXTS, vocab_size=400, seed=0)
    for glyphs in TEXTS[:3]:
        assert tokenizer.detokenize(tokenizer.tokenize(glyphs)) == "".join(glyphs)


@pytest.mark.parametrize("name", ["bpe", "wordpiece", "unigram"])
def test_a_glyph_seen_only_at_the_head_of_clauses_is_known_anywhere(name):
    tokenizer = BASELINES.load(name).train([list("夫道可道"), list("夫非常道")] * 6, vocab_size=99)
    tokens = tokenizer.tokenize(list("非夫夫道"))
    assert tokenizer.detokenize(tokens) == "非夫夫道"
    assert [token.start for token in tokens][:3] == [0, 1, 2]


def test_a_vocabulary_too_small_to_learn_is_one_line():
    unigram = BASELINES.load("unigram")
    with pytest.raises(InputError, match=r"no vocabulary of 2 here .*larger --vocab-size"):
        unigram.train([list("道可道非常道")] * 4, vocab_size=2, seed=0)


def test_byte_level_spells_an_unseen_composition_as_one_glyph():
    tokenizer = BASELINES.load("byte_bpe").train(TEXTS, vocab_size=400, seed=0)
    tokens = tokenizer.tokenize(["道", "{日月}", "{日止頁}", "名"])
    assert {(token.start, token.end) for token in tokens} == {(0, 1), (1, 2), (2, 3), (3, 4)}
    assert sum(token.start == 1 for token in tokens) == len("{}") + len("日月".encode())
    assert tokenizer.detokenize(tokens) == "道{日月}{日止頁}名"


def test_without_sentencepiece_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentencepiece", None)
    with pytest.raises(PluginError, match=r"pip install 'cbs-bench\[peers\]'"):
        BASELINES.load("sentencepiece").train(TEXTS, vocab_size=400, seed=0)


@pytest.fixture
def pieces():
    """A text long enough to have pieces, and a vocabulary too small for all of them."""
    pytest.importorskip("sentencepiece", reason="pip install 'cbs-bench[peers]'")
    sentences = ("道可道非常道", "名可名非常名", "無名天地之始也", "{日止頁}天地之閒")
    return [split_glyphs(a + b) for a in sentences for b in sentences] * 5


def test_sentencepiece_trains_alike_every_time(pieces):
    train = BASELINES.load("sentencepiece").train
    one, other = (train(pieces, vocab_size=30, seed=seed) for seed in (0, 1))
    assert one.to_bytes() == other.to_bytes()
    assert any(token.end - token.start > 1 for token in one.tokenize(pieces[0]))


def test_a_vocabulary_smaller_than_the_alphabet_keeps_the_commonest(pieces):
    tokenizer = BASELINES.load("sentencepiece").train(pieces, vocab_size=12, seed=0)
    texts = [token.text for token in tokenizer.tokenize(["名", "{日止頁}", "道", "閒"])]
    assert texts[0] == "名" and texts[-1] == "[UNK]"
    assert tokenizer.model.get_vocab_size() <= 12


def test_it_cuts_as_sentencepiece_itself_does(pieces, monkeypatch):
    import sentencepiece

    made = []
    original = sentencepiece.SentencePieceProcessor
    monkeypatch.setattr(
        sentencepiece,
        "SentencePieceProcessor",
        lambda **model: made.append(original(**model)) or made[0],
    )
    tokenizer = BASELINES.load("sentencepiece").train(pieces, vocab_size=30, seed=0)
    for glyphs in pieces[:16]:
        shown = "".join(tokenizer.stand_ins.get(glyph, glyph) for glyph in glyphs)
        assert [token.text for token in tokenizer.tokenize(glyphs)] == made[0].encode(
            shown, out_type=str
        )
