"""The text of a line shared out among its glyphs, some of which hold two graphs.

A ligature or a repeated graph, ``大夫`` or ``智智``, may be one glyph. Where the text of its line
was changed elsewhere, it still holds what it held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cbs_bench.script.labels import split_glyphs, split_labels


class _Way(NamedTuple):
    """A way to share out the graphs so far: its labels, how many are as before, and its rivals."""

    labels: tuple[str, ...] = ()
    kept: int = 0
    clear: bool = True


def shared_out(text: str, before: Sequence[str]) -> list[str] | None:
    """The label of each glyph by the text of its line.

    Each gets one graph or as many as it had, so that as few as possible change. Where the graphs
    alone do not fit, marks and readings go with their graph, and punctuation with none.

    Args:
        text: Without white space.
        before: The label that each glyph had, empty where it had none.

    Returns:
        None where the text has too few graphs or too many, or may be meant in two ways.

    Examples:
        >>> shared_out("知智智者", ["智", "智智", "者"])
        ['知', '智智', '者']
        >>> shared_out("又（有），之", ["又", "止"])
        ['又（有）', '之']
        >>> shared_out("之", ["又", "止"])
    """
    if text == "".join(before):
        return list(before)
    return _fitted(split_glyphs(text), before) or _fitted(split_labels(text), before)


def _fitted(graphs: Sequence[str], before: Sequence[str]) -> list[str] | None:
    ways = {0: _Way()}
    for label in before:
        ahead: dict[int, _Way] = {}
        for used, way in ways.items():
            for end in {used + 1, used + max(len(split_glyphs(label)), 1)}:
                if end > len(graphs):
                    continue
                piece = "".join(graphs[used:end])
                longer = _Way((*way.labels, piece), way.kept + (piece == label), way.clear)
                ahead[end] = _better(ahead.get(end), longer)
        ways = ahead
    found = ways.get(len(graphs))
    return list(found.labels) if found and found.clear else None


def _better(one: _Way | None, other: _Way) -> _Way:
    if one is None or other.kept > one.kept:
        return other
    return one._replace(clear=False) if other.kept == one.kept else one
