"""How each glyph is spelt in token ids, and which glyph a spelling stands for.

A glyph of the vocabulary is one id, and so is one of its components standing alone. A
composition of known components is spelt by them. Any other encoded graph is spelt by its
components, split further until all of them are in the vocabulary; a *variant* mark follows
where several such graphs share that spelling, so that ids decode to the exact glyph. A code
point without a usable decomposition is spelt in UTF-8 bytes. A glyph of several code points
that none of this fits, such as ``{A日？}``, is spelt piece by piece from the left: the longest
graph of the vocabulary, a composition of known components, or one code point. Nothing becomes
``[UNK]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cbs_bench.script.components import decompose, encoded_graphs
from cbs_bench.tokenizer.vocabulary import VARIANT_MARKS, Vocabulary

CODE_POINTS = 0x110000
MAX_DEPTH = 8

Ids = npt.NDArray[np.int32]


class Codebook:
    """Spellings by glyph key, filled in as glyphs are met.

    A glyph's *key* is its code point, or a number from ``0x110000`` on for glyphs of
    several code points such as ``{日止頁}``.

    Attributes:
        length: ``[keys]``: number of ids of each glyph; 0 where it was not met yet.
        offset: ``[keys]``: where in ``pool`` its ids begin.
        pool: All spellings, end to end.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.length: Ids = np.zeros(CODE_POINTS, dtype=np.int32)
        self.offset: Ids = np.zeros(CODE_POINTS, dtype=np.int32)
        self.pool: Ids = np.zeros(0, dtype=np.int32)
        self._compound_keys: dict[str, int] = {}
        self._compounds: list[str] = []
        self._learn((ord(graph), graph) for graph in vocabulary.graphs if len(graph) == 1)

    def keys(self, glyphs: Iterable[str]) -> Ids:
        """Keys of glyphs, new ones included."""
        return np.array([self._key(glyph) for glyph in glyphs], dtype=np.int32)

    def spell(self, keys: Ids) -> tuple[Ids, Ids]:
        """Token ids of glyphs by key.

        Args:
            keys: ``[glyphs]``.

        Returns:
            All ids end to end, and how many of them each glyph took, ``[glyphs]``.
        """
        if keys.size and self.length[keys].min() == 0:
            unmet = np.unique(keys[self.length[keys] == 0])
            self._learn((int(key), self._glyph(int(key))) for key in unmet)
        counts = self.length[keys]
        begins = self.offset[keys]
        if counts.size == 0 or counts.max() == 1:
            return self.pool[begins], counts
        ends = np.cumsum(counts)
        within = np.arange(ends[-1], dtype=np.int32) - np.repeat(ends - counts, counts)
        return self.pool[np.repeat(begins, counts) + within], counts

    def glyph_of(self, components: Sequence[str], rank: int) -> str:
        """The encoded graph that is number ``rank`` of those spelt by ``components``.

        Ids that no encoder wrote may name none; they read as a composition.
        """
        rivals = self._rivals.get(tuple(components), ())
        return rivals[rank] if rank < len(rivals) else "{" + "".join(components) + "}"

    def ids_of(self, glyph: str) -> list[int]:
        """Token ids of one glyph."""
        whole = self.vocabulary.whole_id(glyph)
        if whole is not None:
            return [whole]
        if len(glyph) > 1:
            return [i for piece in self._pieces.findall(glyph) for i in self._piece_ids(piece)]
        return self._piece_ids(glyph)

    @cached_property
    def spellings(self) -> dict[str, tuple[tuple[str, ...], int]]:
        """Components and rank of every encoded graph that is spelt by components."""
        return {
            graph: (parts, rank)
            for parts, graphs in self._rivals.items()
            for rank, graph in enumerate(graphs)
        }

    def _piece_ids(self, piece: str) -> list[int]:
        whole = self.vocabulary.whole_id(piece)
        if whole is not None:
            return [whole]
        if len(piece) > 1:
            return self.vocabulary.composition_ids(piece[1:-1])
        if piece in self.spellings:
            return self.vocabulary.spelling_ids(*self.spellings[piece])
        return self.vocabulary.byte_ids(piece)

    @cached_property
    def _rivals(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Encoded graphs outside the vocabulary by their spelling, the commonest first."""
        rivals: dict[tuple[str, ...], tuple[str, ...]] = {}
        for graph in sorted(encoded_graphs(), key=_rarity):
            if self.vocabulary.whole_id(graph) is None:
                parts = _expand(graph, self.vocabulary)
                if parts is not None:
                    rivals[parts] = (*rivals.get(parts, ()), graph)
        return {parts: graphs[: len(VARIANT_MARKS) + 1] for parts, graphs in rivals.items()}

    @cached_property
    def _pieces(self) -> re.Pattern[str]:
        return re.compile(f"{self.vocabulary.compound_pattern}|.", re.DOTALL)

    def _key(self, glyph: str) -> int:
        if len(glyph) == 1:
            return ord(glyph)
        if glyph not in self._compound_keys:
            self._compound_keys[glyph] = CODE_POINTS + len(self._compounds)
            self._compounds.append(glyph)
            if CODE_POINTS + len(self._compounds) > len(self.length):
                self.length = np.concatenate([self.length, np.zeros(1024, np.int32)])
                self.offset = np.concatenate([self.offset, np.zeros(1024, np.int32)])
        return self._compound_keys[glyph]

    def _glyph(self, key: int) -> str:
        return chr(key) if key < CODE_POINTS else self._compounds[key - CODE_POINTS]

    def _learn(self, glyphs: Iterable[tuple[int, str]]) -> None:
        grown: list[int] = []
        for key, glyph in glyphs:
            ids = self.ids_of(glyph)
            self.length[key] = len(ids)
            self.offset[key] = len(self.pool) + len(grown)
            grown += ids
        self.pool = np.concatenate([self.pool, np.array(grown, dtype=np.int32)])


def _rarity(graph: str) -> tuple[bool, int]:
    """The block of unified ideographs of Unicode 1.0 before its extensions."""
    return not "\u4e00" <= graph <= "\u9fff", ord(graph)


def _expand(graph: str, vocabulary: Vocabulary, depth: int = 0) -> tuple[str, ...] | None:
    if depth and vocabulary.knows_component(graph):
        return (graph,)
    parts = decompose(graph)
    if depth == MAX_DEPTH or not parts or parts == (graph,):
        return None
    expanded: list[str] = []
    for part in parts:
        finer = _expand(part, vocabulary, depth + 1)
        if finer is None:
            return None
        expanded += finer
    return tuple(expanded)
