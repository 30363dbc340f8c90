"""Which eyes a run looks through: the shipped ones, a peer's, or a model in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cbs_bench.interfaces import DETECTORS, RECOGNIZERS, GlyphDetector, GlyphRecognizer
from cbs_bench.registry import Registry
from cbs_bench.vision import detector, recognizer
from cbs_bench.vision.detector import Detector
from cbs_bench.vision.recognizer import Recognizer

SHIPPED = {"detector": detector.DEFAULT_FOLDER, "recognizer": recognizer.DEFAULT_FOLDER}
"""The folders of the models in this package, by role."""


def open_detector(name: str | None) -> GlyphDetector:
    """The detector that ``name`` stands for.

    Args:
        name: A registry name, the folder of a model or of a pair, or ``None`` for the shipped
            detector.

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
    """The model that ``name`` is the folder of; ``None`` where the registry knows it or none is.

    Of a folder with the models ``detector/`` and ``recognizer/`` it is the one of that kind.
    """
    folder = Path(name)
    if name in registry.names() or not folder.is_dir():
        return None
    inner = folder / registry.kind
    return inner if inner.is_dir() and not (folder / "model.json").is_file() else folder


def model_name(folder: Path) -> str:
    """What results call a model: its folder, or the one around it where that only says its role.

    Examples:
        >>> model_name(Path("runs/mine")), model_name(Path("runs/both/recognizer"))
        ('mine', 'both')
    """
    whole = folder.absolute()
    return whole.parent.name if whole.name in SHIPPED else whole.name
