"""Boards as Markdown tables, as GitHub shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cbs_bench.report import sentences
from cbs_bench.report.board import Board
from cbs_bench.report.tables import Cell, Table, headline, tables


def to_markdown(boards: Sequence[Board]) -> str:
    """A section for each board; the best scores in bold."""
    return "\n".join(board_to_markdown(board) for board in boards)


def board_to_markdown(board: Board) -> str:
    """Heading, caption, tables and remarks of one board."""
    return "\n".join([*_section(board), ""])


def headline_to_markdown(board: Board) -> str:
    """The scores of one board in short, and what the system gains."""
    return "\n".join([*_lines(headline(board)), *_remarks(sentences.headline_remarks(board))])


def _section(board: Board) -> Iterator[str]:
    first, *others = tables(board)
    yield f"### {_escape(sentences.title(board))}"
    yield from ["", _escape(sentences.caption(board)), ""]
    yield from _named(first)
    yield from _remarks(sentences.remarks(board))
    for table in others:
        yield ""
        yield from _named(table)


def _named(table: Table) -> Iterator[str]:
    yield from [f"{_escape(table.name[:1].upper() + table.name[1:])}:", ""]
    yield from _lines(table)


def _remarks(remarks: Iterable[str]) -> list[str]:
    said = [f"- {_escape(sentence)}" for sentence in remarks]
    return ["", *said] if said else []


def _lines(table: Table) -> Iterator[str]:
    yield _row([Cell(head) for head in table.heads])
    yield "|---|" + "---:|" * (len(table.heads) - 1)
    for row in table.rows:
        yield _row(row)


def _row(cells: Sequence[Cell]) -> str:
    texts = (_escape(cell.text) for cell in cells)
    shown = (f"**{t}**" if c.is_best else t for t, c in zip(texts, cells, strict=True))
    return f"| {' | '.join(shown)} |"


def _escape(text: str) -> str:
    """Keeps a name from opening a cell, a tag or a line of its own."""
    text = " ".join(text.split())
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
