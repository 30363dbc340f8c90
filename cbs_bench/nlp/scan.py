"""The scan track of part-of-speech tagging: from pixels to words over gold glyphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language

from cbs_bench.dataset import reader
from cbs_bench.metrics.align import match_boxes
from cbs_bench.metrics.spans import count
from cbs_bench.nlp.docs import make_doc
from cbs_bench.nlp.fit import Sentence
from cbs_bench.nlp.tagger import words_of
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.types import Box, Glyph, Word

ANCHOR = ":"


def score_scans(
    folder: Path, nlp: Language, sentences: Sequence[Sentence]
) -> Iterator[dict[str, Any]]:
    """Tag the test slips from their images and score against their sentences.

    A slip takes part if the ids of its sentences are ``<slip id>:<first glyph>``, which says
    where on the slip a sentence begins.

    Args:
        folder: A dataset with the configs ``slips`` and ``pos``.
        nlp: The pipeline trained on transcriptions.
        sentences: The test sentences.

    Yields:
        The scan track's result, if any slip takes part.
    """
    gold = gold_words(sentences)
    reader_of_scans = MultiGranularityTokenizer.load()
    rows: list[list[int]] = []
    for slip in reader.rows(folder, "slips", "test"):
        if slip["id"] not in gold:
            continue
        glyphs = reader_of_scans.read(slip["image"]["bytes"]).glyphs
        boxes = [Box(*bbox) for bbox in slip["objects"]["bbox"]]
        counts = count(_project(_tag(nlp, glyphs), glyphs, boxes), gold[slip["id"]])
        rows.append([counts.correct, counts.predicted, counts.gold])
    if rows:
        yield {"track": "scan", "split": "test", "slices": {"all": rows}, "extra": {}}


def gold_words(sentences: Sequence[Sentence]) -> Mapping[str, list[Word]]:
    """Words of each slip, as spans over the glyphs of the slip."""
    words: dict[str, list[Word]] = defaultdict(list)
    for sentence in sentences:
        slip, anchor, first = sentence.id.rpartition(ANCHOR)
        if anchor and first.isdecimal():
            offset = int(first)
            words[slip] += [Word(w.start + offset, w.end + offset, w.tag) for w in sentence.words]
    return words


def _tag(nlp: Language, glyphs: Sequence[Glyph]) -> list[Word]:
    if not glyphs:
        return []
    tokens = nlp.tokenizer.tokenizer.tokenize_reading(glyphs)
    doc = make_doc(nlp.vocab, [g.graph for g in glyphs], tokens, [g.box for g in glyphs])
    return words_of(nlp(doc))


def _project(words: Sequence[Word], glyphs: Sequence[Glyph], gold: Sequence[Box]) -> list[Word]:
    """Words over gold glyphs; a word with an unmatched glyph keeps a span that matches none."""
    place = dict(match_boxes([glyph.box for glyph in glyphs], gold))
    projected: list[Word] = []
    for index, word in enumerate(words):
        spots = [place.get(glyph, -1) for glyph in range(word.start, word.end)]
        whole = spots[0] >= 0 and spots == list(range(spots[0], spots[0] + len(spots)))
        nowhere = len(gold) + index
        projected.append(
            Word(spots[0], spots[-1] + 1, word.tag)
            if whole
            else Word(nowhere, nowhere + 1, word.tag)
        )
    return projected
