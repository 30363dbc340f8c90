from __future__ import annotations

import pytest

from cbs_bench.interfaces import BASELINES

TEXTS = [list("道可道，非常道。"), ["{日止頁}", "道", "#", "#", "可"], list("名可名")] * 6


@pytest.mark.parametrize("name", ["character", "bpe", "byte_bpe", "wordpiece", "unigram"])
def test_a_text_of_seen_glyphs_comes_back_from_its_tokens(name):
    tokenizer = BASELINES.load(name).train(TEXTS, vocab_size=400, seed=0)
    for glyphs in TEXTS[:3]:
        assert tokenizer.detokenize(tokenizer.tokenize(glyphs)) == "".join(glyphs)


def test_byte_level_spells_an_unseen_composition_as_one_glyph():
    tokenizer = BASELINES.load("byte_bpe").train(TEXTS, vocab_size=400, seed=0)
    tokens = tokenizer.tokenize(["道", "{日月}", "{日止頁}", "名"])
    assert {(token.start, token.end) for token in tokens} == {(0, 1), (1, 2), (2, 3), (3, 4)}
    assert sum(token.start == 1 for token in tokens) == len("{}") + len("日月".encode())
    assert tokenizer.detokenize(tokens) == "道{日月}{日止頁}名"
