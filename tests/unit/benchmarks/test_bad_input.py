"""Every benchmark that reads datasets ends bad input in one line."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NEEDS_TORCH = [
    pytest.mark.train,
    pytest.mark.skipif(not find_spec("torch"), reason="needs the extra train"),
]


@pytest.mark.parametrize(
    "name",
    [
        "ablation",
        pytest.param("adaptation", marks=NEEDS_TORCH),
        pytest.param("learning_curve", marks=NEEDS_TORCH),
        "resolution",
        "situations",
        "tokenizer",
        "turning",
        pytest.param("unseen_graphs", marks=NEEDS_TORCH),
        pytest.param("other_documents", marks=NEEDS_TORCH),
        "vision",
    ],
)
def test_a_folder_that_is_no_dataset_is_one_line(name, tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(ROOT)
    module = importlib.import_module(f"benchmarks.{name}")
    assert module.main(["--data", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"benchmarks.{name}: {tmp_path}: ")
    assert err.count("\n") == 1
