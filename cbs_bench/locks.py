"""A file or folder that one process at a time may work on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cbs_bench.errors import InputError


def lock(place: Path) -> int | None:
    """An open descriptor that locks a file or folder until it is closed or its process ends.

    Returns:
        None where it cannot be locked: a system without ``fcntl`` has no such locks, and some
        network drives and devices have none.

    Raises:
        BlockingIOError: If another one holds it.
    """
    try:
        import fcntl
    except ImportError:
        return None
    if not (place.is_dir() or place.is_file()):
        return None
    try:
        descriptor = os.open(place, os.O_RDONLY if place.is_dir() else os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return descriptor


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Let no second run write to a file or folder, which must be there.

    Raises:
        InputError: If another run does.
    """
    try:
        descriptor = lock(place)
    except BlockingIOError as error:
        raise InputError(
            "another run is writing here",
            path=place,
            remedy="wait until it ends, or give another --out",
        ) from error
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
