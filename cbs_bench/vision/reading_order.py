"""The order in which a slip is read: down each column, columns from right to left.

There is no other order: glyphs in horizontal lines are put into columns, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

from cbs_bench.types import Box

RECENT = 3
REACH = 2.5
"""In heights of a box: how far below it the next one of its column may begin to tell the lean."""


def reading_order(boxes: Sequence[Box]) -> list[Box]:
    """Boxes top to bottom within a column, columns from right to left.

    Args:
        boxes: In any order.
    """
    return [box for column in columns_of(boxes) for box in column]


def columns_of(boxes: Sequence[Box]) -> list[list[Box]]:
    """The columns of :func:`reading_order`, from right to left, each from top to bottom.

    The scan may lean: its lean is that of most boxes and their next ones below, and is taken
    out first, so that a short column beside a long one stays on its side. Boxes belong to one
    column when their centres lie within half a glyph's width of its last ones, so that a slip
    may lean a little differently from the others.

    Args:
        boxes: In any order.
    """
    lean = _lean(boxes)
    columns: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: (b.y, b.x)):
        fitting = [
            column
            for column in columns
            if _distance(column, box, lean) <= 0.6 * _width(column, box)
        ]
        if fitting:
            min(fitting, key=lambda column: _distance(column, box, lean)).append(box)
        else:
            columns.append([box])
    columns.sort(key=lambda column: -fmean(_across(box, lean) for box in column))
    return [sorted(column, key=_middle) for column in columns]


def _lean(boxes: Sequence[Box]) -> float:
    """Pixels to the right for each pixel down; 0 where no box has one below it."""
    slopes: list[float] = []
    downwards = sorted(boxes, key=_middle)
    for number, box in enumerate(downwards):
        for below in downwards[number + 1 :]:
            down = _middle(below) - _middle(box)
            if down > REACH * box.height:
                break
            across = _centre(below) - _centre(box)
            if down > box.height / 2 and abs(across) <= box.width / 2:
                slopes.append(across / down)
                break
    return median(slopes) if slopes else 0.0


def _distance(column: Sequence[Box], box: Box, lean: float) -> float:
    """Across the lean, from ``box`` to the last few of the column."""
    recent = column[-RECENT:]
    return abs(fmean(_across(b, lean) for b in recent) - _across(box, lean))


def _across(box: Box, lean: float) -> float:
    """Place of the centre with the lean taken out."""
    return _centre(box) - lean * _middle(box)


def _width(column: Sequence[Box], box: Box) -> float:
    return max(box.width, fmean(b.width for b in column))


def _centre(box: Box) -> float:
    return box.x + box.width / 2


def _middle(box: Box) -> float:
    return box.y + box.height / 2
