"""Sub-character tokenization, after Si et al., "Sub-Character Tokenization" (TACL 2023).

Every glyph is spelt by its components and a mark where it ends; byte-pair merges then run over
the spelling, so that a frequent glyph is one token and a rare one its frequent parts. Unlike in
the paper no token goes past the end of a glyph: pieces that straddle ends tie whole clauses into
one unit, for which no tag can be learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from baselines.bpe import BpeTokenizer
from cbs_bench.script.components import decompose
from cbs_bench.types import Token

if TYPE_CHECKING:
    import tokenizers

END = "\u241f"  # the symbol for a unit separator


class SubcharTokenizer(BpeTokenizer):
    """Byte-pair encoding of the components of each glyph."""

    @classmethod
    def boundaries(cls) -> tokenizers.pre_tokenizers.PreTokenizer:
        """Each glyph stands alone."""
        from tokenizers import pre_tokenizers

        return pre_tokenizers.Split(END, "merged_with_previous")

    @classmethod
    def train(cls, texts: Iterable[Sequence[str]], *, vocab_size: int, seed: int = 0) -> Self:
        """Learn the merges from the spelt training texts; see the base class."""
        spelt = ([unit for unit, _ in _spell(text)] for text in texts)
        return super().train(spelt, vocab_size=vocab_size, seed=seed)

    def tokenize(self, glyphs: Sequence[str]) -> list[Token]:
        """Pieces in order; the spans of two pieces of one glyph overlap."""
        units = _spell(glyphs)
        return [
            replace(token, start=units[token.start][1], end=units[token.end - 1][1] + 1)
            for token in super().tokenize([unit for unit, _ in units])
        ]


def _spell(glyphs: Sequence[str]) -> list[tuple[str, int]]:
    """Components and end marks, each with the glyph that it belongs to."""
    return [
        (unit, position)
        for position, glyph in enumerate(glyphs)
        for unit in (*(decompose(glyph) or (glyph,)), END)
    ]
