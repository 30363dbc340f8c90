"""The scan track of part-of-speech tagging: from words over glyphs read to gold glyphs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cbs_bench.metrics.align import match_boxes
from cbs_bench.nlp.corpus import Sentence
from cbs_bench.types import Box, Word

ANCHOR = ":"


def gold_words(sentences: Sequence[Sentence]) -> Mapping[str, list[Word]]:
    """Words of each slip, as spans over the glyphs of the slip."""
    words: dict[str, list[Word]] = defaultdict(list)
    for sentence in sentences:
        slip, anchor, first = sentence.id.rpartition(ANCHOR)
        if anchor and first.isdecimal():
            offset = int(first)
            words[slip] += [Word(w.start + offset, w.end + offset, w.tag) for w in sentence.words]
    return words


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


def project(words: Sequence[Word], boxes: Sequence[Box], gold: Sequence[Box]) -> list[Word]:
    """Words over the glyphs read from a slip as words over its gold glyphs.

    Args:
        words: Spans over the glyphs read.
        boxes: Where these stand.
        gold: Where the gold glyphs stand; two boxes are of one glyph if they overlap enough.

    Returns:
        As many words; one with an unmatched glyph has a span that no gold word has.
    """
    place = dict(match_boxes(boxes, gold))
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
