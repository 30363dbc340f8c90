"""Reads a built dataset with pyarrow alone, row by row.

``datasets.load_dataset`` reads the same folder; importing it takes seconds and it copies the
rows into a cache, so that the tokenizers, tasks and tools of this package read here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from cbs_bench.errors import InputError

SPLITS = ("train", "validation", "test")
MANIFEST = "fingerprint.json"
FORMAT = 1
BATCH = 64
"""Rows decoded at a time: with scans of a few hundred kB, some ten MB."""


def is_dataset(folder: Path) -> bool:
    """Whether ``folder`` was written by ``cbs-bench build``."""
    try:
        _manifest(folder)
    except InputError:
        return False
    return True


def configs(folder: Path) -> list[str]:
    """Names of the configs, sorted.

    Raises:
        InputError: If ``folder`` is no dataset.
    """
    return sorted(manifest(folder)["counts"])


def fingerprint(folder: Path) -> str:
    """The digest of all rows; equal data built twice have the same.

    Raises:
        InputError: If ``folder`` is no dataset.
    """
    return str(manifest(folder)["fingerprint"])


def rows(folder: Path, config: str, split: str) -> Iterator[dict[str, Any]]:
    """The rows of one split in their order.

    Args:
        folder: The dataset.
        config: ``slips``, ``glyphs``, ``texts`` or ``pos``.
        split: ``train``, ``validation`` or ``test``.

    Yields:
        Plain values; an image is ``{"bytes": ..., "path": ...}``, a class label its number.

    Raises:
        InputError: If ``folder`` is no dataset or has no such config or split, or if a shard
            is missing or corrupt.
    """
    for batch in _batches(folder, config, split):
        yield from batch.to_pylist()


def column(folder: Path, config: str, split: str, name: str) -> Iterator[Any]:
    """The values of one column, in the order of the rows; the others are not read.

    Raises:
        InputError: As :func:`rows`.
    """
    for batch in _batches(folder, config, split, [name]):
        yield from batch.column(0).to_pylist()


def _batches(
    folder: Path, config: str, split: str, columns: list[str] | None = None
) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for shard in shards(folder, config, split):
        try:
            with pq.ParquetFile(shard) as file:
                yield from file.iter_batches(batch_size=BATCH, columns=columns)
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                f"cannot read the shard ({error})", path=shard, remedy="build the dataset again"
            ) from error


def shards(folder: Path, config: str, split: str) -> list[Path]:
    """The Parquet files of one split; none where the split is empty.

    Raises:
        InputError: As :func:`rows`.
    """
    known = configs(folder)
    for value, choices, kind in ((config, known, "config"), (split, SPLITS, "split")):
        if value not in choices:
            raise InputError(
                f"the dataset has no {kind} {value!r}",
                path=folder,
                remedy=f"choose one of {', '.join(choices)}",
            )
    prefix = f"{config}/{split}-"
    return [folder / name for name in sorted(manifest(folder)["files"]) if name.startswith(prefix)]


def manifest(folder: Path) -> dict[str, Any]:
    """What ``fingerprint.json`` says: ``fingerprint``, ``builder``, ``counts``, ``files``.

    Raises:
        InputError: If the file is missing, damaged or of another format, or if the name of
            ``folder`` is no text.
    """
    need_text(folder, "rename the folder")
    return _manifest(folder)


def need_text(folder: Path, remedy: str) -> None:
    """Refuse a folder whose name is no text, as on old disks; Arrow opens no file in it.

    Raises:
        InputError: With this remedy.
    """
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise InputError("its name is not in UTF-8", path=folder, remedy=remedy) from error


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    remedy = "give a folder written by `cbs-bench build`"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        problem = f"no dataset here ({MANIFEST} is {'missing' if missing else 'unreadable'})"
        raise InputError(problem, path=folder, remedy=remedy) from error
    if not _is_manifest(found):
        raise InputError(f"{MANIFEST} is not of format {FORMAT}", path=folder, remedy=remedy)
    return cast("dict[str, Any]", found)


def _is_manifest(found: Any) -> bool:
    """Whether what a file of this name holds has the parts that readers rely on."""
    kinds = {"fingerprint": str, "counts": dict, "files": dict}
    return (
        isinstance(found, dict)
        and found.get("format") == FORMAT
        and all(isinstance(found.get(key), kind) for key, kind in kinds.items())
        and all(isinstance(splits, dict) for splits in found["counts"].values())
    )
