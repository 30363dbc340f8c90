"""Which eyes a run looks through: the shipped ones, a peer's, or a model in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cbs_bench.interfaces import DETECTORS, RECOGNIZERS, GlyphDetector, GlyphRecognizer
from cbs_bench.registry import Registry
from cbs_bench.vision.detector import Detector
from cbs_bench.vision.recognizer import Recognizer


def open_detector(name: str | None) -> GlyphDetector:
    """The detector that ``name`` stands for.

    Args:
        name: A registry name, the folder of a model, or ``None`` for the shipped detector.

    Raises:
        PluginError: If there is no such peer, or it lacks a package.
        ModelError: If the folder holds no detector of this format.
    """
    if name is None:
        return Detector.load()
    folder = model_folder(name, DETECTORS)
    return DETECTORS.load(name).load() if folder is None else Detector.load(folder)


def open_recognizer(name: str | None) -> GlyphRecognizer:
    """The recogniser that ``name`` stands for; see :func:`open_detector`."""
    if name is None:
        return Recognizer.load()
    folder = model_folder(name, RECOGNIZERS)
    return RECOGNIZERS.load(name).load() if folder is None else Recognizer.load(folder)


def model_folder(name: str, registry: Registry[Any]) -> Path | None:
    """The folder that ``name`` is; ``None`` where the registry knows it or there is none."""
    folder = Path(name)
    return folder if name not in registry.names() and folder.is_dir() else None
