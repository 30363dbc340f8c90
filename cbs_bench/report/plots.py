"""Intervals as small inline SVG drawings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from cbs_bench.metrics.bootstrap import Interval

WIDTH, HEIGHT, MARGIN = 200, 20, 8


@dataclass(frozen=True, slots=True)
class Axis:
    """The values at the two ends of a column of drawings."""

    low: float
    high: float

    @classmethod
    def around(cls, intervals: Iterable[Interval], *, with_zero: bool = False) -> Axis:
        """The axis that just holds ``intervals``, and zero where a difference is drawn."""
        ends: list[float] = [0.0] if with_zero else []
        for interval in intervals:
            ends += [interval.low, interval.value, interval.high]
        return cls(min(ends), max(ends))

    def x(self, value: float) -> float:
        """Where a value lies, in pixels from the left."""
        width = self.high - self.low
        share = (value - self.low) / width if width > 0 else 0.5
        return MARGIN + share * (WIDTH - 2 * MARGIN)


def plot(interval: Interval, axis: Axis, said: str, *, marks: Sequence[float] = ()) -> str:
    """An interval as a bar with its value as a dot.

    Args:
        interval: What to draw.
        axis: The axis of its column.
        said: What a screen reader says of it.
        marks: Values drawn as a fine upright line, such as zero.
    """
    low, middle, high = (axis.x(v) for v in (interval.low, interval.value, interval.high))
    half = HEIGHT / 2
    uprights = "".join(
        f'<line class="mark" x1="{axis.x(m):.1f}" x2="{axis.x(m):.1f}" y1="0" y2="{HEIGHT}"/>'
        for m in marks
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
        f' aria-label="{escape(said)}"><title>{escape(said)}</title>'
        f'<line class="axis" x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{half}" y2="{half}"/>'
        f"{uprights}"
        f'<line class="interval" x1="{low:.1f}" x2="{high:.1f}" y1="{half}" y2="{half}"/>'
        f'<circle cx="{middle:.1f}" cy="{half}" r="4"/></svg>'
    )
