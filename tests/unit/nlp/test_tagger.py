from __future__ import annotations

import itertools

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench.errors import InputError
from cbs_bench.nlp.docs import make_doc
from cbs_bench.nlp.tagger import SEPARATOR, Transitions, words_of
from cbs_bench.types import Token, Word

LABELS = ("B-n", "I-n", "B-v", "I-v", "O", "B-n|I-n", "I-n|B-v", "I-v|O", "B-v|I-v|B-n")


def is_valid(path):
    tags = [tag for label in path for tag in label.split(SEPARATOR)]
    return all(
        not tag.startswith("I-") or (before != "O" and before[2:] == tag[2:])
        for before, tag in zip(["O", *tags], tags, strict=False)
    )


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(
            st.lists(st.floats(-5, 5), min_size=len(LABELS), max_size=len(LABELS)),
            min_size=n,
            max_size=n,
        )
    )
)
def test_the_path_is_the_best_valid_one(rows):
    scores = np.array(rows)
    path = Transitions(LABELS).best_path(scores)
    total = scores[np.arange(len(path)), path].sum()
    best = max(
        scores[np.arange(len(rows)), list(choice)].sum()
        for choice in itertools.product(range(len(LABELS)), repeat=len(rows))
        if is_valid([LABELS[i] for i in choice])
    )
    assert is_valid([LABELS[i] for i in path])
    assert abs(total - best) < 1e-6


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_labels_fit_their_tokens_or_are_shorter_where_none_does(lengths, seed):
    transitions = Transitions(LABELS)
    scores = np.random.default_rng(seed).normal(size=(len(lengths), len(LABELS)))
    path = transitions.best_path(transitions.fitting(scores, lengths))
    chosen = [transitions.glyphs[label] for label in path]
    assert all(label <= token for label, token in zip(chosen, lengths, strict=True))
    assert all(
        label == token
        for label, token in zip(chosen, lengths, strict=True)
        if token == 1  # of two and three glyphs every label may continue another word
    )


def test_of_labels_that_are_all_too_short_the_likeliest_wins():
    transitions = Transitions(["B-n", "B-v", "O"])
    scores = np.array([[-2.0, -1.99, -3.0]], dtype=np.float32)
    assert transitions.best_path(transitions.fitting(scores, [4])).tolist() == [1]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("B-n", [Word(0, 3, "n"), Word(3, 4, "v")]),
        ("B-n|B-v", [Word(0, 1, "n"), Word(1, 3, "v"), Word(3, 4, "v")]),
        ("O", [Word(3, 4, "v")]),
    ],
)
def test_a_label_too_short_for_its_token_shifts_no_later_word(label, words):
    tokens = [Token("聖人之", 0, 3, "subword"), Token("言", 3, 4, "subword")]
    doc = make_doc(spacy.blank("lzh").vocab, "聖人之言", tokens)
    doc[0].tag_, doc[1].tag_ = label, "B-v"
    assert words_of(doc) == words


def test_a_document_without_tags_has_not_been_tagged():
    with pytest.raises(InputError, match="tagger has not run: token 0 '聖' has no tag; call a"):
        words_of(spacy.blank("lzh")("聖人"))
