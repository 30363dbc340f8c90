"""The committed tables are those of the committed results."""

from __future__ import annotations

import re
from pathlib import Path

from cbs_bench.report import read_boards, to_markdown

LEADERBOARDS = Path(__file__).resolve().parents[2] / "leaderboards"


def without_numbers_of_the_bootstrap(text):
    """Intervals may move in the last digit with the version of numpy."""
    return re.sub(r"[+-]?\d+\.\d+ – [+-]?\d+\.\d+|\(95 % .*?\)| \d\.\d{3} \| 3 \|", "", text)


def test_the_tables_are_not_stale():
    rendered = to_markdown(read_boards(LEADERBOARDS / "results"))
    stored = (LEADERBOARDS / "README.md").read_text(encoding="utf-8")
    assert without_numbers_of_the_bootstrap(rendered.strip()) in without_numbers_of_the_bootstrap(
        stored
    )
