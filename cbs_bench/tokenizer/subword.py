"""What the sub-word baselines share: the `tokenizers` library over glyphs.

A sub-word tokenizer reads code points. A composition such as ``{日止頁}`` has none, so each
one seen in training is given a private-use code point of its own: the tokenizer keeps its
identity, which is more than it would get from ``[UNK]``. A glyph outside the trained
alphabet is cut out before the model runs, so that it costs one unknown token and not the
whole clause. Byte-level models need none of that: they spell what they have not seen in bytes.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

from cbs_bench.errors import CbsBenchError, InputError
from cbs_bench.interfaces import SlipTokenizer
from cbs_bench.tokenizer.vocabulary import CONTINUATION_MARK
from cbs_bench.types import Granularity, Token

if TYPE_CHECKING:
    import tokenizers

UNKNOWN = "[UNK]"
MISSING = "\u3013"  # the geta mark, which typesetters put where they lack the sort
STAND_INS = range(0x100000, 0x10FFFD)
ESCAPE = "\U0010fffd"
"""Written before what stands for a stand-in that a text itself holds, this mark or a surrogate."""

MIN_FREQUENCY = 2


class SubwordTokenizer(SlipTokenizer):
    """A model of the `tokenizers` library, trained on glyphs.

    Args:
        model: The trained tokenizer as the library's JSON; kept as it is, because the library
            does not write every float back as it read it.
        stand_ins: Private-use code point of each glyph that has several code points.
    """

    granularity: ClassVar[Granularity] = "subword"
    byte_level: ClassVar[bool] = False

    def __init__(self, model: str, stand_ins: dict[str, str]) -> None:
        self._json = model
        self.stand_ins = stand_ins

    @classmethod
    @abstractmethod
    def learn(cls, lines: Sequence[str], vocab_size: int) -> tokenizers.Tokenizer:
        """The tokenizer that ``lines``, one code point a glyph, teach."""

    @classmethod
    def boundaries(cls) -> tokenizers.pre_tokenizers.PreTokenizer:
        """Where no piece goes across: here, around punctuation."""
        from tokenizers import pre_tokenizers

        return pre_tokenizers.Punctuation()

    @classmethod
    def train(cls, texts: Iterable[Sequence[str]], *, vocab_size: int, seed: int = 0) -> Self:
        """Learn the merges or pieces from the training texts.

        Args:
            texts: Glyphs of each text.
            vocab_size: Size of the vocabulary, special tokens included.
            seed: Unused: the library's trainers take none. WordPiece and Unigram may
                differ from run to run, so tables average over runs.

        Raises:
            InputError: If the library cannot learn a vocabulary of that size from these texts.
        """
        rows = [list(text) for text in texts]
        counts = Counter(glyph for row in rows for glyph in row if not _is_plain(glyph))
        ranked = sorted(counts, key=lambda glyph: (-counts[glyph], glyph))
        stand_ins = {g: chr(point) for g, point in zip(ranked, STAND_INS, strict=False)}
        lines = ["".join(stand_ins.get(glyph, glyph) for glyph in row) for row in rows]
        try:
            model = cls.learn(lines, vocab_size)
        except CbsBenchError:
            raise
        except Exception as error:  # of no narrower class
            raise InputError(
                f"{cls.__name__} learns no vocabulary of {vocab_size} here ({error})",
                remedy="give it a larger --vocab-size",
            ) from error
        return cls(model.to_str(), stand_ins)

    def tokenize(self, glyphs: Sequence[str]) -> list[Token]:
        """Pieces in order; a glyph outside the alphabet is one ``[UNK]``.

        Byte-level pieces may hold a part of a glyph; their spans then overlap.
        """
        written = [self._written(glyph) for glyph in glyphs]
        glyph_at = [position for position, points in enumerate(written) for _ in points]
        tokens: list[Token] = []
        for start, run in self._runs("".join(written)):
            if run is None:
                tokens.append(Token(UNKNOWN, start, start + 1, "subword"))
                continue
            encoding = self.model.encode(run, add_special_tokens=False)
            tokens += [
                Token(piece, glyph_at[start + begin], glyph_at[start + end - 1] + 1, "subword")
                for piece, (begin, end) in zip(encoding.tokens, encoding.offsets, strict=True)
            ]
        return tokens

    def detokenize(self, tokens: Sequence[Token]) -> str:
        """The text of the pieces; ``[UNK]`` or the geta mark stands for a glyph that is lost."""
        pieces = [token.text for token in tokens]
        if self.byte_level:
            from tokenizers.decoders import ByteLevel

            text: str = ByteLevel().decode(pieces)
        else:
            text = "".join(piece.removeprefix(CONTINUATION_MARK) for piece in pieces)
        glyphs = {point: glyph for glyph, point in self.stand_ins.items()}
        return _STANDING_IN.sub(lambda found: _meant(found[0], glyphs), text)

    def to_bytes(self) -> bytes:
        """The library's JSON and the stand-ins."""
        stored = {"model": self._json, "stand_ins": self.stand_ins}
        return json.dumps(stored, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        stored = json.loads(data)
        return cls(stored["model"], stored["stand_ins"])

    @cached_property
    def model(self) -> tokenizers.Tokenizer:
        """The library's tokenizer."""
        import tokenizers

        return tokenizers.Tokenizer.from_str(self._json)

    @cached_property
    def _alphabet(self) -> frozenset[str]:
        pieces = (piece.removeprefix(CONTINUATION_MARK) for piece in self.model.get_vocab())
        return frozenset(piece for piece in pieces if len(piece) == 1)

    def _written(self, glyph: str) -> str:
        """The code points that a glyph is shown to the model as; one, unless it spells in bytes."""
        if _is_plain(glyph):
            return glyph
        if self.byte_level and glyph not in self.stand_ins:
            return "".join(map(_escaped, glyph))
        return self.stand_ins.get(glyph, MISSING)

    def _runs(self, points: str) -> Iterator[tuple[int, str | None]]:
        """Stretches the model can spell, with their start; ``None`` for an unknown glyph."""
        if self.byte_level:
            yield 0, points
            return
        start = 0
        for position, point in enumerate([*points, None]):
            if point is None or point not in self._alphabet:
                if position > start:
                    yield start, points[start:position]
                if point is not None:
                    yield position, None
                start = position + 1


_STANDING_IN = re.compile(f"{ESCAPE}(?s:.)|[{chr(STAND_INS[0])}-{chr(STAND_INS[-1])}]")
_SURROGATES = range(0xD800, 0xE000)
_PLANE = 0x10000


def _is_plain(glyph: str) -> bool:
    return len(glyph) == 1 and _escaped(glyph) == glyph


def _escaped(point: str) -> str:
    """A surrogate is shown as its like of plane 2, a stand-in as that of plane 1."""
    if ord(point) in _SURROGATES:
        return ESCAPE + chr(ord(point) + 2 * _PLANE)
    if ord(point) in STAND_INS or point == ESCAPE:
        return ESCAPE + chr(ord(point) - 15 * _PLANE)
    return point


def _meant(written: str, glyphs: dict[str, str]) -> str:
    if written[0] != ESCAPE:
        return glyphs.get(written, written)
    shift = 15 if ord(written[1]) < 2 * _PLANE else -2
    return chr(ord(written[1]) + shift * _PLANE)
