"""The raw texts that glyph vectors are learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cbs_bench.dataset import reader
from cbs_bench.dataset.gold import gold_rows, lack_of_gold
from cbs_bench.errors import InputError
from cbs_bench.nlp.corpus import read_sentences
from cbs_bench.nlp.scored_sentences import ScoredSentences
from cbs_bench.script.orthography import Orthography
from cbs_bench.training.settings import VectorSettings

Text = tuple[Sequence[str], Sequence[str]]
"""Glyphs as they are written, and the characters that they stand for."""


def raw_texts(settings: VectorSettings, report: Callable[[str], None]) -> Iterator[Text]:
    """The texts as they are and, with label counts, once more as slips would spell them.

    Raises:
        InputError: If a dataset has neither texts nor sentences, or none has any in its training
            split but predicted ones.
    """
    scored = ScoredSentences(settings.exclude)
    spelling = Orthography.from_file(settings.label_counts) if settings.label_counts else None
    read = left_out = 0
    for folder in settings.data:
        for name, glyphs in _training_texts(folder):
            read += 1
            if scored.any_in(glyphs):
                left_out += 1
                continue
            yield glyphs, glyphs
            if spelling is not None:
                respelled = spelling.respell(glyphs, name=name, seed=settings.seed)
                yield respelled, glyphs
    if not read:
        problem, remedy = "no text in the training split", "give --data with more text"
        raise lack_of_gold(problem, settings.data, "texts", ("train",), remedy)
    report(f"{left_out} texts left out that hold a sentence to be scored")


def _training_texts(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Id and glyphs of each text in the training split."""
    configs = reader.configs(folder)
    if "texts" in configs:
        for row in gold_rows(folder, "texts", "train"):
            yield row["id"], tuple(row["readings"])
    elif "pos" in configs:
        for sentence in read_sentences(folder, "train"):
            yield sentence.id, sentence.glyphs
    else:
        raise InputError(
            "the dataset has no texts", path=folder, remedy="one with a texts or pos config"
        )
