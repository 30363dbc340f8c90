"""The tables of a report as one page: sortable, filtered, intervals drawn, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from cbs_bench.metrics.bootstrap import Interval, f1_interval
from cbs_bench.tables import Row, TableKey, Tables, gain_over_best_subword

PLOT_WIDTH, PLOT_HEIGHT, PLOT_MARGIN = 220, 18, 6
COLUMNS = ("tokenizer", "precision", "recall", "F1", "spread", "95 % interval", "seeds")
FILTERS = ("dataset", "track")


def to_html(tables: Tables) -> str:
    """One self-contained page with a table for each task, dataset, track and slice."""
    ordered = sorted(tables.items())
    return _PAGE.format(
        style=_STYLE,
        script=_SCRIPT,
        filters="\n".join(_filter(name, (key for key, _ in ordered)) for name in FILTERS),
        sections="\n".join(_section(key, rows) for key, rows in ordered),
    )


def _filter(name: str, keys: Iterable[TableKey]) -> str:
    options = "".join(
        f'<option value="{escape(value)}">{escape(value)}</option>'
        for value in sorted({getattr(key, name) for key in keys})
    )
    return (
        f'<label>{name} <select data-filter="{name}"><option value="">all</option>'
        f"{options}</select></label>"
    )


def _section(key: TableKey, rows: Sequence[Row]) -> str:
    intervals = [f1_interval(row.counts) for row in rows]
    axis = min(i.low for i in intervals), max(i.high for i in intervals)
    best = max(row.means()[2] for row in rows)
    body = "\n".join(
        _row(row, interval, axis, is_best=row.means()[2] == best)
        for row, interval in zip(rows, intervals, strict=True)
    )
    heads = "".join(
        f'<th scope="col" aria-sort="none"><button type="button">{escape(name)}</button></th>'
        for name in COLUMNS
    )
    gold = int(rows[0].counts[0, :, 2].sum())
    return f"""<section data-dataset="{escape(key.dataset)}" data-track="{escape(key.track)}">
<h2>{escape(key.task)} · {escape(key.dataset)} · {escape(key.slice)}</h2>
<p>{escape(key.track)} track, {escape(key.split)} split, {gold:,} gold spans in \
{rows[0].counts.shape[1]:,} rows; dataset <code>{escape(key.fingerprint[:12])}</code>; \
intervals drawn from {100 * axis[0]:.2f} to {100 * axis[1]:.2f}.</p>
<div class="wide"><table>
<thead><tr>{heads}</tr></thead>
<tbody>
{body}
</tbody>
</table></div>
{_gain(rows)}</section>"""


def _row(row: Row, interval: Interval, axis: tuple[float, float], *, is_best: bool) -> str:
    precision, recall, f1 = row.means()
    marked = ' class="best"' if is_best else ""
    numbers = "".join(_number(value) for value in (precision, recall, f1, row.spread))
    return (
        f"<tr{marked}>"
        f'<th scope="row">{escape(row.tokenizer)}</th>{numbers}'
        f'<td data-value="{interval.low!r}">{_plot(interval, axis)}</td>'
        f'<td data-value="{len(row.runs)}">{len(row.runs)}</td></tr>'
    )


def _number(value: float) -> str:
    return f'<td data-value="{value!r}">{100 * value:.2f}</td>'


def _plot(interval: Interval, axis: tuple[float, float]) -> str:
    """The interval as a bar with its value as a dot, on the axis of its table."""
    low, middle, high = (_x(v, axis) for v in (interval.low, interval.value, interval.high))
    half = PLOT_HEIGHT / 2
    said = f"{100 * interval.low:.2f} – {100 * interval.high:.2f}"
    return (
        f'<svg width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}" role="img" aria-label="{said}">'
        f"<title>{said}</title>"
        f'<line class="axis" x1="{PLOT_MARGIN}" x2="{PLOT_WIDTH - PLOT_MARGIN}"'
        f' y1="{half}" y2="{half}"/>'
        f'<line class="interval" x1="{low:.1f}" x2="{high:.1f}" y1="{half}" y2="{half}"/>'
        f'<circle cx="{middle:.1f}" cy="{half}" r="4"/></svg>'
    )


def _x(value: float, axis: tuple[float, float]) -> float:
    width = axis[1] - axis[0]
    share = (value - axis[0]) / width if width > 0 else 0.5
    return PLOT_MARGIN + min(max(share, 0.0), 1.0) * (PLOT_WIDTH - 2 * PLOT_MARGIN)


def _gain(rows: Sequence[Row]) -> str:
    found = gain_over_best_subword(rows)
    if found is None:
        return ""
    name, gain = found
    return (
        f"<p>The system over {escape(name)}, the best sub-word tokenizer: "
        f"<strong>{100 * gain.value:+.2f} %</strong> relative (95 % paired bootstrap "
        f"{100 * gain.low:+.2f} to {100 * gain.high:+.2f} %, p = {gain.p_value:.3f}).</p>\n"
    )


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>cbs-bench: F1 tables</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>cbs-bench</h1>
<p>F1 in percent, mean over seeds and standard deviation (spread); 95 % bootstrap intervals over
rows. Click a heading to sort.</p>
<form>
{filters}
</form>
</header>
<main>
{sections}
</main>
<script>{script}</script>
</body>
</html>
"""

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fdfcf8; --rule: #d8d4c8;
  --soft: #6b6a63; --mark: #a3341f; --band: #f3efe3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e4da; --paper: #16181b;
  --rule: #3a3d42; --soft: #9c9a92; --mark: #f08a6c; --band: #22262b; } }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; } h2 { margin: 2rem 0 0; font-size: 1.1rem; }
p { color: var(--soft); margin: .25rem 0 .75rem; } strong { color: var(--ink); }
form { display: flex; gap: 1.5rem; } select { font: inherit; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--rule); text-align: right; }
th:first-child { text-align: left; font-weight: normal; }
thead button { all: unset; cursor: pointer; font-weight: 600; }
thead button:focus-visible { outline: 2px solid var(--mark); }
[aria-sort=ascending] button::after { content: " ▲"; }
[aria-sort=descending] button::after { content: " ▼"; }
.best { background: var(--band); } .best th { font-weight: 600; }
svg { vertical-align: middle; } .axis { stroke: var(--rule); }
.interval { stroke: var(--mark); stroke-width: 3; } circle { fill: var(--mark); }
"""

_SCRIPT = """
for (const head of document.querySelectorAll("thead th")) {
  head.firstChild.addEventListener("click", () => {
    const rising = head.getAttribute("aria-sort") === "descending";
    for (const other of head.parentNode.children) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const value = (row) => row.cells[head.cellIndex].dataset.value;
    const name = (row) => row.cells[head.cellIndex].textContent;
    const order = (a, b) => value(a) === undefined
      ? name(a).localeCompare(name(b)) : value(a) - value(b);
    const rows = [...body.rows].sort(order);
    body.append(...(rising ? rows : rows.reverse()));
  });
}
const filters = [...document.querySelectorAll("[data-filter]")];
function show() {
  for (const section of document.querySelectorAll("section")) {
    section.hidden = !filters.every(
      (f) => !f.value || section.dataset[f.dataset.filter] === f.value);
  }
}
for (const filter of filters) filter.addEventListener("change", show);
show();
"""
