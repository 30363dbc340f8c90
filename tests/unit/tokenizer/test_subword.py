from __future__ import annotations

import pytest

from cbs_bench.interfaces import BASELINES

TEXTS = [list("道可道，非常道。"), ["{日止頁}", "道", "#", "#", "可"], list("名可名")] * 6


@pytest.mark.parametrize("name", ["character", "bpe", "byte_bpe", "wordpiece", "unigram"])
def test_a_text_of_seen_glyphs_comes_back_from_its_tokens(name):
    tokenizer = BASELINES.load(name).train(TEXTS, vocab_size=400, seed=0)
    for glyphs in TEXTS[:3]:
        assert tokenizer.detokenize(tokenizer.tokenize(glyphs)) == "".join(glyphs)
