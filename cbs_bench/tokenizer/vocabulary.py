"""The ordered token inventory: which id is which token, in both directions.

Order of ids: special tokens, 256 bytes, variant marks, components that open a composition,
components that continue a glyph, glyphs that are one token (graphs, then the two braces and
components standing alone). Opening and continuing components are different tokens (as ``B-``
and ``I-`` are), so that a flat sequence says where a glyph ends. A composition opens with a
token of its own, ``{日``; an encoded graph that is spelt by its components opens with the plain
日. So ``{日安}`` and 晏 differ in their first token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from cbs_bench.script.components import decompose
from cbs_bench.script.labels import split_glyphs

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
VARIANT_MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
OPENING_MARK = "{"
CONTINUATION_MARK = "##"
SPELLING_START, SPELLING_END = "\x01", "\x02"
"""Enclose what the exported normaliser writes; no graph that holds one is a token."""

_NO_TOKEN = re.compile(f"[{SPELLING_START}{SPELLING_END}\ud800-\udfff]")

Kind = Literal["special", "byte", "variant", "opening", "continuing", "graph", "component"]


class Entry(NamedTuple):
    """One token of the inventory: what it is and its text or number."""

    kind: Kind
    text: str
    number: int = 0


class Vocabulary:
    """Ids for graphs and components, with room to spell anything else.

    Args:
        graphs: Graphs kept whole, most useful first. One that running text shows as several
            glyphs, such as the ligature 上下, is known by name but has no id of its own.
        components: Components that the fallback may use, one code point each; others are
            left out. Encoded graphs inside compositions of ``graphs`` are added.
    """

    def __init__(self, graphs: Sequence[str], components: Sequence[str]) -> None:
        self.graphs = tuple(dict.fromkeys(graphs))
        self._graphs = frozenset(self.graphs)
        inside = (part for graph in self.graphs if len(graph) > 1 for part in graph)
        self.components = tuple(
            filter(_is_component, dict.fromkeys([*components, *filter(decompose, inside)]))
        )
        whole = [graph for graph in self.graphs if _is_token(graph)]
        alone = [part for part in ("{", "}", *self.components) if part not in self._graphs]
        self.entries: list[Entry] = [
            *(Entry("special", name) for name in SPECIAL_TOKENS),
            *(Entry("byte", f"<0x{value:02X}>", value) for value in range(256)),
            *(Entry("variant", mark, rank) for rank, mark in enumerate(VARIANT_MARKS, 1)),
            *(Entry("opening", part) for part in self.components),
            *(Entry("continuing", part) for part in self.components),
            *(Entry("graph", graph) for graph in whole),
            *(Entry("component", part) for part in alone),
        ]
        self._first_byte = len(SPECIAL_TOKENS)
        self._first_variant = self._first_byte + 256
        self._first_opening = self._first_variant + len(VARIANT_MARKS)
        self._first_continuing = self._first_opening + len(self.components)
        first_whole = self._first_continuing + len(self.components)
        self._place = {part: place for place, part in enumerate(self.components)}
        self._whole = {text: first_whole + i for i, text in enumerate([*whole, *alone])}

    def __len__(self) -> int:
        return len(self.entries)

    def knows_graph(self, graph: str) -> bool:
        """Whether ``graph`` is one of the graphs kept whole."""
        return graph in self._graphs

    def knows_component(self, component: str) -> bool:
        """Whether the fallback may spell with ``component``."""
        return component in self._place

    def whole_id(self, glyph: str) -> int | None:
        """The id of a glyph that is one token, or ``None``."""
        return self._whole.get(glyph)

    def composition_ids(self, components: Sequence[str]) -> list[int]:
        """Ids of ``{…}`` made of ``components``, all of them known."""
        return [self._first_opening + self._place[components[0]], *self._continued(components)]

    def spelling_ids(self, components: Sequence[str], rank: int) -> list[int]:
        """Ids of the encoded graph that is number ``rank``, from 0, of those so spelt."""
        mark = [self._first_variant + rank - 1] if rank else []
        return [self._whole[components[0]], *self._continued(components), *mark]

    def byte_ids(self, text: str) -> list[int]:
        """Ids that spell ``text`` in UTF-8."""
        return [self._first_byte + value for value in text.encode("utf-8", "surrogatepass")]

    def token_strings(self) -> list[str]:
        """One distinct string an id, as a Hugging Face tokenizer holds them."""
        marks = {
            "opening": OPENING_MARK,
            "continuing": CONTINUATION_MARK,
            "variant": CONTINUATION_MARK,
        }
        return [marks.get(entry.kind, "") + entry.text for entry in self.entries]

    @cached_property
    def compounds(self) -> list[str]:
        """Glyphs of several code points that are one token, the longest first."""
        return sorted((glyph for glyph in self._whole if len(glyph) > 1), key=len, reverse=True)

    @cached_property
    def compound_pattern(self) -> str:
        """A regular expression for a compound, or a composition of components.

        What may come first is looked at first, which is three times as fast.
        """
        components = "".join(self.components)
        composition = [rf"\{{[{components}]+\}}"] if components else []
        choices = "|".join([*map(re.escape, self.compounds), *composition])
        first = "".join(sorted({"\\{", *(re.escape(glyph[0]) for glyph in self.compounds)}))
        return rf"(?=[{first}])(?<!\u200d)(?:{choices})" if choices else "(?!)"

    def _continued(self, components: Sequence[str]) -> list[int]:
        return [self._first_continuing + self._place[part] for part in components[1:]]


def _is_token(graph: str) -> bool:
    """One glyph in running text, and none that a Hugging Face tokenizer could not hold."""
    return split_glyphs(graph) == [graph] and not _NO_TOKEN.search(graph)


def _is_component(text: str) -> bool:
    """One code point of those that a composition is made of."""
    return len(text) == 1 and unicodedata.category(text) in ("Lo", "Co", "Cn", "So")
