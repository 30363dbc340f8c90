"""From a scan to tokens: detect, recognise, fall back to components.

Columns run from top to bottom and follow one another from right to left. Horizontal lines are not
read as such: on an upright page of them the order of the glyphs is wrong, and the page may be
taken for one that lies on its side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from cbs_bench.interfaces import GlyphDetector, GlyphRecognizer
from cbs_bench.tokenizer.model_pair import SHIPPED, ModelPair
from cbs_bench.types import Box, Glyph, Token
from cbs_bench.vision import Detector, Recognizer
from cbs_bench.vision.images import ImageSource, load_image
from cbs_bench.vision.polarity import dark_on_light
from cbs_bench.vision.turning import FULL, turned, turned_box

Pixels = npt.NDArray[np.uint8]

ENOUGH_GLYPHS = 5
LEAST_SURE = 1 / 3
"""Share of the glyphs of a scan below which its reading is in doubt."""

LEAST_SIZE = 17.0
"""Pixels of the longer side of a glyph, in the median of a scan, below which it is too small.

Measured by ``python -m benchmarks.resolution --data build/laozi`` on the 23 strips of *Laozi* A in
the training and validation splits, scaled down by steps. Of 16 to 18 pixels, about 20 % of the sure
glyphs are wrong, where the recogniser's threshold allows 15 %, and of more hardly more than that;
of 15 and 14 pixels it is 30 %, of 12 pixels 48 %, of 10 pixels 66 %.
"""

SURE_UPRIGHT = 0.7
"""Share of the glyphs that only upright scans reach, though not all of them do."""

CLEARLY_MORE = 1.5
"""Times the glyphs to be read rightly that a scan must promise when it is turned."""


@dataclass(frozen=True, slots=True)
class SlipReading:
    """What was read from one scan.

    Attributes:
        glyphs: The signs found, in reading order.
        tokens: The flat sequence: a character for each sure glyph, its components otherwise. A
            ligature such as 上下 is as many tokens as running text would have.
        nested: One token a glyph, which carries its components.
        ids: Token ids of ``tokens``.
        quarters: Quarter turns to the left after which the scan was upright; the boxes are those
            on the scan as it is.
    """

    glyphs: tuple[Glyph, ...]
    tokens: tuple[Token, ...]
    nested: tuple[Token, ...]
    ids: tuple[int, ...]
    quarters: int = 0

    @property
    def is_doubtful(self) -> bool:
        """Whether there is writing of which little is sure."""
        return len(self.glyphs) >= ENOUGH_GLYPHS and _share_of_sure(self.glyphs) < LEAST_SURE

    @property
    def is_too_small(self) -> bool:
        """Whether the glyphs have too few pixels, so that even sure ones are often wrong."""
        return bool(self.glyphs) and median_size(self.glyphs) < LEAST_SIZE

    @property
    def remark(self) -> str:
        """What whoever has the scan read should know of it; mostly nothing."""
        if not self.glyphs:
            return "no glyph found"
        if self.is_too_small:
            return "too small to be read: scan it at a higher resolution"
        if self.is_doubtful:
            return "few of its glyphs are sure"
        if self.quarters:
            return f"read after a turn of {90 * self.quarters} degrees to the left"
        return ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, as ``cbs-bench tokenize --format jsonl`` prints it."""
        return {
            "quarters": self.quarters,
            "glyphs": [
                {
                    "box": [round(value, 1) for value in glyph.box.xywh],
                    "graph": glyph.graph,
                    "confidence": round(glyph.confidence, 4),
                    "sure": glyph.sure,
                    "candidates": [[graph, round(p, 4)] for graph, p in glyph.candidates],
                    "components": list(glyph.components),
                }
                for glyph in self.glyphs
            ],
            "tokens": [token.as_dict() for token in self.tokens],
        }


class SlipReader:
    """A detector and a recogniser run one after the other.

    Args:
        detector: Finds the characters.
        recognizer: Names them; its ``threshold`` is the confidence below which a glyph
            falls back to components, chosen on the risk-coverage curve of its validation.
    """

    def __init__(self, detector: GlyphDetector, recognizer: GlyphRecognizer) -> None:
        self.detector = detector
        self.recognizer = recognizer

    @classmethod
    def load(cls, models: ModelPair = SHIPPED) -> SlipReader:
        """The models in their folders; the shipped ones if none are given."""
        return cls(Detector.load(models.detector), Recognizer.load(models.recognizer))

    def read_any_way_up(self, image: ImageSource) -> tuple[list[Glyph], int]:
        """As :meth:`read`, but a scan that gives little is looked at turned, too.

        Returns:
            The glyphs, with their boxes on the scan as it is, and after how many quarter turns to
            the left it was read.
        """
        pixels = load_image(image)
        glyphs = self.read(pixels)
        if len(glyphs) >= ENOUGH_GLYPHS and _share_of_sure(glyphs) >= SURE_UPRIGHT:
            return glyphs, 0
        others = {n: self.read(turned(pixels, n)) for n in range(1, FULL)}
        best = max(others, key=lambda n: _legible(others[n]))
        found = others[best]
        if len(found) < ENOUGH_GLYPHS or _legible(found) < CLEARLY_MORE * _legible(glyphs):
            return glyphs, 0
        height, width = turned(pixels, best).shape[:2]
        return [
            replace(glyph, box=turned_box(glyph.box, FULL - best, height=height, width=width))
            for glyph in found
        ], best

    def read(self, image: ImageSource) -> list[Glyph]:
        """The glyphs of one upright scan, a positive or a negative, in reading order."""
        pixels = dark_on_light(load_image(image), self.detector)
        boxes = self.detector.detect(pixels)
        found = self.recognizer.predict([_crop(pixels, box) for box in boxes])
        return [
            Glyph(
                box,
                tuple(recognition.candidates),
                tuple(recognition.components),
                sure=recognition.candidates[0][1] >= self.recognizer.threshold,
            )
            for box, recognition in zip(boxes, found, strict=True)
        ]


def median_size(glyphs: Sequence[Glyph]) -> float:
    """Of the longer sides of glyphs, in pixels; 0 where there is none."""
    return float(np.median([max(g.box.width, g.box.height) for g in glyphs])) if glyphs else 0.0


def _legible(glyphs: Sequence[Glyph]) -> float:
    """How many glyphs are to be expected to be read rightly."""
    return sum(glyph.confidence for glyph in glyphs)


def _share_of_sure(glyphs: Sequence[Glyph]) -> float:
    return sum(glyph.sure for glyph in glyphs) / max(len(glyphs), 1)


def _crop(pixels: Pixels, box: Box) -> Pixels:
    top, left = max(int(box.y), 0), max(int(box.x), 0)
    return pixels[top : int(box.y + box.height) + 1, left : int(box.x + box.width) + 1]
