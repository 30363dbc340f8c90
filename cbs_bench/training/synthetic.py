"""Rendered glyphs for pretraining: every graph in every font that draws it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.rendering.bamboo import bamboo, damage, ink_on, photograph
from cbs_bench.rendering.brush import write
from cbs_bench.rendering.fonts import Font
from cbs_bench.rendering.glyphs import SQUARE, draw_graph
from cbs_bench.vision.framing import Frame

SIDE = 64
"""Height and width of a drawn crop before it is framed."""

GRAPHS_AT_ONCE = 64

Batch = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]


class RenderedGlyphs:
    """Clean masks of all classes, written anew each time one is drawn.

    Args:
        graphs: The classes, in order.
        fonts: Hands to write in.
        frame: How the recogniser wants its crops.
        seed: Seeds compositions and every later draw.
    """

    def __init__(
        self, graphs: Sequence[str], fonts: Sequence[Font], frame: Frame, seed: int
    ) -> None:
        self._frame, self._seed = frame, seed
        generator = np.random.default_rng(seed)
        self._masks: list[list[npt.NDArray[np.uint8]]] = []
        for graph in graphs:
            drawn = (draw_graph(graph, [font], generator) for font in fonts)
            masks = [mask for mask in drawn if mask is not None]
            self._masks.append(
                [(cv2.resize(mask, (SQUARE, SQUARE)) * 255).astype(np.uint8) for mask in masks]
            )
        self.drawable = np.array([i for i, masks in enumerate(self._masks) if masks])

    def batch(self, size: int, step: int) -> Batch:
        """Prepared pictures ``[size, 1, side, side]`` and class numbers, seeded by ``step``."""
        generator = np.random.default_rng((self._seed, step))
        return self._pictures(generator.choice(self.drawable, size), generator)

    def each(self, number: int) -> Iterator[Batch]:
        """``number`` pictures of every graph that can be drawn, a few graphs at a time."""
        generator = np.random.default_rng(self._seed)
        for start in range(0, len(self.drawable), GRAPHS_AT_ONCE):
            graphs = self.drawable[start : start + GRAPHS_AT_ONCE]
            yield self._pictures(np.repeat(graphs, number), generator)

    def _pictures(self, labels: npt.NDArray[np.int64], generator: np.random.Generator) -> Batch:
        return np.stack([self._picture(label, generator) for label in labels])[:, None], labels

    def _picture(self, label: int, generator: np.random.Generator) -> npt.NDArray[np.float32]:
        masks = self._masks[label]
        mask = masks[int(generator.integers(len(masks)))].astype(np.float32) / np.float32(255)
        height, width = (int(side) for side in generator.integers(SIDE - 18, SIDE - 1, 2))
        ink = np.zeros((SIDE, SIDE), dtype=np.float32)
        top = int(generator.integers(0, SIDE - height + 1))
        left = int(generator.integers(0, SIDE - width + 1))
        ink[top : top + height, left : left + width] = write(
            mask, generator, height=height, width=width
        )
        surface = ink_on(bamboo(SIDE, SIDE, generator), ink, generator)
        return self._frame.prepare(photograph(damage(surface, generator, 1.5), generator))
