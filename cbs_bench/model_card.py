"""``model.json``: what a model folder says of its network."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from cbs_bench.errors import ModelError

FORMAT_VERSION = 1


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


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
