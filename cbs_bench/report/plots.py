"""Intervals and curves as small inline SVG drawings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from cbs_bench.metrics.bootstrap import Interval
from cbs_bench.report.board import SYSTEM, RiskCurve

WIDTH, HEIGHT, MARGIN = 200, 20, 8
FIELD_WIDTH, FIELD_HEIGHT, GUTTER = 300, 150, 40
"""Pixels: of the field of risk over coverage, and of the room for numbers beside it."""

LEAST_RISK = 0.05
"""Where the axis of risk ends at least, so that it has a length where nothing is wrong."""


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


def risk_plot(curves: Mapping[str, RiskCurve]) -> str:
    """Risk over coverage, a line an entry; a dot marks what its own threshold accepts."""
    top = max(risk for curve in curves.values() for _, risk in (*curve.points, curve.threshold))
    top = max(top, LEAST_RISK)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        coverage, risk = point
        return GUTTER + coverage * FIELD_WIDTH, MARGIN + (1 - risk / top) * FIELD_HEIGHT

    drawn = "".join(_risk_line(name, curve, place) for name, curve in curves.items())
    bottom, right = MARGIN + FIELD_HEIGHT, GUTTER + FIELD_WIDTH
    said = "risk over coverage: " + ", ".join(curves)
    return (
        f'<svg class="risk" viewBox="0 0 {right + 3 * GUTTER} {bottom + 36}" role="img"'
        f' aria-label="{escape(said)}"><title>{escape(said)}</title>'
        f'<path class="axis" fill="none" d="M{GUTTER} {MARGIN}V{bottom}H{right}"/>'
        f'<text x="{GUTTER - 6}" y="{MARGIN + 4}" text-anchor="end">{top:.0%}</text>'
        f'<text x="{GUTTER - 6}" y="{bottom}" text-anchor="end">0%</text>'
        f'<text x="{GUTTER}" y="{bottom + 15}">0%</text>'
        f'<text x="{right}" y="{bottom + 15}" text-anchor="middle">100%</text>'
        f'<text x="{GUTTER + FIELD_WIDTH / 2}" y="{bottom + 30}" text-anchor="middle">'
        f"wrong of the share accepted, by that share</text>{drawn}</svg>"
    )


def _risk_line(
    name: str, curve: RiskCurve, place: Callable[[tuple[float, float]], tuple[float, float]]
) -> str:
    points = [place(point) for point in curve.points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = place(curve.threshold)
    ours = ' class="ours"' if name == SYSTEM else ""
    return (
        f'<g{ours}><polyline points="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        f'<text x="{points[-1][0] + 6:.1f}" y="{points[-1][1] + 4:.1f}">{escape(name)}</text></g>'
    )
