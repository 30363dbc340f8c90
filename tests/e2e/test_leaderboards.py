"""The tables that the READMEs show are those of the committed results."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cbs_bench.report import fill, read_boards

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def boards():
    return read_boards(ROOT / "leaderboards" / "results")


def without_numbers_of_the_bootstrap(text):
    """Intervals may move in the last digit with the version of numpy."""
    return re.sub(r"[+-]?\d+\.\d+ – [+-]?\d+\.\d+|\(95 % .*?\)| \d\.\d{3} \| 3 \|", "", text)


@pytest.mark.parametrize("name", ["README.md", "leaderboards/README.md"])
def test_the_tables_are_not_stale(name, boards):
    stored = (ROOT / name).read_text(encoding="utf-8")
    filled = fill(stored, boards, ROOT / name)
    assert without_numbers_of_the_bootstrap(filled) == without_numbers_of_the_bootstrap(stored)
