"""spaCy drops, copies and keeps user data; what a token says of itself stays right."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin

from cbs_bench.nlp.docs import make_doc
from cbs_bench.nlp.tagger import words_of
from cbs_bench.script.labels import split_glyphs
from cbs_bench.types import Box, Glyph, Token, Word

NLP = spacy.blank("lzh")
TEXT = "道可道{日止頁}晏"
READING = [
    Glyph(Box(10.0 * i, 5, 8, 9), ((graph, 0.5), ("又", 0.25)), ("丿",), sure=False)
    for i, graph in enumerate(split_glyphs(TEXT))
]
KNOWN = ("glyph_span", "granularity", "components")


def known(tokens):
    return [tuple(getattr(token._, name) for name in KNOWN) for token in tokens]


def from_bin(doc):
    return next(DocBin(docs=[doc]).get_docs(NLP.vocab))


def from_json(doc):
    return Doc(NLP.vocab).from_json(doc.to_json())


def as_doc(doc):
    return doc[:].as_doc()


def as_doc_with_user_data(doc):
    return doc[:].as_doc(copy_user_data=True)


def from_docs(doc):
    return Doc.from_docs([doc], exclude=["user_data"])


def edges_moved(doc, cuts):
    """The document with ``cuts`` of its text as the edges of its tokens."""
    with doc.retokenize() as retokenizer:
        if len(doc) > 1:
            retokenizer.merge(doc[:])
    pieces = [doc.text[a:b] for a, b in zip([0, *cuts], [*cuts, len(doc.text)], strict=True)]
    with doc.retokenize() as retokenizer:
        if len(pieces) > 1:
            retokenizer.split(doc[0], pieces, heads=[(doc[0], 0)] * len(pieces))
    assert [token.text for token in doc] == pieces
    return doc


@pytest.mark.parametrize("way", [from_bin, from_json, as_doc, as_doc_with_user_data, from_docs])
def test_a_document_of_the_same_tokens_says_the_same(way):
    assert known(way(NLP(TEXT))) == known(NLP(TEXT))


def test_a_part_counts_its_own_glyphs():
    doc = NLP.tokenizer.from_reading(READING)
    for part in (doc[2:5].as_doc(), doc[2:5].as_doc(copy_user_data=True)):
        assert known(part) == [
            ((0, 1), "character", ["辶", "首"]),
            ((1, 2), "character", ["日", "止", "頁"]),
            ((2, 3), "component", ["日", "安"]),
        ]
        assert part._.boxes == part._.candidates == part[1]._.boxes == []


def test_documents_put_together_count_on():
    doc = Doc.from_docs([NLP(TEXT), NLP(TEXT)], exclude=["user_data"])
    assert [token._.glyph_span for token in doc] == [(i, i + 1) for i in range(10)]


def test_merged_tokens_leave_the_others_alone():
    doc = NLP(TEXT)
    others = known(doc[2:])
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert known(doc) == [((0, 2), "subword", ["道", "可"]), *others]
    for token, label in zip(doc, ["B-n|B-v", "B-n", "B-v", "I-v"], strict=True):
        token.tag_ = label
    assert words_of(doc) == [
        Word(0, 1, "n"), Word(1, 2, "v"), Word(2, 3, "n"), Word(3, 5, "v")
    ]  # fmt: skip


def test_merged_tokens_keep_the_boxes_of_their_glyphs():
    doc = NLP.tokenizer.from_reading(READING)
    boxes, candidates = doc._.boxes, doc._.candidates
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[1:3])
    assert [token._.boxes for token in doc] == [boxes[:1], boxes[1:3], boxes[3:4], boxes[4:]]
    assert doc[3]._.candidates == candidates[4:]


def test_a_token_that_its_like_replaced_is_noticed():
    doc = edges_moved(NLP("道道道可"), [1, 2])
    assert doc[1]._.glyph_span == (1, 2)
    assert edges_moved(doc, [2, 3])[1]._.glyph_span == (2, 3)


@given(st.sets(st.integers(1, 9), max_size=9))
def test_spans_part_the_glyphs_wherever_tokens_have_their_edges(cuts):
    doc = edges_moved(NLP("道可道名可名非常名也"), sorted(cuts))
    expected = list(zip([0, *sorted(cuts)], [*sorted(cuts), 10], strict=True))
    assert [token._.glyph_span for token in doc] == expected
    assert [token._.glyph_span for token in from_bin(doc)] == expected


def test_details_of_another_text_of_the_same_lengths_are_not_taken():
    other = Doc(NLP.vocab, list("晏可"), spaces=[False] * 2, user_data=NLP("道可").user_data)
    assert known(other) == known(NLP("晏可")) != known(NLP("道可"))


def test_a_document_of_an_untrained_pipeline_is_read_by_sight():
    registered = {"@tokenizers": "cbs_bench.BaselineTokenizer.v1", "name": "bpe"}
    vocab = spacy.blank("lzh", config={"nlp": {"tokenizer": registered}}).vocab
    doc = Doc(vocab, ["道", "聖人"], spaces=[False] * 2)
    (found,) = DocBin(docs=[doc]).get_docs(vocab)
    assert known(found) == [((0, 1), "character", []), ((1, 3), "subword", ["聖", "人"])]


def test_a_group_is_as_sure_as_its_least_sure_token():
    parts = [("日", 0.9), ("安", 0.2), ("又", 0.5)]
    tokens = [Token(t, 0, 1, "component", sure, (n, 3)) for n, (t, sure) in enumerate(parts)]
    assert make_doc(NLP.vocab, ["晏"], tokens)[0]._.confidence == 0.2


def test_a_token_of_another_tokenizer_is_a_character_or_a_subword():
    doc = Doc(spacy.blank("en").vocab, ["道", "{日止頁}", "聖人"], spaces=[True, True, False])
    assert known(doc) == [
        ((0, 1), "character", []),
        ((1, 2), "character", []),
        ((2, 4), "subword", ["聖", "人"]),
    ]


def test_glyphs_told_apart_by_the_caller_stay_so():
    doc = make_doc(NLP.vocab, ["道可", "道"], [Token("道可道", 0, 2, "subword")])
    assert doc[0]._.glyph_span == (0, 2)
