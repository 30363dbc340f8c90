"""What is noted of a run: in the card of its model, and in its checkpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cbs_bench import revision
from cbs_bench.errors import InputError, ModelError
from cbs_bench.model_card import read_card
from cbs_bench.rendering.fonts import find_fonts
from cbs_bench.training.settings import DetectorSettings, RecognizerSettings

EyeSettings = DetectorSettings | RecognizerSettings


def noted(settings: EyeSettings) -> dict[str, Any]:
    """For the card: the settings, the command among them, the revision and names of the data."""
    return {
        "settings": {name: _as_json(value) for name, value in vars(settings).items()},
        "revision": revision.current(),
        "data": [folder.name for folder in settings.data],
    }


def numbers_of(settings: EyeSettings) -> dict[str, Any]:
    """For a checkpoint: the settings that decide what is learned, but no path.

    Where files lie makes no other run; what is in them is for :func:`digest`.
    """
    return {
        name: value
        for name, value in vars(settings).items()
        if isinstance(value, int | float | str) and name != "command"
    }


def digest(*facts: object) -> str:
    """A short name of ``facts``, whose ``repr`` must tell them apart."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def font_digest(fonts: Sequence[Path]) -> str:
    """A short name of the fonts at or below ``fonts``, by the names of their files."""
    return digest([font.path.name for font in find_fonts(fonts)] if fonts else [])


def refuse_other_kind(out: Path, kind: str) -> None:
    """Let no training overwrite what another training made.

    Raises:
        InputError: If ``out`` holds a model that is no ``kind``.
    """
    try:
        found = read_card(out).get("kind")
    except ModelError:
        return
    if found != kind:
        raise InputError(
            f"is of a model of kind {found}, not {kind}",
            path=out / "model.json",
            remedy="give another --out",
        )


def _as_json(value: Any) -> Any:
    if isinstance(value, list):
        return [str(item) for item in value]
    return str(value) if isinstance(value, Path) else value
