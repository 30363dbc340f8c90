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
    from datasets import Features

GROUP_BYTES = 8 << 20
GROUP_ROWS = 1000
SHARD_BYTES = 256 << 20


class ShardWriter:
    """The files ``<split>-00000-of-0000N.parquet`` of one config.

    Args:
        folder: The folder of the config; created with the first file.
        split: The name of the split.
        features: The columns.
    """

    def __init__(self, folder: Path, split: str, features: Features) -> None:
        self._folder = folder
        self._split = split
        self._features = features
        self._schema = features.arrow_schema
        self._waiting: list[Mapping[str, Any]] = []
        self._waiting_bytes = 0
        self._shard_bytes = 0
        self._file: Any = None
        self._paths: list[Path] = []
        self.rows = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Append a row; its columns are those of the features, class labels as names."""
        if "tags" in self._features:
            number = self._features["tags"].feature.str2int
            row = {**row, "tags": [number(tag) for tag in row["tags"]]}
        self._waiting.append(row)
        self._waiting_bytes += len(row["image"]["bytes"]) if "image" in row else 0
        self.rows += 1
        if self._waiting_bytes >= GROUP_BYTES or len(self._waiting) >= GROUP_ROWS:
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

        if not self._waiting:
            return
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._paths.append(self._folder / f"{self._split}.{len(self._paths)}.part")
            self._file = pq.ParquetWriter(self._paths[-1], self._schema, compression="zstd")
        table = pa.Table.from_pylist(self._waiting, schema=self._schema)
        self._file.write_table(table, row_group_size=len(self._waiting))
        self._shard_bytes += self._waiting_bytes
        self._waiting.clear()
        self._waiting_bytes = 0
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
