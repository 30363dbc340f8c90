"""A text as token ids, with the way back to its glyphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np
import numpy.typing as npt

from cbs_bench.script.labels import split_glyphs
from cbs_bench.tokenizer.nesting import nest
from cbs_bench.tokenizer.vocabulary import Vocabulary
from cbs_bench.types import Granularity, Token

Ids = npt.NDArray[np.int32]
Bounds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Encoding:
    """The flat token sequence of one text.

    Attributes:
        text: The source text.
        array: ``[tokens]`` token ids.
        counts: ``[glyphs]``: number of tokens of each glyph.
        vocabulary: What the ids mean.
    """

    text: str
    array: Ids
    counts: Ids
    vocabulary: Vocabulary

    @cached_property
    def ids(self) -> list[int]:
        """Token ids."""
        return [int(i) for i in self.array]

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Half-open glyph span of each token."""
        glyphs = np.repeat(np.arange(len(self.counts)), self.counts)
        return [(int(glyph), int(glyph) + 1) for glyph in glyphs]

    @cached_property
    def nested(self) -> list[Token]:
        """One token a glyph, which carries its components and is as many ids as ``counts`` says."""
        return nest(split_glyphs(self.text), self.vocabulary)

    @cached_property
    def tokens(self) -> list[Token]:
        """The flat tokens, one an id; the parts of one glyph share its span."""
        tokens: list[Token] = []
        ids = iter(self.ids)
        for glyph, count in enumerate(self.counts):
            total = int(count)
            for part in range(total):
                entry = self.vocabulary.entries[next(ids)]
                whole = total == 1 and entry.kind == "graph"
                granularity: Granularity = "character" if whole else "component"
                tokens.append(Token(entry.text, glyph, glyph + 1, granularity, part=(part, total)))
        return tokens

    def __len__(self) -> int:
        return len(self.array)


@dataclass(frozen=True)
class EncodingBatch(Sequence[Encoding]):
    """The token sequences of many texts in a few arrays; one :class:`Encoding` a text on demand.

    Attributes:
        texts: The source texts.
        ids: ``[tokens]``: token ids of all texts, end to end.
        token_bounds: ``[texts + 1]``: where in ``ids`` each text begins.
        counts: ``[glyphs]``: number of tokens of each glyph, end to end.
        glyph_bounds: ``[texts + 1]``: where in ``counts`` each text begins.
        vocabulary: What the ids mean.
    """

    texts: Sequence[str]
    ids: Ids
    token_bounds: Bounds
    counts: Ids
    glyph_bounds: Bounds
    vocabulary: Vocabulary

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, index: int) -> Encoding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Encoding]: ...
    def __getitem__(self, index: int | slice) -> Encoding | list[Encoding]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        tokens = slice(self.token_bounds[place], self.token_bounds[place + 1])
        glyphs = slice(self.glyph_bounds[place], self.glyph_bounds[place + 1])
        return Encoding(self.texts[place], self.ids[tokens], self.counts[glyphs], self.vocabulary)
