"""Every tokenizer, ours and the baselines, keeps the same promises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench.interfaces import BASELINES

TEXTS = [
    list("道可道非常道名可名非常名。"),
    list("聖人居亡爲之事，行不言之教。"),
    ["{日止頁}", "道", "可", "道"],
    ["𰀀", "\ue000", "名", "可", "名"],
] * 6

GLYPHS = st.lists(
    st.one_of(
        st.sampled_from([glyph for text in TEXTS for glyph in text]),
        st.sampled_from(["{AB}", "{日止}", "\U000f1234", "\U00100001", "鬱", "\U0003fffd"]),
        st.sampled_from(["\ud800", "\U0010fffd", "\U0010ffff", "{\U0010fffd\udfff}"]),
        st.characters(codec="utf-8", exclude_categories=("Z", "C")),
    ),
    max_size=12,
)


@pytest.fixture(scope="module", params=BASELINES.names())
def tokenizer(request):
    return BASELINES.load(request.param).train(TEXTS, vocab_size=400, seed=0)


@settings(max_examples=60, deadline=None)
@given(glyphs=GLYPHS)
def test_spans_are_ordered_and_cover_every_glyph(tokenizer, glyphs):
    tokens = tokenizer.tokenize(glyphs)
    covered = {glyph for token in tokens for glyph in range(token.start, token.end)}
    assert covered == set(range(len(glyphs)))
    assert all(token.start < token.end and token.text for token in tokens)
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)
    assert [t.end for t in tokens] == sorted(t.end for t in tokens)


@settings(max_examples=30, deadline=None)
@given(glyphs=GLYPHS)
def test_a_saved_tokenizer_cuts_as_before(tokenizer, glyphs):
    restored = type(tokenizer).from_bytes(tokenizer.to_bytes())
    assert restored.to_bytes() == tokenizer.to_bytes()
    assert restored.tokenize(glyphs) == tokenizer.tokenize(glyphs)


@settings(max_examples=60, deadline=None)
@given(glyphs=GLYPHS)
def test_one_that_says_so_gives_every_text_back(tokenizer, glyphs):
    exact = tokenizer.detokenize(tokenizer.tokenize(glyphs)) == "".join(glyphs)
    assert exact or not tokenizer.reversible


def test_one_that_gives_every_text_back_says_so(tokenizer):
    glyphs = ["道", "鬱", "{AB}", "\U0003fffd", "\U00100001", "é"]
    exact = tokenizer.detokenize(tokenizer.tokenize(glyphs)) == "".join(glyphs)
    assert exact == tokenizer.reversible


def test_granularity_is_declared(tokenizer):
    assert tokenizer.granularity in ("character", "component", "subword")


def test_an_empty_text_has_no_tokens(tokenizer):
    assert tokenizer.tokenize([]) == []


@pytest.mark.parametrize("name", BASELINES.names())
@pytest.mark.parametrize("texts", [[], [[]], [["。"]]])
def test_hardly_any_text_to_learn_from_is_enough(name, texts):
    tokens = BASELINES.load(name).train(texts, vocab_size=400, seed=0).tokenize(["道", "{日止頁}"])
    assert {glyph for token in tokens for glyph in range(token.start, token.end)} == {0, 1}


def test_seen_glyphs_are_not_unknown(tokenizer):
    tokens = tokenizer.tokenize(TEXTS[0])
    assert tokens
    assert "[UNK]" not in [token.text for token in tokens]
