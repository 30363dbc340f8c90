from __future__ import annotations

import numpy as np
import spacy

from cbs_bench.nlp.docs import make_doc
from cbs_bench.nlp.embed import component_embed, learn_counts
from cbs_bench.script.labels import split_glyphs
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.types import Token

VOCAB = spacy.blank("lzh").vocab
TRAIN = [*["道可道非常道", "名可名非常名"] * 6, *["道見名", "名見道"]]  # 見 is rare


def characters(text):
    glyphs = split_glyphs(text)
    return make_doc(VOCAB, glyphs, [Token(g, i, i + 1, "character") for i, g in enumerate(glyphs)])


def with_components(text):
    glyphs = split_glyphs(text)
    tokenizer = MultiGranularityTokenizer.train(map(split_glyphs, TRAIN), vocab_size=100)
    return make_doc(VOCAB, glyphs, tokenizer.tokenize(glyphs))


def embedding(make, vectors=False, **settings):
    model = component_embed(width=16, rows=200, part_rows=200, vectors=vectors, **settings)
    model.initialize()
    learn_counts(model, [make(text) for text in TRAIN])
    return model


def rows(model, *docs):
    return np.concatenate(model.predict(list(docs)))


def test_graphs_never_seen_are_one_symbol():
    model = embedding(characters)
    one, other = rows(model, characters("道天道"), characters("道地道"))[[1, 4]]
    assert np.array_equal(one, other)


def test_components_tell_unseen_graphs_apart_and_their_order_counts():
    model = embedding(with_components)
    texts = ["道{首可}道", "道{可首}道", "道{首可}道"]
    one, turned, same = rows(model, *map(with_components, texts))[[1, 4, 7]]
    assert np.array_equal(one, same)
    assert not np.allclose(one, turned)


def test_a_rare_identity_is_hidden_in_training_and_there_afterwards():
    model = embedding(characters, hide=1.0)
    rare, unseen = characters("道見名"), characters("道天名")
    trained = np.concatenate(model([rare, unseen], is_train=True)[0])
    assert np.allclose(trained[:3], trained[3:])
    assert not np.allclose(rows(model, rare), rows(model, unseen))


def test_a_frequent_identity_is_never_hidden():
    model = embedding(characters, hide=1.0)
    doc = characters("道可名")
    assert np.allclose(np.concatenate(model([doc], is_train=True)[0]), rows(model, doc))


def test_vectors_tell_graphs_apart_that_training_never_showed():
    model = embedding(characters, vectors=True)
    one, other, same = rows(model, *map(characters, ["道天道", "道地道", "道天道"]))[[1, 4, 7]]
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


def test_a_graph_without_a_vector_shows_that_of_its_components():
    model = embedding(with_components, vectors=True, part_depth=0)
    one, other = rows(model, with_components("道{鹿山口}道"), with_components("道{魚水口}道"))[
        [1, 4]
    ]
    assert not np.allclose(one, other)


def test_a_sub_word_shows_its_glyphs():
    model = component_embed(width=16, rows=200, part_rows=200, vectors=False)
    model.initialize()
    docs = [make_doc(VOCAB, t, [Token(t, 0, 3, "subword")]) for t in ("道可道", "道名道")]
    learn_counts(model, docs * 2)
    unknown = [make_doc(VOCAB, t, [Token(t, 0, 4, "subword")]) for t in ("道可可道", "道名名道")]
    one, other = rows(model, *unknown)
    assert not np.allclose(one, other)


def test_counts_and_vectors_travel_with_the_model():
    model = embedding(characters, vectors=True)
    restored = component_embed(width=16, rows=200, part_rows=200)
    restored.from_bytes(model.to_bytes())
    docs = [characters("道天道見"), characters("見道")]
    assert np.array_equal(rows(model, *docs), rows(restored, *docs))


def test_parts_may_be_new_where_training_showed_none():
    model = embedding(characters)
    doc = make_doc(VOCAB, "道可道", [Token("道可道", 0, 3, "subword")])
    assert rows(model, doc).shape == (1, 16)
