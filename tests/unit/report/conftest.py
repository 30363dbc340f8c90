"""Results as the runner stores them, and the boards of a small comparison."""

from __future__ import annotations

import json

import pytest

from cbs_bench.report import read_boards

GRANULARITIES = {"multigranularity": "component", "character": "character"}


@pytest.fixture
def write(tmp_path):
    """Writes one result; ``track`` changes its only track, other names the result itself."""

    def write(tokenizer, seed, rows, *, folder=tmp_path, track=None, **changes):
        result = {
            "schema": 1, "task": "pos", "fingerprint": "f" * 64, "dataset": "small",
            "tokenizer": tokenizer,
            "granularity": GRANULARITIES.get(tokenizer, "subword"), "seed": seed,
            "tracks": [
                {
                    "track": "transcription", "split": "test", "slices": {"all": rows},
                    **(track or {}),
                }
            ],
        } | changes  # fmt: skip
        name = f"{len(list(folder.iterdir()))}-{tokenizer}-{seed}.json"
        (folder / name).write_text(json.dumps(result), encoding="utf-8")
        return folder / name

    return write


@pytest.fixture
def boards(tmp_path, write):
    write("multigranularity", 0, [[3, 4, 4], [2, 2, 3]])
    write("multigranularity", 1, [[4, 4, 4], [2, 3, 3]])
    write("bpe", 0, [[2, 4, 4], [1, 2, 3]])
    return read_boards(tmp_path)
