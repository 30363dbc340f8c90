"""RapidOCR as a recogniser of single characters.

It names characters of modern and traditional Chinese, one candidate a crop; its components are
those of that candidate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from baselines._rapidocr import as_bgr, open_engine
from cbs_bench.interfaces import GlyphRecognizer
from cbs_bench.script.components import decompose
from cbs_bench.types import Recognition
from cbs_bench.vision.images import ImageSource

NOTHING = Recognition([("", 0.0)], [])


class RapidOcrRecognizer(GlyphRecognizer):
    """The package's recogniser, run on crops as if they were lines.

    Args:
        engine: Whose ``recognize_txt`` reads a list of BGR pixels; its result has ``txts`` and
            ``scores``.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.threshold = float(engine.text_score)

    @classmethod
    def load(cls) -> RapidOcrRecognizer:
        """The models in the package.

        Raises:
            PluginError: If it is not installed.
        """
        return cls(open_engine(use_det=False))

    def predict(self, crops: Sequence[ImageSource]) -> list[Recognition]:
        """The first character that it reads on each crop; an empty graph where it reads none."""
        if not crops:
            return []
        read = self._engine.recognize_txt([as_bgr(crop) for crop in crops])
        return [_recognition(*found) for found in zip(read.txts, read.scores, strict=True)]


def _recognition(text: str, score: float) -> Recognition:
    graph = text.strip()[:1]
    return Recognition([(graph, float(score))], list(decompose(graph))) if graph else NOTHING
