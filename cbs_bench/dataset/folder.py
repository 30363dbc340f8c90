"""A dataset's folder appears whole or not at all."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cbs_bench import locks
from cbs_bench.dataset import reader
from cbs_bench.errors import InputError

DRAFT = ".cbs-bench-build-"
"""Begins the names of drafts, and of no folder of a user."""


@contextmanager
def whole_or_nothing(out: Path) -> Iterator[Path]:
    """A new folder beside ``out`` that takes its place when the block ends well.

    After an error or an interrupt nothing new is left, and what was at ``out`` is untouched. What a
    killed build left behind is removed by the next one, which starts from the beginning.

    Raises:
        InputError: If something that is not a dataset is at ``out``, or it cannot be written.
    """
    reader.need_text(out.resolve(), "choose another --out")
    _refuse_to_overwrite(out)
    place = out.resolve()  # `.` has no name of its own
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        draft = Path(tempfile.mkdtemp(prefix=f"{DRAFT}{place.name}-", dir=place.parent))
    except OSError as error:
        raise InputError(
            f"cannot write here ({error.strerror})", path=out, remedy="choose another --out"
        ) from error
    lock = _lock(draft)
    try:
        draft.chmod(0o755)  # mkdtemp's folders are closed to everyone else
        yield draft
        _refuse_to_overwrite(out)
        _put_in_place(draft, place)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InputError(
                "no room for the dataset", path=out, remedy="make room or choose another --out"
            ) from error
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _sweep(out: Path) -> None:
    """Remove drafts whose build was killed: the system has let go of their locks."""
    for draft in out.parent.glob(f"{DRAFT}{glob.escape(out.name)}-*"):
        lock = _lock(draft)
        if lock is not None:
            shutil.rmtree(draft, ignore_errors=True)
            os.close(lock)


def _lock(draft: Path) -> int | None:
    """As :func:`~cbs_bench.locks.lock`; None, too, where another build holds it."""
    try:
        return locks.lock(draft)
    except BlockingIOError:
        return None


def _refuse_to_overwrite(out: Path) -> None:
    if not out.exists() and not out.is_symlink():
        return
    if out.is_dir() and (not any(out.iterdir()) or reader.is_dataset(out)):
        return
    raise InputError(
        "something that is no dataset is here already", path=out, remedy="choose another --out"
    )


def _put_in_place(draft: Path, out: Path) -> None:
    """Two renames; if the second fails, the first is taken back."""
    if not out.exists():
        draft.rename(out)
        return
    # Of another form than a draft's name: if both renames are cut apart, this copy survives.
    old = Path(tempfile.mkdtemp(prefix=f".old-{out.name}-", dir=out.parent)) / "dataset"
    out.rename(old)
    try:
        draft.rename(out)
    except BaseException:
        old.rename(out)
        old.parent.rmdir()
        raise
    shutil.rmtree(old.parent, ignore_errors=True)
