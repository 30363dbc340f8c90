"""Rows on their way to one file, a hundred or so at a time.

A worker is sent no more of them than where their images are, and gives back no more than those:
the other columns are cheaper to check than to send.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cbs_bench.dataset.check import StoredImage, finish, stored
from cbs_bench.dataset.images import BadRowError, brief
from cbs_bench.interfaces import ImageRef, Record, Rejection

ROWS = 128
SCANS = 2
"""Scans are large: so few together keep the batches under way small."""

MISFITS = (ValueError, TypeError, OverflowError)
"""What Arrow raises at text with lone surrogates, numbers too large, and values of another kind."""

Sources = Sequence[tuple[bytes | ImageRef, str]]
"""Image and id of each row that has an image."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one config and split.

    Attributes:
        config: Its name.
        split: Its name.
        schema: The Arrow schema of the config.
        records: The rows; tags of ``pos`` are numbers already.
    """

    config: str
    split: str
    schema: Any
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The good rows of a batch as an Arrow record batch, and why the others are left out.

    Attributes:
        table: The Arrow record batch; None if no row is good.
        rows: The same rows as they went into it.
        rejected: In the order of the rows.
    """

    table: Any = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


def batched(
    items: Iterable[tuple[Record, str, Any] | Rejection],
) -> Iterator[tuple[Batch | Rejection, Sources]]:
    """Records with their split and schema, in batches that fill up side by side.

    Which rows share a batch depends on the rows alone, and so do the bytes of the files.

    Yields:
        Each batch, or a rejection as it is, with the images that a worker has to read for it.
    """
    filling: dict[tuple[str, str], list[Record]] = {}
    schemas: dict[str, Any] = {}
    for item in items:
        if isinstance(item, Rejection):
            yield item, ()
            continue
        record, split, schemas[record.config] = item
        records = filling.setdefault((record.config, split), [])
        records.append(record)
        if len(records) >= (SCANS if record.config == "slips" else ROWS):
            yield _with_sources(Batch(record.config, split, schemas[record.config], tuple(records)))
            records.clear()
    for (config, split), records in filling.items():
        if records:
            yield _with_sources(Batch(config, split, schemas[config], tuple(records)))


def read_images(sources: Sources) -> list[StoredImage | str]:
    """Read and decode each image; workers run this.

    Returns:
        For each one the image, or why it cannot be stored.
    """
    found: list[StoredImage | str] = []
    for source, name in sources:
        try:
            found.append(stored(source, name))
        except BadRowError as error:
            found.append(str(error))
    return found


def finish_batch(batch: Batch | Rejection, images: Sequence[StoredImage | str]) -> Finished:
    """Put the images into their rows and check these."""
    if isinstance(batch, Rejection):
        return Finished(rejected=[batch])
    done: list[dict[str, Any] | Rejection] = []
    for place, record in enumerate(batch.records):
        try:
            done.append(finish(record, images[place] if images else None))
        except BadRowError as error:
            done.append(Rejection(record.where, str(error)))
    try:
        return _finished(done, batch.schema)
    except MISFITS:
        pairs = zip(done, batch.records, strict=True)
        return _finished(
            [_fitting(row, record, batch.schema) for row, record in pairs], batch.schema
        )


def _finished(done: Sequence[dict[str, Any] | Rejection], schema: Any) -> Finished:
    import pyarrow as pa

    rows = [row for row in done if isinstance(row, dict)]
    table = pa.RecordBatch.from_pylist(rows, schema=schema) if rows else None
    return Finished(table, rows, [item for item in done if isinstance(item, Rejection)])


def _fitting(
    row: dict[str, Any] | Rejection, record: Record, schema: Any
) -> dict[str, Any] | Rejection:
    """The row, if Arrow can hold each of its values."""
    import pyarrow as pa

    if isinstance(row, Rejection):
        return row
    for column in schema:
        try:
            pa.array([row.get(column.name)], column.type)
        except MISFITS as error:
            return Rejection(record.where, f"{column.name} cannot be stored: {brief(error)}")
    return row


def _with_sources(batch: Batch) -> tuple[Batch, Sources]:
    if "image" not in batch.schema.names:
        return batch, ()
    return batch, [(record.row["image"], str(record.row["id"])) for record in batch.records]
