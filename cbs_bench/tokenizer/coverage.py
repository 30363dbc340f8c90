"""A tokenizer may cut glyphs as it likes, but it may lose none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cbs_bench.errors import PluginError
from cbs_bench.interfaces import SlipTokenizer
from cbs_bench.types import Token


def cut(
    tokenizer: SlipTokenizer, texts: Iterable[Sequence[str]], name: str
) -> list[Sequence[Token]]:
    """The tokens of each text; see :func:`covering`."""
    return [covering(tokenizer.tokenize(glyphs), glyphs, name) for glyphs in texts]


def covering(tokens: Sequence[Token], glyphs: Sequence[str], name: str) -> Sequence[Token]:
    """The tokens as they are, if they cover every glyph in order.

    Args:
        tokens: What a tokenizer made of ``glyphs``.
        glyphs: The glyphs of a text.
        name: What the tokenizer is called.

    Raises:
        PluginError: Naming what a tokenizer gave that is no sequence of tokens, or the first glyph
            without a token.
    """
    if (kind := _other_kind(tokens)) is not None:
        raise PluginError(
            f"tokenizer {name!r} returned {kind}, where a list of Token is expected",
            remedy="mend its method tokenize",
        )
    missed = _first_missed(tokens, len(glyphs))
    if missed is not None:
        raise PluginError(
            f"tokenizer {name!r} has no token in its place for glyph {missed} of "
            f"{''.join(glyphs)!r}",
            remedy="let its tokens cover every glyph, in order",
        )
    return tokens


def _other_kind(tokens: object) -> str | None:
    """What was returned in place of a sequence of tokens; ``None`` if it is one."""
    if not isinstance(tokens, Sequence):
        return type(tokens).__name__
    foreign = next((item for item in tokens if not isinstance(item, Token)), None)
    return None if foreign is None else f"{type(tokens).__name__} of {type(foreign).__name__}"


def _first_missed(tokens: Iterable[Token], glyphs: int) -> int | None:
    """The first glyph, counted from 0, that no token covers in its turn."""
    reached = last = 0
    for token in tokens:
        if not last <= token.start <= reached or not token.start < token.end <= glyphs:
            return reached
        reached, last = max(reached, token.end), token.start
    return reached if reached < glyphs else None
