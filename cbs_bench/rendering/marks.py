"""Signs on a slip that are not characters: punctuation, repetition and ligature marks.

The shapes are those that editions of Chu manuscripts describe: a block (墨釘), a bar across the
slip (墨節), a short stroke (短橫), a hook (鉤識), and the double stroke at the lower right of a
graph that is to be repeated or read as two (重文, 合文).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import cv2

from cbs_bench.rendering.brush import Generator
from cbs_bench.rendering.fonts import Mask

LEAST_GAP = 0.12
"""Of the slip's width: a gap between two graphs that a mark fits into."""

Place = tuple[int, int, int, int]


def mark_gaps(
    surface: Mask, boxes: Sequence[Place], generator: Generator, *, chance: float
) -> None:
    """Write marks into gaps between graphs, in place.

    Args:
        surface: Brightness in 0 to 1, ``[height, width]``.
        boxes: ``(x, y, width, height)`` of the graphs, from top to bottom.
        generator: Decides which gaps and which marks.
        chance: That a gap wide enough holds a mark.
    """
    width = surface.shape[1]
    for (_, y, _, height), (_, below, _, _) in pairwise(boxes):
        gap = (0, y + height, width, below - y - height)
        if gap[3] >= LEAST_GAP * width and generator.random() < chance:
            shape = MARKS[int(generator.integers(len(MARKS)))]
            shape(surface, gap, float(generator.uniform(0.05, 0.35)), generator)


def _block(surface: Mask, gap: Place, shade: float, generator: Generator) -> None:
    """A small square, mostly at the right edge."""
    side = max(int(min(gap[3] * 0.8, gap[2] * generator.uniform(0.1, 0.25))), 2)
    x = int((gap[2] - side) * (1 - generator.beta(1, 4)))
    y = gap[1] + int((gap[3] - side) * generator.random())
    surface[y : y + side, x : x + side] = shade


def _bar(surface: Mask, gap: Place, shade: float, generator: Generator) -> None:
    """A thick line across the whole slip."""
    thick = max(int(gap[3] * generator.uniform(0.15, 0.4)), 1)
    y = gap[1] + int((gap[3] - thick) * generator.random())
    surface[y : y + thick] = shade


def _stroke(surface: Mask, gap: Place, shade: float, generator: Generator) -> None:
    """A short horizontal stroke at the right."""
    long = int(gap[2] * generator.uniform(0.15, 0.35))
    right = gap[2] - 1 - int(gap[2] * generator.uniform(0, 0.2))
    y = gap[1] + int(gap[3] * generator.uniform(0.1, 0.9))
    cv2.line(surface, (right - long, y), (right, y), shade, _pen(gap))


def _double(surface: Mask, gap: Place, shade: float, generator: Generator) -> None:
    """Two short strokes one above the other, close to the graph above."""
    long = int(gap[2] * generator.uniform(0.12, 0.3))
    right = gap[2] - 1 - int(gap[2] * generator.uniform(0, 0.3))
    apart = max(int(gap[2] * generator.uniform(0.06, 0.1)), 2)
    for y in (gap[1], gap[1] + apart):
        cv2.line(surface, (right - long, y), (right, y), shade, _pen(gap))


def _hook(surface: Mask, gap: Place, shade: float, generator: Generator) -> None:
    """An angle open to the upper right."""
    long = int(gap[2] * generator.uniform(0.12, 0.25))
    x = int(gap[2] * generator.uniform(0.5, 0.7))
    bottom = gap[1] + int(gap[3] * 0.8)
    top = max(bottom - long, gap[1])
    cv2.line(surface, (x, top), (x, bottom), shade, _pen(gap))
    cv2.line(surface, (x, bottom), (x + long, bottom), shade, _pen(gap))


def _pen(gap: Place) -> int:
    return max(gap[2] // 24, 1)


MARKS: tuple[Callable[[Mask, Place, float, Generator], None], ...] = (
    _block, _block, _bar, _stroke, _double, _hook,
)  # fmt: skip
