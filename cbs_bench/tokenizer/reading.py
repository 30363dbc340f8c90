"""From a scan to tokens: detect, recognise, fall back to components."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cbs_bench.interfaces import GlyphDetector, GlyphRecognizer
from cbs_bench.types import Box, Glyph, Token
from cbs_bench.vision import Detector, Recognizer
from cbs_bench.vision.images import ImageSource, load_image
from cbs_bench.vision.polarity import dark_on_light

Pixels = npt.NDArray[np.uint8]

ENOUGH_GLYPHS = 5
LEAST_SURE = 1 / 3
"""Of the glyphs of a scan: upright ones have many more, turned ones mostly fewer."""


@dataclass(frozen=True, slots=True)
class SlipReading:
    """What was read from one scan.

    Attributes:
        glyphs: The signs found, in reading order.
        tokens: The flat sequence: a character for each sure glyph, its components otherwise. A
            ligature such as 上下 is as many tokens as running text would have.
        nested: One token a glyph, which carries its components.
        ids: Token ids of ``tokens``.
    """

    glyphs: tuple[Glyph, ...]
    tokens: tuple[Token, ...]
    nested: tuple[Token, ...]
    ids: tuple[int, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether so few glyphs are sure that the scan may lie on its side or on its head."""
        sure = sum(glyph.sure for glyph in self.glyphs)
        return len(self.glyphs) >= ENOUGH_GLYPHS and sure < LEAST_SURE * len(self.glyphs)

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, as ``cbs-bench tokenize --format jsonl`` prints it."""
        return {
            "glyphs": [
                {
                    "box": [round(value, 1) for value in glyph.box.xywh],
                    "graph": glyph.graph,
                    "confidence": round(glyph.confidence, 4),
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
    def load(cls, models: Path) -> SlipReader:
        """The pair in the model folders ``detector`` and ``recognizer`` of ``models``."""
        return cls(Detector.load(models / "detector"), Recognizer.load(models / "recognizer"))

    def read(self, image: ImageSource) -> list[Glyph]:
        """The glyphs of one scan, a positive or a negative, in reading order."""
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


def _crop(pixels: Pixels, box: Box) -> Pixels:
    top, left = max(int(box.y), 0), max(int(box.x), 0)
    return pixels[top : int(box.y + box.height) + 1, left : int(box.x + box.width) + 1]
