"""A file appears whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path`` and put it in its place.

    A reader, and a run that is killed, see the old file or the new one, never a half.

    Raises:
        OSError: If that cannot be done; it names ``path``, and nothing is left beside it.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise type(error)(error.errno, error.strerror, str(path)) from error
