from __future__ import annotations

import numpy as np
import pytest
import spacy
from spacy.training import Example

from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES
from cbs_bench.nlp.corpus import make_example
from cbs_bench.nlp.docs import make_doc
from cbs_bench.nlp.fit import FACTORY, blank_pipeline
from cbs_bench.nlp.random_field import MOVES
from cbs_bench.nlp.tagger import words_of
from cbs_bench.types import Sentence, Token, Word

SENTENCES = [
    Sentence("a", tuple("聖人不言"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
    Sentence("b", tuple("名可名"), (Word(0, 1, "n"), Word(1, 2, "d"), Word(2, 3, "v"))),
]


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


def started():
    """A tagger that has learned nothing yet, and the sentences that it is to learn."""
    tokenizer = BASELINES.load("character").train(
        [sentence.glyphs for sentence in SENTENCES], vocab_size=300, seed=0
    )
    nlp = blank_pipeline("character", tokenizer)
    examples = [make_example(nlp, sentence) for sentence in SENTENCES]
    nlp.initialize(lambda: examples)
    return nlp, examples


def test_it_learns_which_tag_follows_which():
    nlp, examples = started()
    for _ in range(5):
        nlp.update(examples)
    tagger = nlp.get_pipe(FACTORY)
    tags = tagger._chain.tags
    moves = tagger.model.get_param(MOVES)
    assert moves[tags.index("B-d"), tags.index("B-v")] > 0 > moves[-1, tags.index("B-v")]


def test_the_loss_falls_and_is_the_log_likelihood_of_the_labels():
    nlp, examples = started()
    before = nlp.update(examples)[FACTORY]
    for _ in range(10):
        after = nlp.update(examples)[FACTORY]
    assert 0 < after < before


def test_a_sentence_without_all_its_tags_is_not_learned_from():
    nlp, examples = started()
    examples[0].reference[1].tag_ = ""
    tagger = nlp.get_pipe(FACTORY)
    scores, _ = tagger.model.begin_update([example.predicted for example in examples])
    _, (untagged, tagged, moves) = tagger.get_loss(examples, scores)
    assert not untagged.any()
    assert tagged.any()
    assert moves.any()
    loss, gradients = tagger.get_loss(examples[:1], [scores[0], scores[-1]])
    assert loss == 0
    assert not any(rows.any() for rows in gradients)


def test_a_token_without_a_tag_makes_no_label():
    nlp, examples = started()
    examples[0].reference[1].tag_ = ""
    nlp.initialize(lambda: examples)
    assert "" not in nlp.get_pipe(FACTORY).labels


def test_probabilities_mind_the_neighbours():
    nlp, _ = started()
    tagger = nlp.get_pipe(FACTORY)
    likely = tagger.probabilities(nlp.tokenizer("聖人不言"))
    assert np.allclose(likely.sum(axis=1), 1)
    assert not likely[0, [label.startswith("I-") for label in tagger.labels]].any()


def test_nothing_to_learn_from_is_no_loss():
    nlp, _ = started()
    empty = Example(nlp.tokenizer(""), nlp.tokenizer(""))
    assert nlp.update([empty], losses={}) == {FACTORY: 0.0}
