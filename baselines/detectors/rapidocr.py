"""RapidOCR as a detector of characters.

It finds lines of modern text. What it reads on them tells where the characters are: these
boxes are taken, as a user who needs single characters would; a line that it cannot read has
none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from baselines._rapidocr import as_bgr, open_engine
from cbs_bench.interfaces import GlyphDetector
from cbs_bench.types import Box
from cbs_bench.vision.images import ImageSource
from cbs_bench.vision.reading_order import reading_order


class RapidOcrDetector(GlyphDetector):
    """The package's detector and recogniser, asked for single characters.

    Args:
        engine: From BGR pixels to a result with ``word_results``: a tuple of
            ``(text, confidence, corners)`` a line.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @classmethod
    def load(cls) -> RapidOcrDetector:
        """The models in the package.

        Raises:
            PluginError: If it is not installed.
        """
        return cls(open_engine(return_word_box=True, return_single_char_box=True))

    def detect(self, image: ImageSource) -> list[Box]:
        """Boxes of the characters that it reads, in reading order."""
        lines = self._engine(as_bgr(image)).word_results or ()
        # A line without characters is a single empty triple.
        found = [
            _upright(item[2], float(item[1]))
            for line in lines
            for item in line
            if isinstance(item, tuple) and item[2] is not None
        ]
        return reading_order([box for box in found if box.width > 0 and box.height > 0])


def _upright(corners: Any, confidence: float) -> Box:
    points = np.asarray(corners, dtype=float)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return Box(float(left), float(top), float(right - left), float(bottom - top), confidence)
