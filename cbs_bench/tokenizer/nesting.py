"""One token a glyph, which carries its components, and the flat sequence of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cbs_bench.script.components import decompose
from cbs_bench.tokenizer.vocabulary import Vocabulary
from cbs_bench.types import Token


def nest(glyphs: Sequence[str], vocabulary: Vocabulary) -> list[Token]:
    """One token a glyph, with its components; what is not kept whole falls back to them.

    A glyph that nothing is known of is its own only component.
    """
    return [
        Token(
            glyph,
            position,
            position + 1,
            "character" if vocabulary.knows_graph(glyph) else "component",
            components=decompose(glyph) or (glyph,),
        )
        for position, glyph in enumerate(glyphs)
    ]


def flatten(nested: Iterable[Token]) -> Iterator[Token]:
    """One token for each component where a glyph was not kept whole."""
    for token in nested:
        if token.granularity != "component":
            yield replace(token, components=())
            continue
        total = len(token.components)
        for index, part in enumerate(token.components):
            yield replace(token, text=part, part=(index, total), components=())
