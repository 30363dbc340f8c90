"""Results read from files and gathered into tables: counts, means, spread, relative gain."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cbs_bench.errors import InputError
from cbs_bench.metrics.bootstrap import Interval, relative_gain
from cbs_bench.metrics.correction import holm

SYSTEM = "multigranularity"


class TableKey(NamedTuple):
    """What the rows of one table share."""

    task: str
    dataset: str
    fingerprint: str
    track: str
    split: str
    slice: str


@dataclass
class Row:
    """One tokenizer in one table.

    Attributes:
        tokenizer: Its registry name.
        granularity: What most of its tokens are.
        runs: Counts of each seed, ``[sentences, 3]``.
    """

    tokenizer: str
    granularity: str
    runs: dict[int, npt.NDArray[np.float64]] = field(default_factory=dict)

    @property
    def counts(self) -> npt.NDArray[np.float64]:
        """``[seeds, sentences, 3]``."""
        return np.stack([self.runs[seed] for seed in sorted(self.runs)])

    @property
    def seed_f1(self) -> npt.NDArray[np.float64]:
        """F1 of each seed."""
        correct, predicted, gold = self.counts.sum(axis=1).T
        f1: npt.NDArray[np.float64] = 2 * correct / np.maximum(predicted + gold, 1)
        return f1

    def means(self) -> tuple[float, float, float]:
        """Precision, recall and F1, averaged over seeds."""
        correct, predicted, gold = self.counts.sum(axis=1).T
        precision = (correct / np.maximum(predicted, 1)).mean()
        recall = (correct / np.maximum(gold, 1)).mean()
        return float(precision), float(recall), float(self.seed_f1.mean())

    @property
    def spread(self) -> float:
        """Standard deviation of F1 over seeds; 0 for a single seed."""
        return float(self.seed_f1.std(ddof=1)) if len(self.runs) > 1 else 0.0


Tables = dict[TableKey, list[Row]]


def read_results(folder: Path) -> Tables:
    """All results below ``folder``, gathered into tables.

    Raises:
        InputError: If there is no result, or a file is not one.
    """
    paths = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    if not paths:
        raise InputError("no results", path=folder, remedy="run `cbs-bench run` first")
    rows: dict[TableKey, dict[str, Row]] = defaultdict(dict)
    for path in paths:
        try:
            _add(rows, json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"not a result ({error!r})", path=path, remedy="remove it or run the task again"
            ) from error
    return {key: _ranked(by_name.values()) for key, by_name in rows.items()}


def _add(rows: dict[TableKey, dict[str, Row]], result: dict[str, Any]) -> None:
    for track in result["tracks"]:
        for name, counts in track["slices"].items():
            key = TableKey(
                result["task"],
                result["dataset"],
                result["fingerprint"],
                track["track"],
                track["split"],
                name,
            )
            row = rows[key].setdefault(
                result["tokenizer"], Row(result["tokenizer"], result["granularity"])
            )
            row.runs[result["seed"]] = np.array(counts, dtype=np.float64).reshape(-1, 3)


def _ranked(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.means()[2], row.tokenizer))


def gains(rows: Sequence[Row]) -> list[tuple[str, Interval]]:
    """The system's relative gain over every other tokenizer of a table, best first.

    The p-values are corrected for the number of comparisons (Holm).

    Returns:
        Names and gains; empty where the system is missing.
    """
    system = next((row for row in rows if row.tokenizer == SYSTEM), None)
    if system is None:
        return []
    others = [row for row in rows if row is not system]
    found = [relative_gain(system.counts, row.counts) for row in others]
    corrected = holm([gain.p_value for gain in found])
    return [
        (row.tokenizer, replace(gain, p_value=p_value))
        for row, gain, p_value in zip(others, found, corrected, strict=True)
    ]


def gain_over_best_subword(rows: Sequence[Row]) -> tuple[str, Interval] | None:
    """The system's relative gain over the best sub-word tokenizer of a table.

    Returns:
        The tokenizer's name and the gain, or ``None`` where either is missing.
    """
    system = next((row for row in rows if row.tokenizer == SYSTEM), None)
    best = next((row for row in rows if row.granularity == "subword"), None)
    if system is None or best is None:
        return None
    return best.tokenizer, relative_gain(system.counts, best.counts)
