"""Tokens that share glyphs, taken together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cbs_bench.types import Token


def by_glyphs(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """The smallest runs of tokens whose spans do not overlap those of another run.

    Args:
        tokens: Tokens in order.
    """
    group: list[Token] = []
    for token in tokens:
        if group and token.start >= group[-1].end:
            yield group
            group = []
        group.append(token)
    if group:
        yield group
