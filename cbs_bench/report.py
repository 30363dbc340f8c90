"""Tables of F1 as Markdown, CSV and HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cbs_bench.metrics.bootstrap import Interval, f1_interval
from cbs_bench.report_html import to_html
from cbs_bench.tables import SYSTEM, Row, TableKey, Tables, gain_over_best_subword, gains

CSV_COLUMNS = (
    "task", "dataset", "track", "split", "tokenizer", "slice", "seeds",
    "precision", "recall", "f1", "f1_low", "f1_high", "f1_spread", "gold", "fingerprint",
)  # fmt: skip


def to_markdown(tables: Tables) -> str:
    """One table for each task, dataset, track and slice; the best F1 in bold."""
    return "\n".join(_markdown_table(key, rows) for key, rows in sorted(tables.items()))


def _markdown_table(key: TableKey, rows: Sequence[Row]) -> str:
    gold = int(rows[0].counts[0, :, 2].sum())
    lines = [
        f"### {key.task} · {key.dataset} · {key.track} track · {key.split} · {key.slice}",
        "",
        f"{gold:,} gold spans in {rows[0].counts.shape[1]:,} rows; F1 in percent, mean ± standard "
        "deviation over seeds, 95 % bootstrap interval over rows.",
        "",
        "| tokenizer | precision | recall | F1 | interval | seeds |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    best = max(row.means()[2] for row in rows)
    for row in rows:
        precision, recall, f1 = row.means()
        interval = f1_interval(row.counts)
        shown = f"{100 * f1:.2f} ± {100 * row.spread:.2f}"
        lines.append(
            f"| {row.tokenizer} | {100 * precision:.2f} | {100 * recall:.2f} "
            f"| {f'**{shown}**' if f1 == best else shown} "
            f"| {100 * interval.low:.2f} – {100 * interval.high:.2f} | {len(row.runs)} |"
        )
    return "\n".join([*lines, "", *_gain_lines(rows)])


def _gain_lines(rows: Sequence[Row]) -> list[str]:
    best = gain_over_best_subword(rows)
    if best is None:
        return []
    each = "; ".join(f"{name} {_shown(gain)}" for name, gain in gains(rows))
    return [
        f"`{SYSTEM}` over `{best[0]}`, the best sub-word tokenizer: {_shown(best[1])}.",
        "",
        f"Relative gain over each, p corrected for {len(rows) - 1} comparisons (Holm): {each}.",
        "",
    ]


def _shown(gain: Interval) -> str:
    return (
        f"{100 * gain.value:+.2f} % relative (95 % paired bootstrap {100 * gain.low:+.2f} to "
        f"{100 * gain.high:+.2f} %, p = {gain.p_value:.3f})"
    )


def to_csv(tables: Tables) -> str:
    """One line a tokenizer and table, columns ``CSV_COLUMNS``."""
    import pandas as pd

    lines = []
    for key, rows in sorted(tables.items()):
        for row in rows:
            precision, recall, f1 = row.means()
            interval = f1_interval(row.counts)
            lines.append(
                {
                    **key._asdict(),
                    "tokenizer": row.tokenizer,
                    "seeds": len(row.runs),
                    "precision": precision,
                    "recall": recall,
                    "f1": f1,
                    "f1_low": interval.low,
                    "f1_high": interval.high,
                    "f1_spread": row.spread,
                    "gold": int(row.counts[0, :, 2].sum()),
                }
            )
    return str(pd.DataFrame(lines, columns=list(CSV_COLUMNS)).to_csv(index=False))


FORMATS: dict[str, Callable[[Tables], str]] = {
    "markdown": to_markdown,
    "csv": to_csv,
    "html": to_html,
}
