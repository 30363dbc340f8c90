"""Boards as one self-contained page: sorted, filtered and drawn without any network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from cbs_bench.report import sentences
from cbs_bench.report.board import SYSTEM, Board
from cbs_bench.report.plots import Axis, plot, risk_plot
from cbs_bench.report.tables import Cell, Table, overview, tables

FILTERS = ("task", "dataset", "track")


def to_html(boards: Sequence[Board]) -> str:
    """A page with an overview and a section for each board."""
    assets = files(__package__)
    return _PAGE.format(
        style=assets.joinpath("page.css").read_text(encoding="utf-8"),
        script=assets.joinpath("page.js").read_text(encoding="utf-8"),
        filters="\n".join(_filter(name, boards) for name in FILTERS),
        overview=_overview(boards),
        sections="\n".join(_section(number, board) for number, board in enumerate(boards)),
    )


def _filter(name: str, boards: Sequence[Board]) -> str:
    values = sorted({getattr(board.key, name) for board in boards})
    options = "".join(f'<option value="{escape(v)}">{escape(v)}</option>' for v in values)
    return (
        f'<label>{name} <select data-filter="{name}"><option value="">all</option>'
        f"{options}</select></label>"
    )


def _filtered(board: Board) -> str:
    """The attributes by which the filters find what belongs to a board."""
    values = ((name, getattr(board.key, name)) for name in FILTERS)
    return " ".join(f'data-{name}="{escape(value)}"' for name, value in values)


def _overview(boards: Sequence[Board]) -> str:
    table = overview(boards)
    links = [f"#board-{number}" for number in range(len(boards))]
    attributes = [_filtered(board) for board in boards]
    return _table(table, row_attributes=attributes, links=links)


def _section(number: int, board: Board) -> str:
    first, *others = tables(board)
    remarks = "".join(f"<li>{escape(remark)}</li>" for remark in sentences.remarks(board))
    folded = "\n".join(
        f"<details><summary>{escape(_capital(table.name))}</summary>\n"
        f"{risk_plot(table.curves) if table.curves else ''}{_table(table)}</details>"
        for table in others
    )
    return f"""<section id="board-{number}" class="board" {_filtered(board)}>
<h2>{escape(sentences.title(board))}</h2>
<p>{escape(sentences.caption(board))}</p>
{_table(first)}
{f"<ul>{remarks}</ul>" if remarks else ""}
{folded}
</section>"""


def _table(
    table: Table,
    *,
    row_attributes: Sequence[str] | None = None,
    links: Sequence[str] | None = None,
) -> str:
    heads = "".join(
        f'<th scope="col" aria-sort="none"><button type="button">{escape(head)}</button></th>'
        for head in table.heads
    )
    axes = [_axis(column) for column in zip(*table.rows, strict=True)]
    body = "\n".join(
        _row(
            row,
            axes,
            attributes=row_attributes[number] if row_attributes else "",
            link=links[number] if links else None,
        )
        for number, row in enumerate(table.rows)
    )
    return f"""<div class="wide" tabindex="0" role="region" aria-label="{escape(table.name)}">
<table><caption>{escape(_capital(table.name))}</caption>
<thead><tr>{heads}</tr></thead>
<tbody>
{body}
</tbody></table></div>"""


def _axis(column: Sequence[Cell]) -> Axis | None:
    """The common axis of a column of intervals; gains are drawn about zero."""
    drawn = [cell for cell in column if cell.interval is not None]
    if not drawn:
        return None
    intervals = [cell.interval for cell in drawn if cell.interval is not None]
    return Axis.around(intervals, with_zero=any(cell.is_difference for cell in drawn))


def _row(
    row: Sequence[Cell], axes: Sequence[Axis | None], *, attributes: str, link: str | None
) -> str:
    head, *cells = row
    marked = ' class="system"' if head.text == SYSTEM else ""
    name = escape(head.text)
    name = f'<a href="{link}">{name}</a>' if link else name
    numbers = "".join(_cell(cell, axis) for cell, axis in zip(cells, axes[1:], strict=True))
    return f'<tr{marked} {attributes}><th scope="row">{name}</th>{numbers}</tr>'


def _cell(cell: Cell, axis: Axis | None) -> str:
    value = "" if cell.value is None else f' data-value="{cell.value!r}"'
    best = ' class="best"' if cell.is_best else ""
    drawing = ""
    if cell.interval is not None and axis is not None:
        marks = (0.0,) if cell.is_difference else ()
        drawing = plot(cell.interval, axis, cell.text, marks=marks)
    return f"<td{best}{value}>{drawing}{_text(cell)}</td>"


def _text(cell: Cell) -> str:
    """The spread is set smaller than the mean, the numbers of a drawing below it."""
    if cell.interval is not None:
        return f"<small>{escape(cell.text)}</small>"
    mean, separator, spread = cell.text.partition(" ± ")
    return escape(mean) + (f" <small>± {escape(spread)}</small>" if separator else "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>cbs-bench: results</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>cbs-bench <span>results</span></h1>
<p>Means over seeds, in percent, with 95 % bootstrap intervals over rows. A heading sorts its
table; a row of the overview leads to its board.</p>
</header>
<form aria-label="filters">
{filters}
<output aria-live="polite"></output>
</form>
<main>
<section class="overview">
<h2>Overview</h2>
{overview}
</section>
{sections}
</main>
<script>
{script}</script>
</body>
</html>
"""
