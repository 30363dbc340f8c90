"""The names under which the parts of a token are counted and embedded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cbs_bench.script.components import decompose


@lru_cache(maxsize=65536)
def part_names(parts: tuple[str, ...], depth: int, ordered: bool) -> tuple[str, ...]:
    """Each part by itself and, if ``ordered``, once more with its place: ``0 日``.

    Components are taken apart further, because unlike graphs may share a part of a part;
    the pieces of a sub-word are glyphs or bytes and stay whole (a depth of 1).

    Args:
        parts: The parts of one token, in writing order.
        depth: How deep they are taken apart; 0 names none.
        ordered: Whether the place of a part among ``parts`` counts.
    """
    if depth == 0:
        return ()
    bag = list(parts)
    level: Sequence[str] = parts
    for _ in range(depth - 1):
        level = [deep for part in level for deep in decompose(part) if deep != part]
        bag += level
    placed = [f"{place} {part}" for place, part in enumerate(parts)] if ordered else []
    return (*bag, *placed)
