"""What a stopped run left behind, and whether it was the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from cbs_bench.errors import InputError


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file that a run writes now and then and goes on from when it is started again.

    Attributes:
        path: Of the file.
        run: All that decides what the run learns: settings, and digests of its data, by name.
    """

    path: Path
    run: Mapping[str, Any]

    def load(self) -> dict[str, Any] | None:
        """What :meth:`save` stored; ``None`` where there is nothing.

        Raises:
            InputError: If another run wrote it, or it cannot be read.
        """
        if not self.path.is_file():
            return None
        try:
            stored: dict[str, Any] = torch.load(self.path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, ValueError, EOFError, KeyError, UnpicklingError) as error:
            reason = str(error).split("\n")[0]
            raise InputError(
                f"no checkpoint ({reason})", path=self.path, remedy="delete it"
            ) from error
        self._refuse_another(stored.get("run"))
        return stored

    def save(self, content: dict[str, Any]) -> None:
        """Write ``content`` whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".part")
        torch.save({**content, "run": dict(self.run)}, partial)
        partial.replace(self.path)

    def _refuse_another(self, run: Any) -> None:
        if run == self.run:
            return
        reason, remedy = "was written by a run with other data or settings", ""
        if isinstance(run, dict):
            names = [name for name, value in self.run.items() if run.get(name) != value]
            others = (f"{n} {run[n]}" if _is_number(run.get(n)) else n for n in names)
            reason += f" ({', '.join(others)})"
            if any(name.endswith("steps") for name in names):
                remedy = "more steps are another run: "
        raise InputError(
            reason, path=self.path, remedy=f"{remedy}give another --out, or delete it to start anew"
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
