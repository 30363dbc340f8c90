"""The exceptions a caller can act on.

Each message is one line: which file, which row, what is wrong, what to do.
The command line prints it and exits with status 2.
"""

from __future__ import annotations

from pathlib import Path


class CbsBenchError(Exception):
    """Base of every error this package raises on purpose."""


class InputError(CbsBenchError):
    """Something the caller supplied cannot be used.

    Args:
        problem: What is wrong.
        path: The file or folder at fault, if there is one.
        row: The row, member or record inside ``path``, if it is known.
        remedy: What the caller can do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        path: str | Path | None = None,
        row: str | int | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.path = path
        self.row = row
        self.remedy = remedy
        where = "" if path is None else f"{path}: "
        if row is not None:
            where += f"row {row}: " if isinstance(row, int) else f"{row}: "
        message = f"{where}{problem}" + (f"; {remedy}" if remedy else "")
        super().__init__(" ".join(message.split()))


class DataError(InputError):
    """A row, image or annotation of a corpus breaks its rules."""


class ModelError(InputError):
    """A model folder is missing, incomplete, of another version or corrupt."""


class EndpointError(InputError):
    """A language model behind an endpoint refuses, or gives no answer."""


class PluginError(InputError):
    """A plugin is unknown, shadowed or registered twice, cannot be imported, or fails."""
