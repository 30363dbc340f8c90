"""Finds the characters on a scan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.interfaces import GlyphDetector
from cbs_bench.types import Box
from cbs_bench.vision.images import ImageSource, Pixels, load_image, resize, to_grey
from cbs_bench.vision.reading_order import reading_order
from cbs_bench.vision.session import Model, open_model
from cbs_bench.vision.slip_finding import FoundSlip, find_slips

SLIP_WIDTH = 64
GLYPH_WIDTH = 40
"""Pixels: of slips and of their characters at the scale the network is for."""

TOLERANCE = 1.5
"""How many times wider or narrower characters may be before the scale is corrected."""

STRIDE = 4
"""Pixels of the network's input to a cell of its heatmap."""

PADDING = 16
"""Sides of the network's input are multiples of it: it halves them four times."""

TILE_AREA = 1 << 20
"""Pixels that the network is shown at once, so that a scan of any size fits into memory."""

OVERLAP = 192
"""Pixels that two tiles share: no character is as tall."""

STRIP_ASPECT = 5
"""Times its width: a scan as tall as that may show one slip alone."""

LEAST_WRITTEN = 1 / 8
"""Of the length of a strip: how much of it characters cover, by confidence above one half."""

COLUMNS_TRIED = (1, 2, 4, 8, 16, 32, 64)
"""How many slips may lie side by side."""

MAX_ENLARGEMENT = 6.0
"""Times: a scan of one slip is enlarged no further."""

MAX_OVERLAP = 0.35
"""Intersection over union above which only the surer of two boxes is kept."""

RANKING_THRESHOLD = 0.02
"""Confidence down to which boxes are ranked, for average precision."""

CLEARLY = 2
"""Times the evidence that one scale needs, to count for more than another."""

FEW = 4
"""Sure boxes; with less no scale is good enough to end the search for another."""

SURE = 0.5
"""Confidence from which a box says something about the scale of a scan."""
DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "models" / "detector"

Array = npt.NDArray[np.float32]


class Detector(GlyphDetector):
    """An anchor-free heatmap network run over a scan of any size.

    The network knows characters about 40 pixels wide, on upright slips of 64. A long strip is
    tried as one slip first. Otherwise the slips are looked for and each is cut out upright.
    Where they cannot be told from a ground, nobody knows how many lie side by side, so scales
    are tried from coarse to fine, and the one kept at which the boxes found are surest.
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
        strip = self._on_strip(grey, threshold)
        if _fills(strip, grey.shape[0]):
            return strip
        slips = find_slips(grey)
        if not slips:
            return _likelier(strip, self._side_by_side(grey, threshold))
        found = [box for slip in slips for box in self._on_slip(grey, slip, threshold)]
        return _likelier(strip, found)

    def _on_slip(self, grey: Pixels, slip: FoundSlip, threshold: float) -> list[Box]:
        """Boxes on a slip cut out upright; slips that touch were found as one."""
        upright = slip.cut(grey)
        boxes = self._on_strip(upright, threshold)
        if not _fills(boxes, upright.shape[0]):
            boxes = _likelier(boxes, self._side_by_side(upright, threshold))
        return [_clipped(slip.on_scan(box), *grey.shape) for box in boxes]

    def _on_strip(self, grey: Pixels, threshold: float) -> list[Box]:
        """Boxes of one slip cut to its edges; none where characters have not the size for that."""
        height, width = grey.shape
        if height < STRIP_ASPECT * width:
            return []
        scale = _scale_of_one(width)
        boxes = self._at_scale(grey, scale, threshold)
        sound = _sure(boxes) and 1 / TOLERANCE <= _correction(boxes, scale) <= TOLERANCE
        return reading_order(boxes) if sound else []

    def _side_by_side(self, grey: Pixels, threshold: float) -> list[Box]:
        """Boxes of upright slips, of which nobody knows how many lie side by side."""
        boxes, scale = self._surest(grey, threshold)
        correction = _correction(boxes, scale)
        if not 1 / TOLERANCE <= correction <= TOLERANCE:
            corrected = self._at_scale(grey, scale * correction, threshold)
            boxes = max(boxes, corrected, key=_evidence)
        return reading_order(boxes)

    def _surest(self, grey: Pixels, threshold: float) -> tuple[list[Box], float]:
        """The boxes of the scale that explains the scan best, and that scale."""
        best: list[Box] = []
        scales = _scales(grey.shape[1])
        best_scale = scales[0]
        for scale in scales:
            boxes = self._at_scale(grey, scale, threshold)
            if len(_sure(best)) >= FEW and CLEARLY * _evidence(boxes) < _evidence(best):
                break
            if _evidence(boxes) > _evidence(best) or not best:
                best, best_scale = boxes, scale
        return best, best_scale

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
    return standardise(resize(grey, scale), grey)


def standardise(pixels: Pixels, scan: Pixels) -> Array:
    """``pixels`` with the mean of ``scan`` taken off and divided by its spread."""
    mean, spread = (float(value[0, 0]) for value in cv2.meanStdDev(scan))
    standard: Array = pixels.astype(np.float32)
    standard -= np.float32(mean)
    standard /= np.float32(max(spread, 8.0))
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


def _scale_of_one(width: int) -> float:
    """The scale of a scan that shows one slip."""
    return min(SLIP_WIDTH / width, MAX_ENLARGEMENT)


def _scales(width: int) -> list[float]:
    """From one slip on the scan to as many as pixels allow."""
    return [_scale_of_one(width)] + [
        n * SLIP_WIDTH / width for n in COLUMNS_TRIED[1:] if SLIP_WIDTH * n <= 2 * width
    ]


def _correction(boxes: Sequence[Box], scale: float) -> float:
    """What the scale must be multiplied by for characters as wide as the network knows them."""
    widths = [box.width for box in _sure(boxes)]
    return GLYPH_WIDTH / (scale * float(np.median(widths))) if widths else 1.0


def _fills(boxes: Sequence[Box], height: int) -> bool:
    """Whether characters were surely found all along a strip."""
    written = sum((box.confidence - SURE) * box.height for box in _sure(boxes))
    return written >= LEAST_WRITTEN * height


def _likelier(strip: list[Box], others: list[Box]) -> list[Box]:
    """The boxes of a strip of few characters, unless others explain much more ink."""
    return strip if strip and CLEARLY * _evidence(strip) >= _evidence(others) else others


def _evidence(boxes: Sequence[Box]) -> float:
    """How much sure ink a scale explains: area weighted by confidence above one half."""
    return sum((box.confidence - SURE) * box.width * box.height for box in _sure(boxes))


def _sure(boxes: Sequence[Box]) -> list[Box]:
    return [box for box in boxes if box.confidence > SURE]


def _tiles(pixels: Array) -> Iterator[tuple[int, int, tuple[float, ...], Array]]:
    """Top, left, core and pixels of overlapping tiles of equal area, whole slips if narrow.

    A box counts for the tile whose core holds its centre, so no seam doubles it.
    """
    height, width = pixels.shape
    wide = min(width, math.isqrt(TILE_AREA))
    tall = TILE_AREA // wide
    for top, y0, y1 in _steps(height, tall):
        for left, x0, x1 in _steps(width, wide):
            tile = pixels[top : top + tall, left : left + wide]
            bottom, right = -tile.shape[0] % PADDING, -tile.shape[1] % PADDING
            yield top, left, (y0, y1, x0, x1), np.pad(tile, ((0, bottom), (0, right)))


def _steps(length: int, tile: int) -> Iterator[tuple[int, float, float]]:
    """Start and core of each tile along one side."""
    start = 0
    while True:
        last = start + tile >= length
        low = start + OVERLAP / 2 if start else -np.inf
        yield start, low, np.inf if last else start + tile - OVERLAP / 2
        if last:
            return
        start += tile - OVERLAP


def _unscaled(box: Box, scale: float, height: int, width: int) -> Box:
    x, y, wide, tall = (value / scale for value in box.xywh)
    return _clipped(Box(x, y, wide, tall, box.confidence), height, width)


def _clipped(box: Box, height: int, width: int) -> Box:
    """What of a box lies on the scan: a pixel at the edge of one beyond it."""
    x0, y0 = min(max(box.x, 0.0), width - 1.0), min(max(box.y, 0.0), height - 1.0)
    x1, y1 = min(box.x + box.width, float(width)), min(box.y + box.height, float(height))
    return Box(x0, y0, max(x1 - x0, 1.0), max(y1 - y0, 1.0), box.confidence)
