"""The values that every layer exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Granularity = Literal["character", "component", "subword"]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle on a scan, in pixels, origin at the top left.

    Attributes:
        x: Left edge.
        y: Top edge.
        width: Extent to the right, positive.
        height: Extent downwards, positive.
        confidence: The detector's probability that this is a glyph; 1 for gold boxes.
    """

    x: float
    y: float
    width: float
    height: float
    confidence: float = 1.0

    @property
    def xywh(self) -> tuple[float, float, float, float]:
        """The COCO order: left, top, width, height."""
        return (self.x, self.y, self.width, self.height)

    def iou(self, other: Box) -> float:
        """Intersection over union with ``other``, between 0 and 1."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.width * self.height + other.width * other.height - shared)


@dataclass(frozen=True, slots=True)
class Token:
    """What a tokenizer emits.

    Attributes:
        text: The surface of the token.
        start: First glyph covered.
        end: One past the last glyph covered.
        granularity: ``character``, ``component`` or ``subword``.
        confidence: Probability of the recognition behind it; 1 for text.
        part: ``(i, n)``: the ``i``-th (from 0) of the ``n`` tokens that share this span.
        components: The components of the glyph that a whole-glyph token stands for, where
            the tokenizer knows them.
    """

    text: str
    start: int
    end: int
    granularity: Granularity
    confidence: float = 1.0
    part: tuple[int, int] = (0, 1)
    components: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON form, as ``cbs-bench tokenize --format jsonl`` prints it."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "granularity": self.granularity,
            "confidence": round(self.confidence, 4),
            "part": list(self.part),
        }


@dataclass(frozen=True, slots=True)
class Glyph:
    """One sign as read from a scan.

    Attributes:
        box: Where it stands on the scan.
        candidates: ``(graph, probability)`` pairs, most probable first.
        components: The sub-character units seen, in writing order.
        sure: Whether the recogniser trusts its first candidate; if not, the glyph falls
            back to its components.
    """

    box: Box
    candidates: tuple[tuple[str, float], ...]
    components: tuple[str, ...]
    sure: bool = True

    @property
    def graph(self) -> str:
        """The most probable graph."""
        return self.candidates[0][0]

    @property
    def confidence(self) -> float:
        """The probability of ``graph``."""
        return self.candidates[0][1]


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A tagged word: a half-open span over the glyphs of the source."""

    start: int
    end: int
    tag: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row of a ``pos`` config.

    Attributes:
        id: The row's id.
        glyphs: The glyphs, one string each.
        words: Gold words over them.
    """

    id: str
    glyphs: tuple[str, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What one crop shows.

    Attributes:
        candidates: ``(graph, probability)``, most probable first, calibrated.
        components: Sub-character units in writing order.
    """

    candidates: list[tuple[str, float]]
    components: list[str]
