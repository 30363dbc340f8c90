"""Negatives: light writing on a dark ground, as on microfilm and rubbings."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from cbs_bench.interfaces import GlyphDetector
from cbs_bench.types import Box
from cbs_bench.vision.images import Pixels, resize, to_grey

WORKING_SIDE = 2000
STROKE = 5
"""Pixels: what is narrower counts as a stroke."""

LIGHTER = 1.6
"""Times the energy that light strokes must have over dark ones to be looked at."""

CLEARLY = 2
"""Times the writing that must be found on the negative; dark writing is what is usual."""


def dark_on_light(pixels: Pixels, detector: GlyphDetector) -> Pixels:
    """The scan as the networks know it; a negative comes back turned into a positive.

    Light strokes alone say little, for rulers and labels on a black cloth have them too: so the
    detector must find clearly more on the turned scan.

    Args:
        pixels: ``[height, width]`` or ``[height, width, 3]``.
        detector: Finds the characters.
    """
    if not _has_light_strokes(to_grey(pixels)):
        return pixels
    turned: Pixels = np.bitwise_not(pixels)
    more = _written(detector.detect(turned)) > CLEARLY * _written(detector.detect(pixels))
    return turned if more else pixels


def _has_light_strokes(grey: Pixels) -> bool:
    small = resize(grey, min(WORKING_SIDE / max(grey.shape), 1.0))
    stroke = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (STROKE, STROKE))
    light, dark = (
        float(np.square(cv2.morphologyEx(small, hat, stroke), dtype=np.float32).mean())
        for hat in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT)
    )
    return light > LIGHTER * dark


def _written(boxes: Iterable[Box]) -> float:
    return sum(box.confidence * box.width * box.height for box in boxes)
