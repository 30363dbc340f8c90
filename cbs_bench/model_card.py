"""``model.json``: what a model folder says of its network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cbs_bench.atomic import write_bytes
from cbs_bench.errors import ModelError

FORMAT_VERSION = 1
NETWORK = "model.onnx"
"""The file with the weights of a detector or a recogniser."""

_FIELDS = {
    "detector": ("calibration",),
    "recognizer": ("input", "vocabulary", "components", "decompositions", "calibration"),
}
"""What a model of each kind cannot be read without, beside its weights."""


def read_card(folder: Path) -> dict[str, Any]:
    """The content of ``model.json``.

    Raises:
        ModelError: If it is missing or no JSON object.
    """
    path = folder / "model.json"
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"no model here ({error})", path=folder, remedy="give a folder with model.json"
        ) from error
    if not isinstance(card, dict):
        raise ModelError("not a JSON object", path=path, remedy="copy the model folder again")
    return card


def read_model_card(folder: Path, kind: str, file: str) -> dict[str, Any]:
    """The card of a model whose weights are what the card says.

    Args:
        folder: Holds ``model.json`` and ``file``.
        kind: What the model must be, such as ``detector``.
        file: Name of the file with the weights.

    Raises:
        ModelError: If one is missing, incomplete or corrupt, or the model is of another kind or
            format.
    """
    card = read_card(folder)
    for field, expected in (("format", FORMAT_VERSION), ("kind", kind)):
        if card.get(field) != expected:
            raise ModelError(
                f"{field} is {card.get(field)!r}, expected {expected!r}",
                path=folder / "model.json",
                remedy="train or download the model for this version",
            )
    weights = folder / file
    if not weights.is_file() or checksum(weights) != card.get("sha256"):
        raise ModelError(
            "the weights are missing or not those that model.json describes",
            path=weights,
            remedy="copy the model folder again as a whole",
        )
    missing = [field for field in _FIELDS.get(kind, ()) if field not in card]
    if missing:
        raise ModelError(
            f"no {missing[0]} in it",
            path=folder / "model.json",
            remedy="copy the model folder again as a whole",
        )
    return card


def write_model_card(folder: Path, kind: str, file: str, card: Mapping[str, Any]) -> None:
    """Write ``model.json`` beside the weights that it describes.

    Args:
        folder: Holds ``file``.
        kind: What the model is, such as ``detector``.
        file: Name of the file with the weights.
        card: Everything else; a card of other weights may be given with what it says of them.
    """
    header = {"format": FORMAT_VERSION, "kind": kind, "sha256": checksum(folder / file)}
    text = json.dumps({**header, **card, **header}, ensure_ascii=False, indent=1)
    write_bytes(folder / "model.json", f"{text}\n".encode())


def identity(folder: Path) -> str:
    """What tells models apart: the SHA-256 of the card, which holds that of the weights.

    Raises:
        ModelError: If the folder holds no model.
    """
    read_card(folder)
    return checksum(folder / "model.json")


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
