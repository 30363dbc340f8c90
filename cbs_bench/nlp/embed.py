"""``cbs_bench.ComponentEmbed.v1``: token embeddings from identity, neighbours and components.

The same layer embeds the tokens of every tokenizer. A token that carries components adds
the sum of their hashed embeddings, once by itself and once with its place among the parts,
so that order counts; a token without components adds nothing there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from spacy.strings import get_string_id
from spacy.tokens import Doc
from thinc.api import HashEmbed, Maxout, Model, Ragged, chain, concatenate, reduce_sum, with_array
from thinc.types import Floats2d

from cbs_bench.nlp.docs import details_of

Keys = npt.NDArray[np.uint64]

TOKEN_FEATURES = 5
PRIME = np.uint64(0x9E3779B97F4A7C15)


def component_embed(
    width: int, rows: int, component_rows: int, seed: int = 0
) -> Model[list[Doc], list[Floats2d]]:
    """Embed each token as one row.

    Args:
        width: Size of a row, and of every table.
        rows: Rows of each hash table over the token, its first and last characters and its
            bigrams with both neighbours.
        component_rows: Rows of the hash table over components.
        seed: Seeds the initial weights of the tables.

    Returns:
        A thinc layer from documents to one ``[tokens, width]`` array each.
    """
    tables = [
        HashEmbed(width, rows, column=column, seed=seed + column)
        for column in range(TOKEN_FEATURES)
    ]
    parts: Model[Ragged, Floats2d] = chain(
        with_array(HashEmbed(width, component_rows, column=0, seed=seed + TOKEN_FEATURES)),
        reduce_sum(),
    )
    mixer: Model[Floats2d, Floats2d] = Maxout(
        width, width * (TOKEN_FEATURES + 1), nP=3, normalize=True
    )
    model: Model[list[Doc], list[Floats2d]] = Model(
        "component_embed",
        _forward,
        init=_initialize,
        layers=[concatenate(*tables), parts, mixer],
        dims={"nO": width},
    )
    return model


def token_keys(doc: Doc) -> Keys:
    """Hash keys of the tokens, ``[tokens, 5]``: identity, first, last, both bigrams."""
    norm, first = doc.to_array(["NORM", "PREFIX"]).T.astype(np.uint64)
    # spaCy's own suffix is three characters long: of a word, here.
    last = np.array([get_string_id(token.text[-1]) for token in doc], dtype=np.uint64)
    padded = np.concatenate([[PRIME], norm, [PRIME]]).astype(np.uint64)
    left = (padded[:-2] * PRIME) ^ norm
    right = (norm * PRIME) ^ padded[2:]
    return np.stack([norm, first, last, left, right], axis=1)


def component_keys(docs: Sequence[Doc]) -> Ragged:
    """Hash keys of all components of all tokens, two for each component."""
    keys: list[int] = []
    lengths: list[int] = []
    for doc in docs:
        for detail in details_of(doc):
            token = _keys_of(tuple(detail[3]))
            keys += token
            lengths.append(len(token))
    return Ragged(np.array(keys, dtype=np.uint64).reshape(-1, 1), np.array(lengths, dtype=np.int32))


@lru_cache(maxsize=65536)
def _keys_of(components: tuple[str, ...]) -> tuple[int, ...]:
    bag = [int(get_string_id(part)) for part in components]
    placed = [int(get_string_id(f"{place} {part}")) for place, part in enumerate(components)]
    return (*bag, *placed)


def _forward(
    model: Model[list[Doc], list[Floats2d]], docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    tables, parts, mixer = model.layers
    lengths = [len(doc) for doc in docs]
    tokens = np.concatenate([token_keys(doc) for doc in docs])
    by_token, backprop_tables = tables(tokens, is_train)
    components = component_keys(docs)
    if components.dataXd.size:
        by_parts, backprop_parts = parts(components, is_train)
    else:
        by_parts = np.zeros((len(tokens), model.get_dim("nO")), dtype=np.float32)
        backprop_parts = None
    mixed, backprop_mixer = mixer(np.hstack([by_token, by_parts]), is_train)

    def backprop(gradients: list[Floats2d]) -> list[Doc]:
        gradient = backprop_mixer(np.concatenate(gradients))
        split = by_token.shape[1]
        backprop_tables(np.ascontiguousarray(gradient[:, :split]))
        if backprop_parts is not None:
            backprop_parts(np.ascontiguousarray(gradient[:, split:]))
        return []

    return np.split(mixed, np.cumsum(lengths)[:-1]), backprop


def _initialize(
    model: Model[list[Doc], list[Floats2d]], X: list[Doc] | None = None, Y: object = None
) -> None:
    for layer in model.layers:
        layer.initialize()
