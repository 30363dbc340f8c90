"""Rows on their way to one file, a few dozen at a time: what a worker gets and gives back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cbs_bench.dataset.check import finish
from cbs_bench.interfaces import Record, Rejection

ROWS = 64
SCANS = 2
"""Scans are large: so few together keep the batches under way small."""


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
    """The good rows of a batch as an Arrow record batch, and why the others are left out."""

    rows: Any = None
    rejected: dict[int, Rejection] = field(default_factory=dict)


def finish_batch(batch: Batch | Rejection) -> Finished:
    """Read, decode and check the rows; workers run this. Rejections pass unchanged."""
    import pyarrow as pa

    if isinstance(batch, Rejection):
        return Finished(rejected={0: batch})
    rows, rejected = [], {}
    for place, record in enumerate(batch.records):
        done = finish(record)
        if isinstance(done, Record):
            rows.append(done.row)
        else:
            rejected[place] = done
    return Finished(pa.RecordBatch.from_pylist(rows, schema=batch.schema), rejected)


def batched(
    items: Iterable[tuple[Record, str, Any] | Rejection],
) -> Iterator[Batch | Rejection]:
    """Records with their split and schema, in batches that fill up side by side.

    Which rows share a batch depends on the rows alone, and so do the bytes of the files.
    """
    filling: dict[tuple[str, str], list[Record]] = {}
    schemas: dict[str, Any] = {}
    for item in items:
        if isinstance(item, Rejection):
            yield item
            continue
        record, split, schemas[record.config] = item
        key = (record.config, split)
        filling.setdefault(key, []).append(record)
        if len(filling[key]) >= (SCANS if record.config == "slips" else ROWS):
            yield Batch(*key, schemas[record.config], tuple(filling.pop(key)))
    for key, records in filling.items():
        yield Batch(*key, schemas[key[0]], tuple(records))
