"""Boards as comma-separated values: one line a tokenizer and slice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cbs_bench.report.board import Board, Score, Slice

CSV_COLUMNS = (
    "task", "dataset", "track", "split", "tokenizer", "slice", "seeds",
    "precision", "recall", "f1", "f1_low", "f1_high",
    "f1_spread", "gold", "fingerprint", "peer", "gain", "gain_low", "gain_high", "gain_p",
)  # fmt: skip
"""Scores are shares of one; ``gain`` is the system's relative gain over the line's tokenizer,
``gain_p`` corrected over the slice (Holm). What does not apply is empty, as are the scores where
there is nothing to find."""


def to_csv(boards: Sequence[Board]) -> str:
    """One line a tokenizer and slice, columns ``CSV_COLUMNS``."""
    import pandas as pd

    lines = [
        _line(board, part, score)
        for board in boards
        for part in board.slices
        for score in part.scores
    ]
    return str(pd.DataFrame(lines, columns=list(CSV_COLUMNS)).to_csv(index=False))


def _line(board: Board, part: Slice, score: Score) -> dict[str, Any]:
    return {
        **board.key._asdict(),
        "tokenizer": score.entry.name,
        "slice": part.name,
        "seeds": len(score.counts),
        **(_scores(score) if part.gold else {}),
        "gold": part.gold,
        "peer": int(score.entry.is_peer),
        **dict(_gain(part, score)),
    }


def _scores(score: Score) -> dict[str, float | None]:
    return {
        **score.means._asdict(),
        "f1_low": score.interval.low,
        "f1_high": score.interval.high,
        "f1_spread": score.spread,
    }


def _gain(part: Slice, score: Score) -> Iterator[tuple[str, float]]:
    found = part.comparison_with(score.entry)
    if found is not None:
        gain = found.gain
        yield from (("gain", gain.value), ("gain_low", gain.low))
        yield from (("gain_high", gain.high), ("gain_p", gain.p_value))
