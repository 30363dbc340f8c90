"""LaTeX can read what is written for it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cbs_bench.report import read_boards, to_latex

RESULTS = Path(__file__).resolve().parents[3] / "leaderboards" / "results"


@pytest.fixture
def typeset(tmp_path):
    """``typeset(boards, engine, packages)``: the log of a run in which nothing may go wrong."""

    def typeset(boards, engine, *packages):
        if shutil.which(engine) is None:
            pytest.skip(f"{engine} is not installed")  # nothing of the project needs LaTeX
        (tmp_path / "boards.tex").write_text(to_latex(boards), encoding="utf-8")
        used = "".join(f"\\usepackage{package}\n" for package in packages)
        main = f"\\documentclass{{article}}\n{used}\\begin{{document}}\n\\input{{boards}}\n"
        (tmp_path / "main.tex").write_text(f"{main}\\end{{document}}\n", encoding="utf-8")
        done = subprocess.run(
            [engine, "-interaction=nonstopmode", "-halt-on-error", "main.tex"],
            cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if re.search(r"File `.*\.sty' not found", done.stdout):
            # Distributions part CJK and booktabs from the engine.
            pytest.skip("a package of LaTeX is not installed")
        assert done.returncode == 0, done.stdout[-2000:]
        return (tmp_path / "main.log").read_text(encoding="utf-8", errors="replace")

    return typeset


def test_names_cannot_break_a_document(write, tmp_path, typeset):
    names = ["[0.5]", "*", "a&b", "a\\b{c", "50 %", "#1", "x_y^z~", "<|>", "$", "a -1 – +2"]
    for name in names:
        write(name, 0, [[1, 1, 1]])
    log = typeset(read_boards(tmp_path), "pdflatex", "{booktabs,adjustbox}")
    assert "Overfull" not in log


def test_the_tables_of_mini_can_be_typeset_with_their_chinese_tags(tmp_path, typeset):
    for path in RESULTS.glob("*/mini-*.json"):
        shutil.copy(path, tmp_path / f"{path.parent.name}-{path.name}")
    boards = read_boards(tmp_path)
    assert any("名词" in entry.tags for board in boards for entry in board.entries)
    log = typeset(boards, "xelatex", "[fontset=fandol]{ctex}", "{booktabs,adjustbox}")
    assert "Missing character" not in log
