"""Writes the rows of one config and split into Parquet files of bounded size.

Rows wait until a row group is full, so that memory stays flat however large the corpus is. Equal
rows give equal bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Schema

GROUP_BYTES = 8 << 20
GROUP_ROWS = 1000
SHARD_BYTES = 256 << 20


class ShardWriter:
    """The files ``<split>-00000-of-0000N.parquet`` of one config.

    Args:
        folder: The folder of the config; created with the first file.
        split: The name of the split.
        schema: The columns.
    """

    def __init__(self, folder: Path, split: str, schema: Schema) -> None:
        self._folder = folder
        self._split = split
        self._schema = schema
        self._waiting: list[RecordBatch] = []
        self._waiting_bytes = 0
        self._waiting_rows = 0
        self._shard_bytes = 0
        self._file: Any = None
        self._paths: list[Path] = []

    def add(self, rows: RecordBatch) -> None:
        """Append rows of this schema."""
        self._waiting.append(rows)
        self._waiting_rows += rows.num_rows
        self._waiting_bytes += rows.nbytes
        if self._waiting_bytes >= GROUP_BYTES or self._waiting_rows >= GROUP_ROWS:
            self._flush()

    def close(self) -> dict[str, str]:
        """Finish the files.

        Returns:
            The SHA-256 of each file by its name below the dataset's folder.
        """
        self._flush()
        self._close_file()
        digests = {}
        for number, path in enumerate(self._paths):
            name = f"{self._split}-{number:05d}-of-{len(self._paths):05d}.parquet"
            final = path.rename(self._folder / name)
            digests[f"{self._folder.name}/{name}"] = file_digest(final)
        return digests

    def abandon(self) -> None:
        """Let go of the open file after an error elsewhere."""
        self._waiting.clear()
        self._close_file()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._waiting_rows:
            return
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._paths.append(self._folder / f"{self._split}.{len(self._paths)}.part")
            # Looking for repeats costs as much as compressing, and images and ids have none.
            self._file = pq.ParquetWriter(
                self._paths[-1], self._schema, compression="zstd", use_dictionary=False
            )
        # One chunk a column, so that pages do not show how the rows were batched.
        table = pa.Table.from_batches(self._waiting, self._schema).combine_chunks()
        self._file.write_table(table, row_group_size=self._waiting_rows)
        self._shard_bytes += self._waiting_bytes
        self._waiting.clear()
        self._waiting_bytes = self._waiting_rows = 0
        if self._shard_bytes >= SHARD_BYTES:
            self._close_file()

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None
        self._shard_bytes = 0


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def overall_digest(digests: Mapping[str, str]) -> str:
    """One digest for all files: that of their names and digests, in order of name."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
