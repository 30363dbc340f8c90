"""A dataset's folder appears whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError


@contextmanager
def whole_or_nothing(out: Path) -> Iterator[Path]:
    """A new folder beside ``out`` that takes its place when the block ends well.

    After an error or an interrupt nothing new is left, and what was at ``out`` is untouched.

    Raises:
        InputError: If something that is not a dataset is at ``out``, or it cannot be written.
    """
    _refuse_to_overwrite(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent.resolve()))
    except OSError as error:
        raise InputError(
            f"cannot write here ({error.strerror})", path=out, remedy="choose another --out"
        ) from error
    try:
        draft.chmod(0o755)  # mkdtemp's folders are closed to everyone else
        yield draft
        _refuse_to_overwrite(out)
        _put_in_place(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


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
    out = out.resolve()
    if not out.exists():
        draft.rename(out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent)) / "dataset"
    out.rename(old)
    try:
        draft.rename(out)
    except BaseException:
        old.rename(out)
        raise
    finally:
        shutil.rmtree(old.parent, ignore_errors=True)
