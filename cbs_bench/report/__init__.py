"""Tables of stored results: ``board`` computes them, one file a format prints them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cbs_bench.report.board import Board
from cbs_bench.report.comma_separated import to_csv
from cbs_bench.report.fill import fill, fill_files
from cbs_bench.report.gather import read_boards
from cbs_bench.report.latex import to_latex
from cbs_bench.report.markdown import to_markdown
from cbs_bench.report.page import to_html

__all__ = [
    "FORMATS",
    "fill",
    "fill_files",
    "read_boards",
    "to_csv",
    "to_html",
    "to_latex",
    "to_markdown",
]

FORMATS: dict[str, Callable[[Sequence[Board]], str]] = {
    "markdown": to_markdown,
    "csv": to_csv,
    "latex": to_latex,
    "html": to_html,
}
