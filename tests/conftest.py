"""What tests of every package share."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cbs_bench.dataset.batches import Batch, finish_batch, read_images
from cbs_bench.dataset.schema import arrow_schema
from cbs_bench.interfaces import Record, Rejection

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data, which is no part of the repository."""
    given = os.environ.get("CBS_BENCH_REAL_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set CBS_BENCH_REAL_DATA")
    return folder


@pytest.fixture(scope="session")
def finished():
    """``finished(record)``: the record with its row as a build writes it, or its rejection."""

    def finish(record: Record | Rejection) -> Record | Rejection:
        if isinstance(record, Rejection):
            return record
        image = record.row.get("image")
        images = read_images([] if image is None else [(image, record.row["id"])])
        batch = Batch(record.config, "train", arrow_schema(record.config), (record,))
        done = finish_batch(batch, images)
        return replace(record, row=done.rows[0]) if done.rows else done.rejected[0]

    return finish
