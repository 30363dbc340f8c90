"""From a crop of any size to the square that a recogniser takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.vision.images import Pixels, to_grey

EVEN = 32
"""Grey levels from its ground within which a margin of a line drawing counts as blank."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """How a recogniser wants its crops.

    Attributes:
        side: Height and width in pixels.
        trim: Whether the blank margins of a line drawing are cut off first.
    """

    side: int = 64
    trim: bool = False

    @classmethod
    def of_card(cls, card: dict[str, Any]) -> Frame:
        """What ``input`` of a ``model.json`` says."""
        return cls(card["input"]["height"], card["input"].get("trim", False))

    def square(self, pixels: Pixels) -> Pixels:
        """Grey ``[side, side]``; the aspect is stretched, that of a trimmed drawing by half."""
        grey = to_grey(pixels)
        if self.trim:
            grey = _trimmed(grey)
        shrinking = max(grey.shape) > self.side
        resized: Pixels = cv2.resize(
            grey, (self.side, self.side),
            interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR,
        )  # fmt: skip
        return resized

    def prepare(self, pixels: Pixels) -> Array:
        """A crop as the network takes it: square, zero mean and unit spread.

        A blank crop comes out as zeros.
        """
        return standardise(self.square(pixels))


def standardise(square: Pixels) -> Array:
    """Zero mean and unit spread."""
    values = square.astype(np.float32)
    standard: Array = values - np.float32(values.mean())
    standard /= np.float32(max(float(values.std()), 8.0))
    return standard


def _trimmed(grey: Pixels) -> Pixels:
    """The ink and no margin, padded to the square root of its aspect.

    The root is a compromise of handwriting recognition between stretching, which makes a stroke
    a blot, and keeping the aspect, which wastes the square (Liu et al., "Handwritten digit
    recognition: investigation of normalization and feature extraction techniques", 2004).
    """
    ground = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    ink = np.abs(grey.astype(np.int16) - int(ground)) > EVEN
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size == 0:
        return grey
    kept = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = kept.shape
    wanted = round(max(height, width) ** 0.5 * min(height, width) ** 0.5)
    tall, wide = max(wanted - height, 0), max(wanted - width, 0)
    # A narrow rim all around, so that a stroke at the edge still has a ground beside it.
    rim = max(height, width) // 16 + 1
    above, left = tall // 2 + rim, wide // 2 + rim
    around = ((above, tall + 2 * rim - above), (left, wide + 2 * rim - left))
    return np.pad(kept, around, constant_values=int(ground))
