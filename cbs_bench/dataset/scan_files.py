"""The files of a folder of scans, without those of datasets that were built into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.walk import files_below


def files_of_scans(
    folder: Path, suffixes: Iterable[str] = (), left_out: Callable[[InputError], None] | None = None
) -> list[Path]:
    """Files as :func:`~cbs_bench.walk.files_below` lists them; a contact sheet is no scan.

    Args:
        folder: Where to look.
        suffixes: Lower-case endings; none for all.
        left_out: As ``files_below`` takes it.

    Raises:
        InputError: As ``files_below``.
    """
    files = files_below(folder, suffixes, left_out)
    parents = {file.parent for file in files}
    above = {one for parent in parents for one in (parent, *parent.parents)}
    built = {one for one in above if one.is_relative_to(folder) and reader.is_dataset(one)}
    return [file for file in files if not built.intersection(file.parents)] if built else files
