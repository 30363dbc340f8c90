"""The sentences of test splits, so that no text that holds one is learned from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cbs_bench.nlp.corpus import read_sentences
from cbs_bench.script.punctuation import is_punctuation


class ScoredSentences:
    """The sentences that are scored elsewhere, so that no text with one of them is learned.

    Args:
        folders: Datasets with a ``pos`` config; its test split is what counts.
    """

    LEAST = 5
    """Glyphs; a shorter sentence is a common phrase."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._by_start: dict[str, set[str]] = {}
        for folder in folders:
            for sentence in read_sentences(folder, "test"):
                plain = _plain(sentence.glyphs)
                if len(plain) >= self.LEAST:
                    text = "".join(plain)
                    self._by_start.setdefault(text[: self.LEAST], set()).add(text)

    def any_in(self, glyphs: Sequence[str]) -> bool:
        """Whether one of them is in a text, punctuation aside.

        Args:
            glyphs: The text; the braces of a composition are no punctuation of it.
        """
        if not self._by_start:
            return False
        text = "".join(_plain(glyphs))
        return any(
            text.startswith(sentence, place)
            for place in range(len(text) - self.LEAST + 1)
            for sentence in self._by_start.get(text[place : place + self.LEAST], ())
        )


def _plain(glyphs: Sequence[str]) -> list[str]:
    """Without punctuation, in which editions differ."""
    return [glyph for glyph in glyphs if not is_punctuation(glyph)]
