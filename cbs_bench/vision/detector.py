"""Finds the characters on a scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.interfaces import GlyphDetector
from cbs_bench.types import Box
from cbs_bench.vision.images import ImageSource, Pixels, load_image, to_grey
from cbs_bench.vision.reading_order import reading_order
from cbs_bench.vision.session import Model, open_model

SLIP_WIDTH = 64
STRIDE = 4
PADDING = 16
TILE = 1024
OVERLAP = 192
STRIP_ASPECT = 5
COLUMNS_TRIED = (1, 2, 4, 8, 16, 32)
MAX_OVERLAP = 0.35
RANKING_THRESHOLD = 0.02
DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "models" / "detector"

Array = npt.NDArray[np.float32]


class Detector(GlyphDetector):
    """An anchor-free heatmap network run over a scan of any size.

    The network knows slips about 64 pixels wide. A long strip is scaled to that; for any
    other scan the number of slips side by side is tried, and the scale kept at which the
    boxes found are surest.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.threshold: float = model.card["calibration"]["threshold"]

    @classmethod
    def load(cls, folder: str | Path | None = None) -> Detector:
        """The detector in ``folder``; by default the one in this package.

        Raises:
            ModelError: If the folder holds no detector of this format.
        """
        return cls(open_model(Path(folder) if folder else DEFAULT_FOLDER, "detector"))

    def detect(self, image: ImageSource) -> list[Box]:
        """Boxes of the characters in reading order, in pixels of ``image``.

        Args:
            image: A path, or uint8 pixels ``[height, width]`` or ``[height, width, 3]``.
        """
        return self._boxes(image, self.threshold)

    def rank(self, image: ImageSource) -> list[Box]:
        """Boxes well below the confidence at which :meth:`detect` stops."""
        return self._boxes(image, RANKING_THRESHOLD)

    def _boxes(self, image: ImageSource, threshold: float) -> list[Box]:
        grey = to_grey(load_image(image))
        tries = [self._at_scale(grey, scale, threshold) for scale in _scales(*grey.shape)]
        return reading_order(max(tries, key=_evidence))

    def _at_scale(self, grey: Pixels, scale: float, threshold: float) -> list[Box]:
        pixels = prepare_slip(grey, scale)
        found: list[Box] = []
        for top, left, core, tile in _tiles(pixels):
            heads = self._model.run(tile[None, None])[0][0]
            found += [
                box
                for box in decode(heads, threshold, top, left)
                if core[0] <= box.y + box.height / 2 < core[1]
                and core[2] <= box.x + box.width / 2 < core[3]
            ]
        return [_unscaled(box, scale, *grey.shape) for box in suppress(found)]


def prepare_slip(grey: Pixels, scale: float) -> Array:
    """A grey scan as the network takes it: scaled, zero mean, unit spread."""
    height, width = grey.shape
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    resized = cv2.resize(
        grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    ).astype(np.float32)
    standard: Array = (resized - resized.mean()) / max(float(resized.std()), 8.0)
    return standard


def decode(heads: Array, threshold: float, top: int = 0, left: int = 0) -> list[Box]:
    """Boxes at the peaks of the centre heatmap.

    Args:
        heads: ``[5, height / 4, width / 4]``: centre logit, log width and height, offsets.
        threshold: Least probability of a centre.
        top: Added to every ``y``.
        left: Added to every ``x``.
    """
    heat = 1 / (1 + np.exp(-heads[0]))
    peaks = (heat == cv2.dilate(heat, np.ones((3, 3)))) & (heat >= threshold)
    boxes: list[Box] = []
    for row, column in zip(*np.nonzero(peaks), strict=True):
        width, height = np.exp(np.clip(heads[1:3, row, column], 0, 6))
        x = (column + heads[3, row, column]) * STRIDE - width / 2 + left
        y = (row + heads[4, row, column]) * STRIDE - height / 2 + top
        boxes.append(Box(float(x), float(y), float(width), float(height), float(heat[row, column])))
    return boxes


def suppress(boxes: list[Box]) -> list[Box]:
    """Drop a box that overlaps a surer one too much."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda b: -b.confidence):
        if all(box.iou(other) <= MAX_OVERLAP for other in kept):
            kept.append(box)
    return kept


def _scales(height: int, width: int) -> list[float]:
    if height >= STRIP_ASPECT * width:
        return [SLIP_WIDTH / width]
    return [SLIP_WIDTH * n / width for n in COLUMNS_TRIED if SLIP_WIDTH * n <= 2 * width] or [
        SLIP_WIDTH / width
    ]


def _evidence(boxes: Sequence[Box]) -> float:
    """How much sure ink a scale explains: area weighted by confidence above one half."""
    return sum((box.confidence - 0.5) * box.width * box.height for box in boxes)


def _tiles(pixels: Array) -> Iterator[tuple[int, int, tuple[float, ...], Array]]:
    """Top, left, core and pixels of overlapping tiles.

    A box counts for the tile whose core holds its centre, so no seam doubles it.
    """
    for top, y0, y1 in _steps(pixels.shape[0]):
        for left, x0, x1 in _steps(pixels.shape[1]):
            tile = pixels[top : top + TILE, left : left + TILE]
            bottom, right = -tile.shape[0] % PADDING, -tile.shape[1] % PADDING
            yield top, left, (y0, y1, x0, x1), np.pad(tile, ((0, bottom), (0, right)))


def _steps(length: int) -> Iterator[tuple[int, float, float]]:
    """Start and core of each tile along one side."""
    start = 0
    while True:
        last = start + TILE >= length
        low = start + OVERLAP / 2 if start else -np.inf
        yield start, low, np.inf if last else start + TILE - OVERLAP / 2
        if last:
            return
        start += TILE - OVERLAP


def _unscaled(box: Box, scale: float, height: int, width: int) -> Box:
    x0, y0 = max(box.x / scale, 0.0), max(box.y / scale, 0.0)
    x1 = min((box.x + box.width) / scale, float(width))
    y1 = min((box.y + box.height) / scale, float(height))
    return Box(x0, y0, max(x1 - x0, 1.0), max(y1 - y0, 1.0), box.confidence)
