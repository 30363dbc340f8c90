"""Which revision of the code runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parents[1]
CODE = ("cbs_bench", "builders", "baselines", "pyproject.toml")


class Revision(TypedDict):
    """A state of the code.

    Attributes:
        commit: The commit checked out.
        dirty: Whether the code differs from it.
    """

    commit: str
    dirty: bool


def current() -> Revision | None:
    """The revision of this package's checkout; ``None`` where it runs from no checkout."""
    # An installed package may lie in an environment inside of somebody else's repository.
    if _git("ls-files", "--error-unmatch", "cbs_bench/__init__.py") is None:
        return None
    commit, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--", *CODE)
    if commit is None or changes is None:
        return None
    return {"commit": commit, "dirty": bool(changes)}


def _git(*arguments: str) -> str | None:
    """What git prints; ``None`` where it fails or there is none."""
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run(
        [git, "-C", ROOT, *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None
