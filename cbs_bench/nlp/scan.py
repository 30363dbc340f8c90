"""The scan track of part-of-speech tagging: from pixels to words over gold glyphs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language

from cbs_bench.dataset import reader
from cbs_bench.metrics.align import match_boxes
from cbs_bench.metrics.spans import Counts, count
from cbs_bench.nlp.corpus import Sentence
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


def score_reading(
    nlp: Language, glyphs: Sequence[Glyph], boxes: Sequence[Box], gold: Iterable[Word]
) -> Counts:
    """Tag the glyphs read from a slip and count its words.

    Args:
        nlp: The pipeline trained on transcriptions.
        glyphs: What was read, in reading order.
        boxes: The gold boxes, over which ``gold`` is given.
        gold: The gold words of the slip.
    """
    return count(_project(_tag(nlp, glyphs), glyphs, boxes), gold)


def tag_graphs(nlp: Language, graphs: Sequence[str]) -> list[Word]:
    """Words of a slip whose graphs are given, as spans over them."""
    return words_of(nlp(nlp.tokenizer.from_glyphs(graphs)))


def with_gold_spans(words: Iterable[Word], gold: Iterable[Word]) -> list[Word]:
    """Gold spans under the tags of ``words``, the commonest over the glyphs of each span.

    Of equally common tags the first in the span counts; a span without any has none, and so
    matches no gold word.
    """
    tag = {glyph: word.tag for word in words for glyph in range(word.start, word.end)}
    votes = ((w, [tag[g] for g in range(w.start, w.end) if g in tag]) for w in gold)
    return [
        Word(word.start, word.end, Counter(tags).most_common(1)[0][0] if tags else "")
        for word, tags in votes
    ]


def _tag(nlp: Language, glyphs: Sequence[Glyph]) -> list[Word]:
    return words_of(nlp(nlp.tokenizer.from_reading(glyphs)))


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
