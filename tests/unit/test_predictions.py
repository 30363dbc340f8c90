"""Stored predictions come back as they were, and what is no such file is named."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench import predictions
from cbs_bench.errors import DataError, InputError
from cbs_bench.predictions import Predictions

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
NAMES = st.text().filter(lambda name: name not in ("id", "track", "split"))
ROWS = st.lists(
    st.builds(lambda name, rest: {"id": name, **rest}, st.text(), st.dictionaries(NAMES, VALUES)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(scan=ROWS, transcription=ROWS)
def test_what_is_written_is_read(tmp_path_factory, scan, transcription):
    path = tmp_path_factory.mktemp("stored") / "a.predictions.jsonl.gz"
    tracks = [
        Predictions("transcription", "test", transcription),
        Predictions("scan", "test", scan),
    ]
    checksum = predictions.write(path, tracks)
    assert predictions.read(path) == tracks
    assert predictions.checksum(path) == checksum


def test_equal_predictions_are_equal_files(tmp_path):
    tracks = [Predictions("scan", "test", [{"id": "a", "words": [[0, 1, "n"]]}])]
    checksums = {predictions.write(tmp_path / f"{n}.gz", tracks) for n in range(3)}
    assert len(checksums) == 1
    assert len(list(tmp_path.iterdir())) == 3  # no drafts stay


def test_they_lie_beside_their_result(tmp_path):
    path = predictions.path_beside(tmp_path / "my.data-bpe-0.json")
    assert path == tmp_path / "my.data-bpe-0.predictions.jsonl.gz"
    assert predictions.checksum(path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"no gzip",
        gzip.compress(b"[]\n"),
        gzip.compress(b'{"id": "a"}\n'),
        gzip.compress(b"{"),
        gzip.compress(b'{"id": "a", "track": "scan", "split": "test"}\n' * 9)[:-9],
        gzip.compress(b"\xff\n"),
        gzip.compress(b"")[:10] + b"\xff" * 9,
        gzip.compress(b"[" * 100_000),
    ],
    ids=[
        "not packed",
        "no object",
        "no track",
        "no JSON",
        "cut off",
        "not UTF-8",
        "damaged",
        "deep",
    ],
)
def test_another_file_is_named(tmp_path, content):
    path = tmp_path / "odd.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"odd\.gz: not a file of predictions") as caught:
        predictions.read(path)
    assert "\n" not in str(caught.value)


def test_missing_predictions_are_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.gz: no predictions; keep them beside"):
        predictions.read(tmp_path / "none.gz")


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["a"], "2 predictions on the scan track for 1 row;"),
        (["a", "c"], "row 2: a prediction on the scan track for 'b', where the dataset has 'c'"),
    ],
)
def test_predictions_are_of_the_rows_of_the_dataset(ids, message):
    found = Predictions("scan", "test", [{"id": "a"}, {"id": "b"}])
    assert found.of(["a", "b"]) == found.rows
    with pytest.raises(DataError, match=message):
        found.of(ids)
