"""The ordered token inventory: which id is which token, in both directions.

Order of ids: special tokens, 256 bytes, variant marks, components that open a glyph,
components that continue one, graphs. Opening and continuing components are different
tokens (as ``B-`` and ``I-`` are), so that a flat sequence says where a glyph ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
VARIANTS = 64
CONTINUATION_MARK = "##"

Kind = Literal["special", "byte", "variant", "opening", "continuing", "graph"]


class Entry(NamedTuple):
    """One token of the inventory: what it is and its text or number."""

    kind: Kind
    text: str
    number: int = 0


class Vocabulary:
    """Ids for graphs and components, with room to spell anything else.

    Args:
        graphs: Graphs kept whole, most useful first.
        components: Components that the fallback may use.
    """

    def __init__(self, graphs: Sequence[str], components: Sequence[str]) -> None:
        self.graphs = tuple(dict.fromkeys(graphs))
        self.components = tuple(dict.fromkeys(components))
        self.entries: list[Entry] = [
            *(Entry("special", name) for name in SPECIAL_TOKENS),
            *(Entry("byte", f"<0x{value:02X}>", value) for value in range(256)),
            *(Entry("variant", f"<variant {rank}>", rank) for rank in range(VARIANTS)),
            *(Entry("opening", part) for part in self.components),
            *(Entry("continuing", part) for part in self.components),
            *(Entry("graph", graph) for graph in self.graphs),
        ]
        self.first_byte = len(SPECIAL_TOKENS)
        self.first_variant = self.first_byte + 256
        opening = self.first_variant + VARIANTS
        continuing = opening + len(self.components)
        graph = continuing + len(self.components)
        self._opening = {part: opening + i for i, part in enumerate(self.components)}
        self._continuing = {part: continuing + i for i, part in enumerate(self.components)}
        self._graphs = {text: graph + i for i, text in enumerate(self.graphs)}

    def __len__(self) -> int:
        return len(self.entries)

    def graph_id(self, graph: str) -> int | None:
        """The id of a graph kept whole, or ``None``."""
        return self._graphs.get(graph)

    def knows_component(self, component: str) -> bool:
        """Whether the fallback may spell with ``component``."""
        return component in self._opening

    def component_ids(self, components: Sequence[str]) -> list[int]:
        """Ids of the components of one glyph, all of them known."""
        head, *rest = components
        return [self._opening[head], *(self._continuing[part] for part in rest)]

    def byte_ids(self, text: str) -> list[int]:
        """Ids that spell ``text`` in UTF-8."""
        return [self.first_byte + value for value in text.encode("utf-8", "surrogatepass")]

    def token_strings(self) -> list[str]:
        """One distinct string an id, as a ``vocab.txt`` or a HF tokenizer holds them."""
        marks = {"opening": "⿻", "continuing": CONTINUATION_MARK}
        return [marks.get(entry.kind, "") + entry.text for entry in self.entries]
