"""The sentences of test splits, so that no text that holds one is learned from."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cbs_bench.nlp.corpus import read_sentences

EDGE = ""
"""Stands for punctuation and for what is beyond a text, as editions differ in both."""


class ScoredSentences:
    """The sentences that are scored elsewhere, so that no text with one of them is learned.

    Args:
        folders: Datasets with a ``pos`` config; its test split is what counts.
    """

    LEAST = 5
    """A shorter sentence is a common phrase."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._by_start: dict[str, set[str]] = {}
        for folder in folders:
            for sentence in read_sentences(folder, "test"):
                text = "".join(g for g in sentence.glyphs if folded(g) != EDGE)
                if len(text) >= self.LEAST:
                    self._by_start.setdefault(text[: self.LEAST], set()).add(text)

    def any_in(self, text: str) -> bool:
        """Whether one of them is in ``text``, punctuation aside."""
        if not self._by_start:
            return False
        plain = "".join(glyph for glyph in text if folded(glyph) != EDGE)
        return any(
            plain.startswith(sentence, place)
            for place in range(len(plain) - self.LEAST + 1)
            for sentence in self._by_start.get(plain[place : place + self.LEAST], ())
        )


@lru_cache(maxsize=65536)
def folded(glyph: str) -> str:
    """The glyph; :data:`EDGE` for punctuation."""
    return EDGE if unicodedata.category(glyph[0]).startswith("P") and len(glyph) == 1 else glyph
