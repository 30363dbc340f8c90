"""A whole slip: graphs one below the other, with their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cbs_bench.rendering.bamboo import Pixels, bamboo, damage, ink_on, photograph
from cbs_bench.rendering.brush import write
from cbs_bench.rendering.fonts import Font, Mask
from cbs_bench.rendering.glyphs import draw_graph

UNREADABLE = frozenset({"□", "○"})


@dataclass(frozen=True, slots=True)
class Strip:
    """A written strip before it is photographed.

    Attributes:
        surface: Brightness in 0 to 1, ``[height, width]``.
        boxes: ``(x, y, width, height)`` of each graph, from top to bottom, in pixels.
    """

    surface: Mask
    boxes: list[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class RenderedSlip:
    """A picture and where its glyphs stand.

    Attributes:
        image: ``[height, width]`` uint8, grey.
        boxes: ``(x, y, width, height)`` of each glyph, in order, in pixels.
    """

    image: Pixels
    boxes: list[tuple[int, int, int, int]]


def render_slip(
    graphs: Sequence[str],
    *,
    fonts: Sequence[Font],
    seed: int,
    width: int = 64,
    wear: float = 0.6,
) -> RenderedSlip:
    """Write ``graphs`` on a strip of bamboo and photograph it.

    Args:
        graphs: Graphs from top to bottom; ``□`` and ``○``, and what no font draws, become
            an unreadable blot.
        fonts: Hands to write with, the preferred one first.
        seed: The same seed gives the same picture.
        width: Of the strip, in pixels.
        wear: How damaged the strip is; 0 for a new one.
    """
    generator = np.random.default_rng(seed)
    strip = write_strip(graphs, fonts, generator, width=width)
    worn = damage(strip.surface, generator, wear)
    return RenderedSlip(photograph(worn, generator), strip.boxes)


def write_strip(
    graphs: Sequence[str], fonts: Sequence[Font], generator: np.random.Generator, *, width: int
) -> Strip:
    """Write ``graphs`` on a strip of bamboo.

    Args:
        graphs: As for :func:`render_slip`.
        fonts: Hands to write with, the preferred one first.
        generator: Decides sizes, places and strokes.
        width: Of the strip, in pixels.
    """
    sizes = [_size(width, generator) for _ in graphs]
    gaps = generator.uniform(0.1, 0.45, len(graphs) + 1) * width
    height = int(sum(h for h, _ in sizes) + gaps.sum()) + 2
    ink = np.zeros((height, width), dtype=np.float32)
    boxes: list[tuple[int, int, int, int]] = []
    top = float(gaps[0])
    for graph, (tall, wide), gap in zip(graphs, sizes, gaps[1:], strict=True):
        slack = width - wide
        left = int(np.clip(slack / 2 + generator.normal(0, slack / 6), 0, slack))
        y = int(top)
        ink[y : y + tall, left : left + wide] = np.maximum(
            ink[y : y + tall, left : left + wide],
            _written(graph, fonts, generator, tall, wide),
        )
        boxes.append((left, y, wide, tall))
        top += tall + gap
    return Strip(ink_on(bamboo(height, width, generator), ink, generator), boxes)


def _size(width: int, generator: np.random.Generator) -> tuple[int, int]:
    wide = width * generator.uniform(0.55, 0.85)
    return int(np.clip(wide * generator.lognormal(-0.1, 0.25), 6, 1.4 * width)), int(wide)


def _written(
    graph: str, fonts: Sequence[Font], generator: np.random.Generator, height: int, width: int
) -> Mask:
    mask = None if graph in UNREADABLE else draw_graph(graph, fonts, generator)
    if mask is None:
        mask = (generator.random((9, 9)) > 0.45).astype(np.float32)
    return write(mask, generator, height=height, width=width)
