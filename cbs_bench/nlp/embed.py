"""``cbs_bench.ComponentEmbed.v1``: token embeddings from identity, neighbours, parts and use.

The same layer embeds the tokens of every tokenizer. What it has seen too rarely to know is
one unknown symbol to it, and during training the identity of rare symbols is hidden some of
the time, so that it learns to judge a token by its context before a text asks it to.

A token shows its parts where they say more than its identity: a sub-word always shows the
glyphs it is made of, a glyph its components when its identity is hidden (or always, by
setting). ``benchmarks/ablation.py`` measures what each of these choices brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain as flatten
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.strings import get_string_id
from spacy.tokens import Doc
from thinc.api import HashEmbed, Maxout, Model, Ragged, chain, concatenate, reduce_sum, with_array
from thinc.types import Floats2d

from cbs_bench.errors import ModelError
from cbs_bench.nlp.details import details_of
from cbs_bench.nlp.docs import GUIDE, UNKNOWN_NORM
from cbs_bench.nlp.glyph_vectors import GlyphVectors
from cbs_bench.nlp.part_names import part_names
from cbs_bench.script.labels import split_glyphs

Keys = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Row = npt.NDArray[np.float32]

FEATURES = 5  # identity, first glyph, last glyph, both bigrams
PRIME = np.uint64(0x9E3779B97F4A7C15)
UNKNOWN = np.uint64(get_string_id(UNKNOWN_NORM))
GUIDE_SCALE = np.float32(3)  # so that a sure guide is as loud as a row of a table


def component_embed(
    width: int,
    rows: int,
    part_rows: int,
    min_count: int = 2,
    rare_count: int = 5,
    hide: float = 0.5,
    part_depth: int = 3,
    ordered: bool = True,
    always: bool = False,
    vectors: bool = True,
    seed: int = 0,
) -> Model[list[Doc], list[Floats2d]]:
    """Embed each token as one row.

    Args:
        width: Size of a row, and of every table.
        rows: Rows of each hash table over the token, its first and last glyph and its
            bigrams with both neighbours.
        part_rows: Rows of the hash table over parts.
        min_count: A symbol seen less often in training is unknown.
        rare_count: A symbol seen at most so often is rare.
        hide: How often the identity of a rare symbol is hidden in training.
        part_depth: How deep components are taken apart; 0 shows none.
        ordered: Whether a part counts once more with its place among the parts.
        always: Whether a glyph shows its components when its identity is not hidden, too.
        vectors: Whether a token shows the vectors of its first and last glyph, which the
            package learned from raw text (:class:`GlyphVectors`).
        seed: Seeds the hashes by which the tables find their rows.

    Returns:
        A thinc layer from documents to one ``[tokens, width]`` array each.
    """
    tables = [
        HashEmbed(width, rows, column=column, seed=seed + column) for column in range(FEATURES)
    ]
    parts: Model[Ragged, Floats2d] = chain(
        with_array(HashEmbed(width, part_rows, column=0, seed=seed + FEATURES)), reduce_sum()
    )
    # How many numbers it mixes is known when it is known whether a guide stands before it.
    mixer: Model[Floats2d, Floats2d] = Maxout(width, nP=3, normalize=True)
    model: Model[list[Doc], list[Floats2d]] = Model(
        "component_embed",
        _forward,
        init=_initialize,
        layers=[concatenate(*tables), parts, mixer],
        dims={"nO": width},
        attrs={
            "counts": {},
            "min_count": min_count,
            "rare_count": rare_count,
            "hide": hide,
            "part_depth": part_depth,
            "ordered": ordered,
            "always": always,
            "vectors": GlyphVectors.load() if vectors else None,
            "guide_tags": 0,
        },
    )
    return model


def learn_counts(model: Model[Any, Any], docs: Iterable[Doc]) -> None:
    """Count the symbols of the training documents in every component embedding of ``model``.

    Without counts every symbol is known and none is hidden.
    """
    docs = list(docs)
    for layer in model.walk():
        if layer.name == "component_embed":
            layer.attrs["counts"] = _counts(layer, docs)


def show_guide(model: Model[Any, Any], tags: int) -> None:
    """Let every component embedding of ``model`` see what a guide says; before it is initialized.

    Args:
        model: A tagger's.
        tags: How many tags the guide has; 0 where none stands before the tagger.
    """
    for layer in model.walk():
        if layer.name == "component_embed":
            layer.attrs["guide_tags"] = tags


def _counts(model: Model[Any, Any], docs: Sequence[Doc]) -> dict[str, list[Any]]:
    """Of each kind of symbol, the keys in order and how often each was seen."""
    seen: dict[str, list[Keys]] = {"token": [], "edge": [], "pair": [], "part": []}
    for doc in docs:
        token, first, last, left, _ = token_keys(doc).T
        parts, _ = _part_keys(model, doc, np.ones(len(doc), dtype=bool))
        seen["token"].append(token)
        seen["edge"] += [first, last[first != last]]
        seen["pair"].append(left)
        seen["part"].append(parts)
    return {
        kind: list(np.unique(np.concatenate(k), return_counts=True)) for kind, k in seen.items()
    }


def token_keys(doc: Doc) -> Keys:
    """Hash keys of the tokens, ``[tokens, 5]``: identity, first, last, both bigrams."""
    token = doc.to_array(["NORM"]).astype(np.uint64).reshape(-1)
    edges = [
        (key, key) if end - start == 1 else _edges(word.text)
        for word, key, (start, end, *_) in zip(doc, token, details_of(doc), strict=True)
    ]
    first, last = np.array(edges, dtype=np.uint64).reshape(-1, 2).T
    padded = np.concatenate([[PRIME], token, [PRIME]]).astype(np.uint64)
    pairs = (padded[:-1] * PRIME) ^ padded[1:]
    return np.stack([token, first, last, pairs[:-1], pairs[1:]], axis=1)


def _part_keys(
    model: Model[Any, Any], doc: Doc, hidden: Flags
) -> tuple[Keys, npt.NDArray[np.int32]]:
    """Hash keys of the parts of all tokens end to end, and how many each token has."""
    depth, ordered = model.attrs["part_depth"], model.attrs["ordered"]
    shown = hidden | model.attrs["always"]
    keys = [
        _keys_of(tuple(parts), 1 if granularity == "subword" else depth, ordered)
        if show or granularity == "subword"
        else ()
        for (_, _, granularity, parts, *_), show in zip(details_of(doc), shown, strict=True)
    ]
    lengths = np.array([len(token) for token in keys], dtype=np.int32)
    return np.array(list(flatten.from_iterable(keys)), dtype=np.uint64), lengths


@lru_cache(maxsize=65536)
def _keys_of(parts: tuple[str, ...], depth: int, ordered: bool) -> tuple[int, ...]:
    return tuple(get_string_id(name) for name in part_names(parts, depth, ordered))


@lru_cache(maxsize=65536)
def _glyphs_of(text: str) -> tuple[str, ...]:
    return tuple(split_glyphs(text))


def _edges(text: str) -> tuple[int, int]:
    glyphs = _glyphs_of(text)
    return get_string_id(glyphs[0]), get_string_id(glyphs[-1])


def _hide(model: Model[Any, Any], keys: Keys, is_train: bool) -> tuple[Keys, Flags]:
    """``keys`` with what is unknown or hidden replaced, and whose identity that is."""
    if not model.attrs["counts"]:
        return keys, keys[:, 0] == UNKNOWN
    keys = keys.copy()
    drawn = np.random.uniform(size=len(keys)) < model.attrs["hide"] if is_train else False

    def gone(kind: str, column: Keys) -> Flags:
        count = _count(model.attrs["counts"][kind], column)
        rare = (count <= model.attrs["rare_count"]) & drawn
        unknown: Flags = (count < model.attrs["min_count"]) | rare | (column == UNKNOWN)
        return unknown

    hidden = gone("token", keys[:, 0])
    for column in (1, 2):
        keys[gone("edge", keys[:, column]), column] = UNKNOWN
    before = np.concatenate([[False], hidden[:-1]])
    after = np.concatenate([hidden[1:], [False]])
    for column, beside in ((3, before), (4, after)):
        pair = keys[:, column]
        few = _count(model.attrs["counts"]["pair"], pair) < model.attrs["min_count"]
        pair[few | hidden | beside] = UNKNOWN
    keys[hidden, 0] = UNKNOWN
    return keys, hidden


def _count(counts: Sequence[Any], keys: Keys) -> npt.NDArray[np.int64]:
    known, number = counts
    if not len(known):  # no token of the training texts showed a part
        return np.zeros(len(keys), dtype=np.int64)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found: npt.NDArray[np.int64] = np.where(known[place] == keys, number[place], 0)
    return found


def _features(model: Model[Any, Any], docs: Sequence[Doc], is_train: bool) -> tuple[Keys, Ragged]:
    """Keys of the tokens of all documents, and those of the parts that they show."""
    tokens, parts, lengths = [], [], []
    for doc in docs:
        keys, hidden = _hide(model, token_keys(doc), is_train)
        shown, length = _part_keys(model, doc, hidden)
        tokens.append(keys)
        parts.append(shown)
        lengths.append(length)
    part = np.concatenate(parts)
    if model.attrs["counts"]:
        few = _count(model.attrs["counts"]["part"], part) < model.attrs["min_count"]
        part = np.where(few, UNKNOWN, part)
    return np.concatenate(tokens), Ragged(part.reshape(-1, 1), np.concatenate(lengths))


def _edge_vectors(vectors: GlyphVectors, docs: Sequence[Doc]) -> list[Floats2d]:
    """The vectors of the first and of the last glyph of each token, ``[tokens, size]`` each."""
    rows: tuple[list[Row], list[Row]] = ([], [])
    for doc in docs:
        for word, (start, end, _, parts, *_) in zip(doc, details_of(doc), strict=True):
            glyphs = _glyphs_of(word.text)
            components = parts if end - start == 1 else ()
            for side, glyph in zip(rows, (glyphs[0], glyphs[-1]), strict=True):
                side.append(vectors.of(glyph, components))
    # Rows of length one have tiny entries; the tables beside them start near one.
    scale = np.float32(np.sqrt(vectors.size))
    return [np.array(side, np.float32).reshape(-1, vectors.size) * scale for side in rows]


def _edge_opinions(tags: int, docs: Sequence[Doc]) -> list[Floats2d]:
    """What a guide says of the first and of the last glyph of each token, ``[tokens, tags]`` each.

    Raises:
        ModelError: If a document has not been through the guide, or not with these glyphs.
    """
    sides: tuple[list[Row], list[Row]] = ([], [])
    for doc in docs:
        said, details = doc.user_data.get(GUIDE, ()), details_of(doc)
        if len(said) != sum(end - start for start, end, *_ in details):
            raise ModelError(
                "a document has not been through the guide",
                remedy="name the guide among the annotating_components, before the tagger",
            )
        for start, end, *_ in details:
            sides[0].append(said[start])
            sides[1].append(said[end - 1])
    return [GUIDE_SCALE * np.array(side, np.float32).reshape(-1, tags) for side in sides]


def _forward(
    model: Model[list[Doc], list[Floats2d]], docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    tables, parts, mixer = model.layers
    tokens, shown = _features(model, docs, is_train)
    by_token, backprop_tables = tables(tokens, is_train)
    if shown.dataXd.size:
        by_parts, backprop_parts = parts(shown, is_train)
    else:
        by_parts = np.zeros((len(tokens), model.get_dim("nO")), dtype=np.float32)
        backprop_parts = None
    seen = [by_token, by_parts]
    if model.attrs["vectors"] is not None:
        seen += _edge_vectors(model.attrs["vectors"], docs)
    if model.attrs["guide_tags"]:
        seen += _edge_opinions(model.attrs["guide_tags"], docs)
    mixed, backprop_mixer = mixer(np.hstack(seen), is_train)

    def backprop(gradients: list[Floats2d]) -> list[Doc]:
        gradient = backprop_mixer(np.concatenate(gradients))
        token, part = (rows.shape[1] for rows in seen[:2])
        backprop_tables(np.ascontiguousarray(gradient[:, :token]))
        if backprop_parts is not None:
            backprop_parts(np.ascontiguousarray(gradient[:, token : token + part]))
        return []

    return np.split(mixed, np.cumsum([len(doc) for doc in docs])[:-1]), backprop


def _initialize(
    model: Model[list[Doc], list[Floats2d]], X: list[Doc] | None = None, Y: object = None
) -> None:
    tables, parts, mixer = model.layers
    vectors = model.attrs["vectors"]
    edges = (vectors.size if vectors else 0) + model.attrs["guide_tags"]
    shown = model.get_dim("nO") * (FEATURES + 1) + 2 * edges
    tables.initialize()
    parts.initialize()
    mixer.initialize(np.zeros((1, shown), dtype=np.float32))
