"""What a stopped run left behind, and whether it was the same run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from cbs_bench.errors import InputError


def run_of(*facts: object) -> str:
    """A short name of a run: equal where all that decides what it learns is equal.

    Args:
        facts: Settings, classes, data; their ``repr`` must tell them apart.
    """
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file that a run writes now and then and goes on from when it is started again.

    Attributes:
        path: Of the file.
        run: The name of the run, see :func:`run_of`.
    """

    path: Path
    run: str

    def load(self) -> dict[str, Any] | None:
        """What :meth:`save` stored; ``None`` where there is nothing.

        Raises:
            InputError: If another run wrote it, or it cannot be read.
        """
        if not self.path.is_file():
            return None
        try:
            stored: dict[str, Any] = torch.load(self.path, weights_only=True)
        except (OSError, RuntimeError, ValueError, EOFError, KeyError, UnpicklingError) as error:
            reason = str(error).split("\n")[0]
            raise InputError(
                f"no checkpoint ({reason})", path=self.path, remedy="delete it"
            ) from error
        if stored.get("run") != self.run:
            raise InputError(
                "was written by a run with other data or settings",
                path=self.path,
                remedy="give another --out, or delete it to start anew",
            )
        return stored

    def save(self, content: dict[str, Any]) -> None:
        """Write ``content`` whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".part")
        torch.save({**content, "run": self.run}, partial)
        partial.replace(self.path)
