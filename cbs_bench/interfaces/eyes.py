"""What a detector and a recogniser promise."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbs_bench.registry import Registry
from cbs_bench.types import Box, Recognition

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    ImageSource = Path | str | bytes | npt.NDArray[np.uint8]


class GlyphDetector(ABC):
    """Finds the characters on a scan; one subclass a file in ``baselines/detectors/``."""

    @classmethod
    @abstractmethod
    def load(cls) -> GlyphDetector:
        """A detector ready to use.

        Raises:
            PluginError: If a package or a model that it needs is missing.
        """

    @abstractmethod
    def detect(self, image: ImageSource) -> list[Box]:
        """Boxes of the characters in reading order, in pixels of the image.

        Args:
            image: A path, encoded bytes, or uint8 pixels ``[height, width]`` or
                ``[height, width, 3]`` (RGB).
        """

    def rank(self, image: ImageSource) -> list[Box]:
        """What average precision ranks by confidence; by default the boxes of :meth:`detect`."""
        return self.detect(image)


class GlyphRecognizer(ABC):
    """Names the characters on crops; one subclass a file in ``baselines/recognizers/``.

    Attributes:
        threshold: Confidence below which a reader should trust the components instead.
    """

    threshold: float

    @classmethod
    @abstractmethod
    def load(cls) -> GlyphRecognizer:
        """A recogniser ready to use.

        Raises:
            PluginError: If a package or a model that it needs is missing.
        """

    @abstractmethod
    def predict(self, crops: Sequence[ImageSource]) -> list[Recognition]:
        """What each crop of one character shows; at least one candidate a crop."""


DETECTORS: Registry[GlyphDetector] = Registry(
    kind="detector",
    package="baselines.detectors",
    group="cbs_bench.detectors",
    interface=GlyphDetector,
    instead="give the folder of a model",
)


RECOGNIZERS: Registry[GlyphRecognizer] = Registry(
    kind="recognizer",
    package="baselines.recognizers",
    group="cbs_bench.recognizers",
    interface=GlyphRecognizer,
    instead="give the folder of a model",
)
