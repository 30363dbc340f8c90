"""What a tokenizer promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from cbs_bench.registry import Registry
from cbs_bench.types import Glyph, Granularity, Token


class SlipTokenizer(ABC):
    """Cuts a sequence of glyphs into tokens; one subclass a file in ``baselines/``.

    A text comes as its glyphs, one string each: a code point, or a composition such as
    ``{日止頁}``. Spans count glyphs.

    Attributes:
        granularity: What most of its tokens are; tables compare the system with the best
            ``subword`` tokenizer.
        reversible: Whether :meth:`detokenize` gives back every text, glyphs never seen in
            training included.
    """

    granularity: ClassVar[Granularity]
    reversible: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def train(cls, texts: Iterable[Sequence[str]], *, vocab_size: int, seed: int) -> SlipTokenizer:
        """Learn the vocabulary from the glyphs of the training texts."""

    @abstractmethod
    def tokenize(self, glyphs: Sequence[str]) -> list[Token]:
        """Tokens in order; together they cover every glyph."""

    def tokenize_reading(self, glyphs: Sequence[Glyph]) -> list[Token]:
        """Tokens of glyphs read from a scan; by default those of their first candidates."""
        return self.tokenize([glyph.graph for glyph in glyphs])

    def detokenize(self, tokens: Sequence[Token]) -> str:
        """The text that tokens say, as far as they do; by default their texts end to end."""
        return "".join(token.text for token in tokens)

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The whole tokenizer; equal tokenizers give equal bytes."""

    @classmethod
    @abstractmethod
    def from_bytes(cls, data: bytes) -> SlipTokenizer:
        """The inverse of :meth:`to_bytes`."""


BASELINES: Registry[SlipTokenizer] = Registry(
    kind="tokenizer", package="baselines", group="cbs_bench.tokenizers", interface=SlipTokenizer
)
