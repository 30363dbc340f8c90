"""The raw texts that glyph vectors are learned from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.nlp.corpus import read_sentences
from cbs_bench.script.orthography import Orthography
from cbs_bench.training.settings import VectorSettings

EDGE = ""
"""Stands for punctuation and for what is beyond a text, as editions differ in both."""

Text = tuple[Sequence[str], Sequence[str]]
"""Glyphs as they are written, and the characters that they stand for."""


def raw_texts(settings: VectorSettings, report: Callable[[str], None]) -> Iterator[Text]:
    """The texts as they are and, with label counts, once more as slips would spell them."""
    scored = _Sentences(settings.exclude)
    spelling = Orthography.from_file(settings.label_counts) if settings.label_counts else None
    left_out = 0
    for folder in settings.data:
        for name, glyphs in _training_texts(folder):
            if scored.any_in("".join(glyphs)):
                left_out += 1
                continue
            yield glyphs, glyphs
            if spelling is not None:
                respelled = spelling.respell(glyphs, name=name, seed=settings.seed)
                yield respelled, glyphs
    report(f"{left_out} texts left out that hold a sentence to be scored")


def _training_texts(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Id and glyphs of each text in the training split."""
    configs = reader.configs(folder)
    if "texts" in configs:
        for row in reader.rows(folder, "texts", "train"):
            yield row["id"], tuple(row["readings"])
    elif "pos" in configs:
        for sentence in read_sentences(folder, "train"):
            yield sentence.id, sentence.glyphs
    else:
        raise InputError(
            "the dataset has no texts", path=folder, remedy="one with a texts or pos config"
        )


class _Sentences:
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
