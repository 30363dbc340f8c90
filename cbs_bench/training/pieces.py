"""Pieces of scans, as the detector learns from them, and its ideal output for each."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.training.slips import Slip
from cbs_bench.types import Box
from cbs_bench.vision.detector import SLIP_WIDTH, STRIDE, standardise
from cbs_bench.vision.images import Pixels, resize

HEIGHT, WIDTH = 320, 128
"""Pixels: of a piece, at the scale that the network is for."""

ZOOM = (0.7, 1.4)
"""How far from the scale it is for the network must still do its work."""

AS_IT_IS = 0.25
"""Share of the pieces whose contrast stays, and of those whose sharpness does."""

Array = npt.NDArray[np.float32]
Batch = tuple[Array, Array]


def pieces_of(slips: Sequence[Slip], size: int, seed: int, step: int) -> Batch:
    """A batch of pieces of scans with their targets, drawn by ``seed`` and ``step``.

    Returns:
        Pictures ``[size, 1, 320, 128]`` and targets ``[size, 6, 80, 32]``: centre heatmap, log
        width, log height, offsets, and where a centre is.
    """
    generator = np.random.default_rng((seed, step))
    pairs = [_piece(slips[int(generator.integers(len(slips)))], generator) for _ in range(size)]
    return np.stack([p for p, _ in pairs])[:, None], np.stack([t for _, t in pairs])


def _piece(slip: Slip, generator: np.random.Generator) -> tuple[Array, Array]:
    zoom = float(np.exp(generator.uniform(*np.log(ZOOM))))
    scale = SLIP_WIDTH / slip.width * zoom
    scan = _contrasted(slip.pixels, generator)
    # The window is cut before it is scaled: a sheet is many pieces large.
    top, above, rows = _window(scan.shape[0], HEIGHT / scale, generator)
    left, before, columns = _window(scan.shape[1], WIDTH / scale, generator)
    window = _blurred(scan[top : top + rows, left : left + columns], generator)
    y, x = int(above * scale), int(before * scale)
    piece = standardise(resize(window, scale), scan)[: HEIGHT - y, : WIDTH - x]
    canvas = np.full((HEIGHT, WIDTH), generator.normal(0, 1), dtype=np.float32)
    canvas[y : y + piece.shape[0], x : x + piece.shape[1]] = piece
    boxes = [
        Box((b.x - left) * scale + x, (b.y - top) * scale + y, b.width * scale, b.height * scale)
        for b in slip.boxes
    ]
    return canvas, target_of(boxes)


def _window(length: int, size: float, generator: np.random.Generator) -> tuple[int, int, int]:
    """Where a piece starts in a scan, where a shorter scan starts in it, and what they share."""
    whole = int(size) + 1
    start = int(generator.integers(0, max(length - whole, 0) + 1))
    return start, int(generator.integers(0, max(whole - length, 0) + 1)), min(whole, length)


def _contrasted(pixels: Pixels, generator: np.random.Generator) -> Pixels:
    """Vary contrast."""
    if generator.random() < AS_IT_IS:
        return pixels
    curve = (np.arange(256) / 255.0) ** float(generator.uniform(0.7, 1.4)) * 255
    contrasted: Pixels = cv2.LUT(pixels, curve.astype(np.uint8))
    return contrasted


def _blurred(pixels: Pixels, generator: np.random.Generator) -> Pixels:
    """Vary sharpness and noise."""
    if generator.random() < AS_IT_IS:
        return pixels
    blurred = cv2.GaussianBlur(pixels, (0, 0), float(generator.uniform(0.2, 1.2)))
    noisy = blurred + generator.normal(0, 6, pixels.shape)
    varied: Pixels = np.clip(noisy, 0, 255).astype(np.uint8)
    return varied


def target_of(boxes: Sequence[Box]) -> Array:
    """The ideal output of the network for ``boxes`` in one piece, ``[6, 80, 32]``."""
    rows, columns = HEIGHT // STRIDE, WIDTH // STRIDE
    target = np.zeros((6, rows, columns), dtype=np.float32)
    grid_y, grid_x = np.mgrid[0:rows, 0:columns]
    for box in boxes:
        x, y = (box.x + box.width / 2) / STRIDE, (box.y + box.height / 2) / STRIDE
        column, row = int(x), int(y)
        if not (0 <= column < columns and 0 <= row < rows):
            continue
        spread_x, spread_y = max(box.width / STRIDE / 6, 0.6), max(box.height / STRIDE / 6, 0.6)
        bump = np.exp(-(((grid_x - column) / spread_x) ** 2 + ((grid_y - row) / spread_y) ** 2) / 2)
        target[0] = np.maximum(target[0], bump)
        target[1:5, row, column] = (np.log(box.width), np.log(box.height), x - column, y - row)
        target[5, row, column] = 1
    return target
