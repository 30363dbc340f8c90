"""The rows to learn from and to score on: those of people.

What models read and nobody corrected stands in a dataset to be corrected. A model that learned
from it would learn its own guesses, and one that was scored on it would be held against itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.wording import counted

PREDICTED = "predicted"
"""The source of scans, and the status of glyphs, that models read and nobody corrected."""

CORRECT = "correct what models read, as in PAGE or ALTO, and build again"
"""What can be done about rows that are predicted."""


def is_predicted(row: Mapping[str, Any]) -> bool:
    """Whether models read a row and nobody corrected it; never in ``pos``, which they do not make.

    Examples:
        >>> is_predicted({"source": PREDICTED}), is_predicted({"source": "lab"})
        (True, False)
    """
    return PREDICTED in (row.get("source"), row.get("status"))


def gold_rows(folder: Path, config: str, split: str) -> Iterator[dict[str, Any]]:
    """The rows of :func:`cbs_bench.dataset.reader.rows` without those that are predicted.

    Raises:
        InputError: As there.
    """
    return (row for row in reader.rows(folder, config, split) if not is_predicted(row))


def lack_of_gold(
    problem: str, folders: Sequence[Path], config: str, splits: Sequence[str], remedy: str
) -> InputError:
    """The error for datasets that lack something, or have only predicted rows of it.

    Args:
        problem: What they lack, to be followed by "but 9 glyphs that ...".
        folders: The datasets.
        config: Where it was looked for, if they have it.
        splits: Those looked at.
        remedy: What the caller can do where nothing is predicted.
    """
    predicted = sum(
        is_predicted(row)
        for folder in folders
        if config in reader.configs(folder)
        for split in splits
        for row in reader.rows(folder, config, split)
    )
    if predicted:
        kind = config.removesuffix("s")
        problem += f" but {counted(predicted, kind)} that models read and nobody corrected"
        remedy = CORRECT
    return InputError(problem, path=", ".join(map(str, folders)) or None, remedy=remedy)
