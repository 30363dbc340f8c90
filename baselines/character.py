"""One token a glyph: the strongest simple baseline for classical Chinese."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from cbs_bench.interfaces import SlipTokenizer
from cbs_bench.types import Granularity, Token

UNKNOWN = "[UNK]"


class CharacterTokenizer(SlipTokenizer):
    """Every glyph of the vocabulary is a token, every other one ``[UNK]``.

    Args:
        graphs: The glyphs known, most frequent first.
    """

    granularity: ClassVar[Granularity] = "character"

    def __init__(self, graphs: Sequence[str]) -> None:
        self.graphs = tuple(graphs)
        self._known = frozenset(graphs)

    @classmethod
    def train(
        cls, texts: Iterable[Sequence[str]], *, vocab_size: int, seed: int = 0
    ) -> CharacterTokenizer:
        """Keep the most frequent glyphs.

        Args:
            texts: Glyphs of each text.
            vocab_size: Most glyphs to keep.
            seed: Unused: nothing here is random.
        """
        counts = Counter(glyph for text in texts for glyph in text)
        return cls(sorted(counts, key=lambda glyph: (-counts[glyph], glyph))[:vocab_size])

    def tokenize(self, glyphs: Sequence[str]) -> list[Token]:
        """One token a glyph."""
        return [
            Token(glyph if glyph in self._known else UNKNOWN, position, position + 1, "character")
            for position, glyph in enumerate(glyphs)
        ]

    def to_bytes(self) -> bytes:
        """The vocabulary as JSON."""
        return json.dumps(self.graphs, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, data: bytes) -> CharacterTokenizer:
        """The inverse of :meth:`to_bytes`."""
        return cls(json.loads(data))
