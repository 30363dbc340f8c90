"""``cbs_bench.TaggerEnsemble.v1``: taggers that learn side by side and decide together.

Each member has initial weights and a dropout of its own and learns from its own mistakes alone;
what they say of a token is averaged (Hansen and Salamon 1990, "Neural Network Ensembles"). It
costs as many times the time of one tagger as it has members.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

from cbs_bench.errors import ModelError


def tagger_ensemble(
    member: Model[list[Doc], list[Floats2d]], members: int
) -> Model[list[Doc], list[Floats2d]]:
    """A tagger of several.

    In training it gives the probabilities of every member, one member after the other; the
    word tagger compares each with the truth.

    Args:
        member: A tagger that gives scores before the softmax, such as ``spacy.Tagger.v2``.
        members: How many of its kind learn.

    Returns:
        A thinc layer from documents to one ``[tokens, labels]`` array of mean log
        probabilities each.

    Raises:
        ModelError: If there would be no member.
    """
    if members < 1:
        raise ModelError(f"an ensemble of {members} members", remedy="set its members to 1 or more")
    layers = [member, *(member.copy() for _ in range(members - 1))]
    model: Model[list[Doc], list[Floats2d]] = Model(
        "tagger_ensemble", _forward, init=_initialize, layers=layers
    )
    return model


def _forward(
    model: Model[list[Doc], list[Floats2d]], docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    given = [member(docs, is_train) for member in model.layers]

    def backprop(gradients: list[Floats2d]) -> list[Doc]:
        for place, (_, backprop_member) in enumerate(given):
            backprop_member(gradients[place * len(docs) : (place + 1) * len(docs)])
        return []

    if is_train:
        return [scores for member, _ in given for scores in member], backprop
    by_doc = zip(*(member for member, _ in given), strict=True)
    return [np.mean([_log_softmax(s) for s in scores], axis=0) for scores in by_doc], backprop


def _initialize(
    model: Model[list[Doc], list[Floats2d]],
    X: list[Doc] | None = None,
    Y: list[Floats2d] | None = None,
) -> None:
    for member in model.layers:
        member.initialize(X, Y)


def _log_softmax(scores: Floats2d) -> Floats2d:
    shifted = scores - scores.max(axis=1, keepdims=True)
    rows: Floats2d = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return rows
