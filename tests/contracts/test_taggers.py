"""Every tagger that is installed keeps the same promises; one that is not says what to do."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cbs_bench.errors import PluginError
from cbs_bench.interfaces import BASELINES, TAGGERS, RunRequest
from cbs_bench.script.tagsets import UPOS
from cbs_bench.types import Box, Glyph, Sentence, Word

SENTENCES = [
    Sentence("a", tuple("聖人不言"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
    Sentence("b", ("{日止頁}", "可", "道"), (Word(0, 1, "n"), Word(1, 2, "d"), Word(2, 3, "v"))),
    Sentence("c", tuple("名可名"), (Word(0, 1, "n"), Word(1, 2, "d"), Word(2, 3, "v"))),
] * 4
TEXTS = [list(sentence.glyphs) for sentence in SENTENCES]

GLYPHS = st.lists(
    st.one_of(
        st.sampled_from([glyph for text in TEXTS for glyph in text]),
        st.sampled_from(["{AB}", "\U000f1234", "\U0003fffd", "。", "，", "a", "7", "/", "々"]),
        st.characters(codec="utf-8", exclude_categories=("Z", "C")),
    ),
    max_size=8,
)


@pytest.fixture(scope="module", params=TAGGERS.names())
def tagger(request, tmp_path_factory, serving):
    found = TAGGERS.load(request.param)
    tokenizer = None
    if found.takes_tokens:
        tokenizer = BASELINES.load("character").train(TEXTS, vocab_size=100, seed=0)
    with serving(tmp_path_factory.mktemp("caches")) as endpoint:
        options = {"budget": {"epochs": 2}, "llm": {"url": endpoint.url, "model": "fake"}}
        cell = RunRequest(tmp_path_factory.mktemp("data"), "character", 0, options)
        try:
            trained = found.train(cell, tokenizer, SENTENCES, SENTENCES)
        except PluginError as error:
            assert "pip install" in str(error) and "\n" not in str(error)
            pytest.skip(str(error))  # names the package that is not installed
        yield trained


def test_the_peers_are_listed():
    assert {"crf", "jiayan", "llm", "suparkanbun", "udkanbun"} <= set(TAGGERS.names())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(GLYPHS, max_size=3))
def test_words_are_spans_in_order_that_do_not_overlap(tagger, texts):
    found = tagger.tag(texts)
    assert len(found) == len(texts)
    for glyphs, words in zip(texts, found, strict=True):
        edges = [edge for word in words for edge in (word.start, word.end)]
        assert edges == sorted(edges)
        assert all(0 <= word.start < word.end <= len(glyphs) for word in words)


def test_every_glyph_of_plain_text_is_in_a_word(tagger):
    for glyphs, words in zip(TEXTS, tagger.tag(TEXTS), strict=True):
        assert [g for word in words for g in range(word.start, word.end)] == list(
            range(len(glyphs))
        )


def test_tags_are_of_the_tagset(tagger):
    own = {tag for s in SENTENCES for tag in (word.tag for word in s.words)}
    allowed = own if tagger.tagset is None else {*tagger.tagset} or {""}
    assert {word.tag for words in tagger.tag(TEXTS) for word in words} <= allowed


def test_a_scan_is_tagged_as_the_text_it_reads(tagger):
    for text in TEXTS[:3]:
        glyphs = [Glyph(Box(0, i, 1, 1), ((graph, 1.0),), ()) for i, graph in enumerate(text)]
        assert tagger.tag_reading(glyphs) == tagger.tag([text])[0]


def test_no_text_has_no_words(tagger):
    assert tagger.tag([]) == []
    assert tagger.tag([[]]) == [[]]
    assert tagger.tag_reading([]) == []


def test_measures_are_json(tagger):
    measures = tagger.measures()
    assert json.loads(json.dumps(measures)) == measures


def test_the_tagset_is_declared(tagger):
    assert tagger.tagset is None or set(tagger.tagset) <= set(UPOS)
