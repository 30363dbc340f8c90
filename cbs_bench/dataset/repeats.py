"""Test sentences that training shows word for word, as formulas and quotations do.

They are no fault, since they stand in the source twice, but who reads a score wants to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

LONG = 5
"""Glyphs from which on a repeated sentence is no mere ``子曰``."""


class Repeats:
    """Watches the rows of ``pos`` go by, in any order of splits.

    Attributes:
        sentences: Those of the test split.
    """

    def __init__(self) -> None:
        self.sentences = 0
        self._learned: set[str] = set()
        self._tested: Counter[tuple[str, bool]] = Counter()

    def see(self, split: str, row: Mapping[str, Any]) -> None:
        """Take note of a sentence."""
        if split == "train":
            self._learned.add(row["text"])
        elif split == "test":
            self.sentences += 1
            self._tested[row["text"], len(row["tokens"]) >= LONG] += 1

    def counts(self) -> tuple[int, int]:
        """Sentences of the test split that are in train as well, and the long ones among them."""
        found = {key: n for key, n in self._tested.items() if key[0] in self._learned}
        return sum(found.values()), sum(n for (_, long), n in found.items() if long)
