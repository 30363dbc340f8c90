r"""Boards as LaTeX tables with the rules of the package ``booktabs``.

The file is one to ``\input``; a comment at its head names what the preamble needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cbs_bench.report import sentences
from cbs_bench.report.board import Board
from cbs_bench.report.tables import Cell, Table, tables

PREAMBLE = (
    "% Needs \\usepackage{booktabs,adjustbox}; Chinese text needs XeLaTeX and ctex, or xeCJK."
)
MINUS = "\N{MINUS SIGN}"

ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_"},
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",  # after the end of a row a bracket or a star would be an argument
    "*": "{*}",
    "±": r"$\pm$",
    "∞": r"$\infty$",
    MINUS: "$-$",
    "→": r"$\rightarrow$",
    "·": r"\textperiodcentered{}",
    " – +": " to +",
    f" – {MINUS}": " to $-$",
    " – ": "--",
    "–": "--",
    " %": r"\,\%",
}
_SIGN = re.compile(r"(?<![\w.-])-(?=\d)")
_TO_ESCAPE = re.compile("|".join(map(re.escape, sorted(ESCAPES, key=len, reverse=True))))


def to_latex(boards: Sequence[Board]) -> str:
    """A ``table`` environment for each table of each board."""
    lines = [PREAMBLE]
    for board in boards:
        for number, table in enumerate(tables(board)):
            lines += ["", *_environment(board, table, number)]
    return "\n".join(lines)


def escape(text: str) -> str:
    r"""Text as LaTeX prints it.

    Examples:
        >>> print(escape("byte_bpe: 5 %"))
        byte\_bpe: 5\,\%
        >>> print(escape("gpt-4o: -1.20 – +0.30"))
        gpt-4o: $-$1.20 to +0.30
    """
    signed = _SIGN.sub(MINUS, " ".join(text.split()))
    return _TO_ESCAPE.sub(lambda found: ESCAPES[found[0]], signed)


def _environment(board: Board, table: Table, number: int) -> Iterator[str]:
    said = [f"{sentences.title(board)}: {table.name}.", sentences.caption(board)]
    if number == 0:
        said += sentences.remarks(board)
    yield r"\begin{table}"
    yield r"\centering"
    yield rf"\caption{{{escape(' '.join(said))}}}"
    yield rf"\label{{{_label(board, table)}}}"
    yield r"\begin{adjustbox}{max width=\linewidth}"
    yield rf"\begin{{tabular}}{{l{'r' * (len(table.heads) - 1)}}}"
    yield r"\toprule"
    yield rf"{' & '.join(map(escape, table.heads))} \\"
    yield r"\midrule"
    for row in table.rows:
        yield rf"{' & '.join(map(_cell, row))} \\"
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\end{adjustbox}"
    yield r"\end{table}"


def _cell(cell: Cell) -> str:
    shown = escape(cell.text)
    return rf"\textbf{{{shown}}}" if cell.is_best else shown


def _label(board: Board, table: Table) -> str:
    r"""A label is no text: LaTeX wants it plain, and each once."""
    key = board.key
    words = (key.task, key.dataset, key.track, key.split, key.fingerprint[:8], table.name)
    return "tab:" + "-".join(re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-") for word in words)
