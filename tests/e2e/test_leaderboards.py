"""The tables that the READMEs show are those of the committed results."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cbs_bench import results
from cbs_bench.model_card import identity
from cbs_bench.nlp import glyph_vectors
from cbs_bench.report import fill, read_boards
from cbs_bench.vision.choice import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "leaderboards" / "results"


@pytest.fixture(scope="module")
def boards():
    return read_boards(RESULTS)


def without_numbers_of_the_bootstrap(text):
    """Intervals may move in the last digit with the version of numpy."""
    return re.sub(r"[+-]?\d+\.\d+ – [+-]?\d+\.\d+|\(95 % .*?\)| \d\.\d{3} \| 3 \|", "", text)


@pytest.mark.parametrize("name", ["README.md", "leaderboards/README.md"])
def test_the_tables_are_not_stale(name, boards):
    stored = (ROOT / name).read_text(encoding="utf-8")
    filled = fill(stored, boards, ROOT / name)
    assert without_numbers_of_the_bootstrap(filled) == without_numbers_of_the_bootstrap(stored)


def of_other_models(folder):
    """The results that name another model than the shipped one, where they name any."""
    folders = {**SHIPPED, "vectors": glyph_vectors.SHIPPED}
    shipped = {role: identity(model) for role, model in folders.items()}
    return [
        path.name
        for path, result in results.read(folder)
        for role, model in result.get("models", {}).items()
        if role not in result and model != shipped[role]
    ]


def test_committed_results_are_of_the_shipped_models():
    assert of_other_models(RESULTS) == []


def test_a_result_of_another_model_is_found(tmp_path):
    result = results.read_file(RESULTS / "recognition" / "mini-multigranularity-0.json")
    given = {"detector": "mine", "models": {"detector": "0" * 64}}
    for name, told in {"other": {"models": {"recognizer": "0" * 64}}, "given": given}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({**result, **told}), encoding="utf-8")
    assert of_other_models(tmp_path) == ["other.json"]
