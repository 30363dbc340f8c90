from __future__ import annotations

import numpy as np
import pytest
import spacy

from cbs_bench.errors import ModelError
from cbs_bench.interfaces import BASELINES
from cbs_bench.nlp.corpus import Sentence, make_example
from cbs_bench.nlp.fit import ENSEMBLE, FACTORY, Budget, blank_pipeline, fit_pipeline, predict
from cbs_bench.nlp.tagger import DEFAULT_MODEL
from cbs_bench.types import Word

SENTENCES = [
    Sentence("a", tuple("聖人不言"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
    Sentence("b", tuple("名可名"), (Word(0, 1, "n"), Word(1, 2, "d"), Word(2, 3, "v"))),
] * 4
GLYPHS = [sentence.glyphs for sentence in SENTENCES[:2]]


def trained(name, members):
    tokenizer = BASELINES.load(name).train(GLYPHS, vocab_size=300, seed=0)
    budget = Budget(epochs=6, learning_rate=0.01, batch_glyphs=20, members=members)
    return fit_pipeline(name, tokenizer, SENTENCES, [], budget=budget, seed=0).nlp


def probabilities(member, docs):
    return [np.exp(s) / np.exp(s).sum(axis=1, keepdims=True) for s in member.predict(docs)]


@pytest.mark.parametrize("name", ["multigranularity", "bpe"])
def test_an_ensemble_learns_and_survives_the_disk(name, tmp_path):
    nlp = trained(name, members=3)
    assert predict(nlp, GLYPHS) == [list(sentence.words) for sentence in SENTENCES[:2]]
    nlp.to_disk(tmp_path)
    docs = [nlp.tokenizer.from_glyphs(glyphs) for glyphs in GLYPHS]
    before, after = (n.get_pipe(FACTORY).model.predict(docs) for n in (nlp, spacy.load(tmp_path)))
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_its_members_differ_and_it_says_their_mean():
    nlp = trained("character", members=3)
    (ensemble,) = nlp.get_pipe(FACTORY).model.layers
    docs = [nlp.tokenizer.from_glyphs(glyphs) for glyphs in GLYPHS]
    by_member = [probabilities(member, docs) for member in ensemble.layers]
    assert not np.allclose(by_member[0][0], by_member[1][0])
    mean = np.mean([np.log(member[0]) for member in by_member], axis=0)
    assert np.allclose(ensemble.predict(docs)[0], mean, atol=1e-4)


def test_a_member_learns_from_its_own_mistakes():
    tokenizer = BASELINES.load("character").train(GLYPHS, vocab_size=300, seed=0)
    nlp = blank_pipeline("character", tokenizer, members=2)
    examples = [make_example(nlp, sentence) for sentence in SENTENCES]
    nlp.initialize(lambda: examples)
    nlp.update(examples)  # before that all say the same
    tagger = nlp.get_pipe(FACTORY)
    docs = [example.predicted for example in examples]
    (*scores, moves), _ = tagger.model.begin_update(docs)
    assert len(scores) == 2 * len(docs)
    _, gradients = tagger.get_loss(examples, [*scores, moves])
    for member in (slice(len(docs)), slice(len(docs), None)):
        _, alone = tagger.get_loss(examples, [*scores[member], moves])
        pairs = zip(gradients[:-1][member], alone[:-1], strict=True)
        assert all(np.allclose(together, own, atol=1e-6) for together, own in pairs)
    assert not np.allclose(gradients[0], gradients[len(docs)])


def test_an_ensemble_of_nobody_is_refused():
    nlp = spacy.blank("lzh")
    model = {"@architectures": ENSEMBLE, "member": DEFAULT_MODEL, "members": 0}
    with pytest.raises(ModelError, match="an ensemble of 0 members; set its members to 1 or more"):
        nlp.add_pipe(FACTORY, config={"model": model})
