"""The layer that keeps what a word tagger learns of which tag follows which.

It lies above a tagger and adds one more array to what that says of the documents: the table of
moves between tags. So the table learns, is averaged and is stored as every other weight.
"""

from __future__ import annotations

from collections.abc import Callable

from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

MOVES = "moves"
LOUDNESS = 5
"""What the table is multiplied by: Adam changes every weight alike, and moves weigh more than
most."""

Gradients = list[Floats2d]


def random_field(tagger: Model[list[Doc], list[Floats2d]]) -> Model[list[Doc], list[Floats2d]]:
    """A tagger and a table of moves.

    Args:
        tagger: Gives a ``[tokens, labels]`` array of each document.

    Returns:
        A thinc layer from documents to what the tagger gives and, after it, the table.
    """
    model: Model[list[Doc], list[Floats2d]] = Model(
        "random_field", _forward, init=_initialize, layers=[tagger], params={MOVES: None}
    )
    return model


def _forward(
    model: Model[list[Doc], list[Floats2d]], docs: list[Doc], is_train: bool
) -> tuple[list[Floats2d], Callable[[Gradients], list[Doc]]]:
    scores, backprop_tagger = model.layers[0](docs, is_train)

    def backprop(gradients: Gradients) -> list[Doc]:
        *of_scores, of_moves = gradients
        model.inc_grad(MOVES, LOUDNESS * of_moves)
        backprop_tagger(of_scores)
        return []

    return [*scores, LOUDNESS * model.get_param(MOVES)], backprop


def _initialize(
    model: Model[list[Doc], list[Floats2d]],
    X: list[Doc] | None = None,
    Y: list[Floats2d] | None = None,
) -> None:
    model.layers[0].initialize(X, Y)
