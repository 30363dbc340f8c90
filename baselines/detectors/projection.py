"""The baseline detector: valleys of the ink's projection profiles, without learning.

The classic way to cut a page (recursive X-Y cuts; Nagy, Seth & Viswanathan, 1992): ink is
projected across, which gives the columns, then each column's ink down, which gives the glyphs.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.interfaces import GlyphDetector
from cbs_bench.types import Box
from cbs_bench.vision.images import ImageSource, Pixels, load_image, to_grey
from cbs_bench.vision.reading_order import reading_order

WORKING_WIDTH = 48
"""Width a column of characters is scaled to, so that lengths below mean the same everywhere."""

MIN_HEIGHT = 20
MAX_HEIGHT = 90
STRIP_ASPECT = 5

Ink = npt.NDArray[np.float32]


class ProjectionDetector(GlyphDetector):
    """Needs no model."""

    @classmethod
    def load(cls) -> ProjectionDetector:
        """The detector."""
        return cls()

    def detect(self, image: ImageSource) -> list[Box]:
        """Boxes of the characters in reading order, in pixels of ``image``.

        Args:
            image: A path, or uint8 pixels ``[height, width]`` or ``[height, width, 3]``.
        """
        grey = to_grey(load_image(image))
        ink = ink_of(grey)
        boxes: list[Box] = []
        for left, right in _columns(ink):
            boxes += _glyphs(ink[:, left:right], left)
        return reading_order(boxes)


def ink_of(grey: Pixels) -> Ink:
    """How much darker than its surroundings each pixel is, in 0 to 1.

    A black-hat removes bamboo, background and shadow: what is wider than a stroke.
    """
    side = max(min(grey.shape) // 4, 3) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    # Without a bright border the edge of the picture would count as ink.
    dark = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel, borderType=cv2.BORDER_REPLICATE)
    level, _ = cv2.threshold(dark, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink: Ink = (dark > max(level, 12)).astype(np.float32)
    return ink


def _columns(ink: Ink) -> list[tuple[int, int]]:
    """Left and right of each column; a long strip is one."""
    height, width = ink.shape
    if height >= STRIP_ASPECT * width:
        return [(0, width)]
    profile = _smooth(ink.mean(axis=0), max(width // 200, 1))
    runs = _runs(profile > 0.15 * float(profile.max(initial=0)))
    return [(left, right) for left, right in runs if right - left >= max(width // 100, 4)]


def _glyphs(column: Ink, left: int) -> list[Box]:
    """Boxes of one column, in pixels of the whole image."""
    extent = np.flatnonzero(_smooth(column.mean(axis=0), 1) > 0.02)
    if extent.size == 0:
        return []
    start, width = int(extent[0]), int(extent[-1]) - int(extent[0]) + 1
    scale = WORKING_WIDTH / width
    profile = _rescaled(column[:, start : start + width].mean(axis=1), scale)
    smooth = _smooth(profile, 3)
    written = _runs(smooth > max(0.15 * float(np.percentile(smooth, 75)), 0.02))
    boxes: list[Box] = []
    for top, bottom in (piece for run in written for piece in _split(smooth, *run)):
        if bottom - top >= MIN_HEIGHT:
            y = top / scale
            boxes.append(Box(left + start, y, width, (bottom - top) / scale))
    return boxes


def _split(profile: Ink, top: int, bottom: int) -> Iterator[tuple[int, int]]:
    """Cut a run that is too tall for one glyph at its deepest valley, again and again."""
    third = (bottom - top) // 3
    if bottom - top <= MAX_HEIGHT:
        yield top, bottom
        return
    cut = top + third + int(profile[top + third : bottom - third].argmin())
    yield from _split(profile, top, cut)
    yield from _split(profile, cut, bottom)


def _rescaled(profile: Ink, scale: float) -> Ink:
    length = max(round(len(profile) * scale), 1)
    scaled: Ink = cv2.resize(profile[None, :], (length, 1), interpolation=cv2.INTER_LINEAR)[0]
    return scaled


def _smooth(profile: Ink, sigma: float) -> Ink:
    smooth: Ink = cv2.GaussianBlur(profile[None, :], (0, 0), sigma)[0]
    return smooth


def _runs(inside: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Start and end of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
