"""A builder whose records a test lays down."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cbs_bench.dataset import writer
from cbs_bench.dataset.build_report import BuildReport
from cbs_bench.interfaces import BUILDERS, BuildOptions, CorpusBuilder, CorpusInfo, Record


@pytest.fixture
def build(monkeypatch, tmp_path):
    """``build(records, out=..., **options)`` writes these records and returns the report."""

    def run(records, out: Path = tmp_path / "out", **options) -> BuildReport:
        class Given(CorpusBuilder):
            info = CorpusInfo("Given", "Rows.", "MIT", "nobody", "nowhere", ("small",))
            tags = ("n", "v")

            def records(self, raw: Path | None) -> Iterator[Record]:
                for record in records:
                    if isinstance(record, BaseException):
                        raise record
                    yield record

        monkeypatch.setattr(BUILDERS, "load", lambda name: Given)
        settings = {"raw": None, "options": BuildOptions(), **options}
        return writer.build("given", out=out, **settings)

    return run
