"""The order in which a slip is read: down each column, columns from right to left."""

from __future__ import annotations

from collections.abc import Sequence

from cbs_bench.types import Box


def reading_order(boxes: Sequence[Box]) -> list[Box]:
    """Boxes top to bottom within a column, columns from right to left.

    Boxes belong to one column when their centres lie within half a glyph's width of what the
    column already spans, so that a column may lean.

    Args:
        boxes: In any order.
    """
    columns: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: (b.y, b.x)):
        centre = box.x + box.width / 2
        fitting = [
            column for column in columns if _distance(column, centre) <= 0.6 * _width(column, box)
        ]
        if fitting:
            min(fitting, key=lambda column: _distance(column, centre)).append(box)
        else:
            columns.append([box])
    columns.sort(key=lambda column: -sum(b.x + b.width / 2 for b in column) / len(column))
    return [box for column in columns for box in sorted(column, key=lambda b: b.y + b.height / 2)]


def _distance(column: Sequence[Box], centre: float) -> float:
    """From ``centre`` to the last few boxes of the column, which may lean."""
    recent = column[-3:]
    return abs(sum(b.x + b.width / 2 for b in recent) / len(recent) - centre)


def _width(column: Sequence[Box], box: Box) -> float:
    return max(box.width, sum(b.width for b in column) / len(column))
