"""Part-of-speech tagging: exact ``(start, end, tag)`` words over the glyphs of the source.

One spaCy pipeline is trained for each tokenizer and seed, with the same architecture and
budget. On the scan track the same pipeline tags what detector and recogniser read from the
test slips; predicted glyphs are matched to gold glyphs by overlap before words are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cbs_bench.dataset import reader
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import NO_TAG, PredictingTask, RunRequest, TaskInfo, WordTagger
from cbs_bench.metrics.spans import Counts, count
from cbs_bench.metrics.words import aligned_accuracy, confusion, first_occurrence_counts
from cbs_bench.nlp.corpus import Sentence, read_sentences
from cbs_bench.nlp.scan import gold_words, project
from cbs_bench.nlp.spacy_tagger import train_tagger
from cbs_bench.predictions import Predictions
from cbs_bench.script.punctuation import is_punctuation
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.coverage import cut
from cbs_bench.types import Box, Word

TAG_BLOCKS = 100
"""Runs of consecutive rows by which tags are counted: the units of a bootstrap that still fit
into a result, where every row times every tag would double it."""


@dataclass(frozen=True, slots=True)
class PosGold:
    """What tags are held against.

    Attributes:
        sentences: The test sentences.
        slips: The test slips that have sentences, as one sentence each.
        boxes: The boxes of the glyphs of each slip.
        graphs: The graphs of the training sentences.
        words: The words of the training sentences, without tags.
    """

    sentences: Sequence[Sentence]
    slips: Sequence[Sentence]
    boxes: Mapping[str, Sequence[Box]]
    graphs: frozenset[str]
    words: frozenset[str]


class PosTask(PredictingTask[PosGold]):
    """Joint word segmentation and part-of-speech tagging."""

    info = TaskInfo(
        summary="words and their parts of speech, from transcription and from scans",
        metric="exact (start, end, tag) spans over source glyphs, micro-averaged",
        needs=("pos",),
        takes=("tagger",),
        reads_slips=True,
    )

    def predict(self, request: RunRequest) -> Iterator[Predictions]:
        """Train on the training split, choose the epoch on validation, tag the test split."""
        splits = {split: read_sentences(request.data, split) for split in reader.SPLITS}
        _refuse_empty(splits["train"], splits["test"], request.data)
        test = splits["test"]
        tagger, tokenizer = train_tagger(request, splits["train"], splits["validation"])
        keeps_tags = _gives(tagger, splits["train"])
        measures = tagger.measures()
        if tokenizer is not None:
            rows_of_tokens = cut(tokenizer, (s.glyphs for s in test), request.tokenizer)
            glyphs = sum(len(sentence.glyphs) for sentence in test)
            measures["tokens_per_glyph"] = sum(map(len, rows_of_tokens)) / glyphs
        rows: list[dict[str, Any]] = [
            {"id": sentence.id, "words": as_rows(words if keeps_tags else _cut_only(words))}
            for sentence, words in zip(test, tagger.tag([s.glyphs for s in test]), strict=True)
        ]
        yield Predictions("transcription", "test", rows, {**measures, **tagger.tally()})
        rows = list(_read_slips(tagger, request.data, test, keeps_tags))
        if rows:
            yield Predictions("scan", "test", rows, tagger.tally())

    def gold(self, data: Path) -> PosGold:
        """The tagged test sentences, and what training has shown."""
        return read_gold(data)

    def score(self, predictions: Predictions, gold: PosGold) -> dict[str, Any]:
        """Counts by sentence, by tag and on what was unseen in training.

        ``paper_f1`` is the score of Chen et al. (COLING 2025), which matches words by text.
        """
        on_scans = predictions.track == "scan"
        sentences = gold.slips if on_scans else gold.sentences
        rows = predictions.of([sentence.id for sentence in sentences])
        read = [as_words(row["words"], row["id"]) for row in rows]
        if on_scans:
            graphs = [row["graphs"] for row in rows]
            placed = [
                project(words, [Box(*box) for box in row["boxes"]], gold.boxes[row["id"]])
                for row, words in zip(rows, read, strict=True)
            ]
        else:
            graphs = [sentence.glyphs for sentence in sentences]
            placed = read
        segmentation = _rows(_untagged(sentences), [_cut_only(row) for row in placed])
        track = {"track": predictions.track, "split": predictions.split}
        tags = {word.tag for row in read for word in row}
        if tags == {NO_TAG}:
            slices = {"segmentation": segmentation}
            return {**track, "slices": slices, "extra": dict(predictions.measures)}
        blocks = _by_tag(sentences, placed)
        table = confusion(zip(placed, (s.words for s in sentences), strict=True))
        return {
            **track,
            "slices": {
                "all": _rows(sentences, placed),
                "without punctuation": _rows(sentences, placed, _has_no_punctuation),
                "unseen graph": _rows(sentences, placed, lambda s: _has_unseen(s, gold.graphs)),
                "unseen word": _rows(sentences, placed, lambda s: _is_unseen(s, gold.words)),
            },
            "tags": {tag: _total(counts) for tag, counts in blocks.items()},
            "tag_blocks": blocks,
            "segmentation": segmentation,
            "confusion": table,
            "extra": {
                **predictions.measures,
                "aligned_accuracy": aligned_accuracy(table),
                "paper_f1": _paper_counts(sentences, graphs, read).f1,
            },
        }


def read_gold(data: Path) -> PosGold:
    """The tagged test sentences, and what training has shown.

    Raises:
        InputError: If the training or the test split is empty.
    """
    train, test = read_sentences(data, "train"), read_sentences(data, "test")
    _refuse_empty(train, test, data)
    words = gold_words(test)
    slips: list[Sentence] = []
    boxes: dict[str, list[Box]] = {}
    for slip in tagged_slips(data, test):
        name, objects = slip["id"], slip["objects"]
        slips.append(Sentence(name, tuple(objects["graph"]), tuple(words[name])))
        boxes[name] = [Box(*bbox) for bbox in objects["bbox"]]
    return PosGold(
        test,
        slips,
        boxes,
        frozenset(glyph for sentence in train for glyph in sentence.glyphs),
        frozenset(_text(s.glyphs, word) for s in train for word in s.words),
    )


def tagged_slips(data: Path, test: Sequence[Sentence]) -> Iterator[dict[str, Any]]:
    """The test slips of a dataset that have sentences, if it has slips.

    A slip takes part if the ids of its sentences are ``<slip id>:<first glyph>``, which says
    where on the slip a sentence begins.
    """
    if "slips" in reader.configs(data):
        words = gold_words(test)
        yield from (slip for slip in reader.rows(data, "slips", "test") if slip["id"] in words)


def _gives(tagger: WordTagger, train: Sequence[Sentence]) -> bool:
    """Whether the tags of a tagger are those of the dataset."""
    wanted = {word.tag for sentence in train for word in sentence.words}
    return tagger.tagset is None or wanted <= set(tagger.tagset)


def _read_slips(
    tagger: WordTagger, data: Path, test: Sequence[Sentence], keeps_tags: bool
) -> Iterator[dict[str, Any]]:
    eyes = MultiGranularityTokenizer.load()
    for slip in tagged_slips(data, test):
        glyphs = eyes.read(slip["image"]["bytes"]).glyphs
        words = tagger.tag_reading(glyphs)
        yield {
            "id": slip["id"],
            "boxes": [list(glyph.box.xywh) for glyph in glyphs],
            "graphs": [glyph.graph for glyph in glyphs],
            "words": as_rows(words if keeps_tags else _cut_only(words)),
        }


def as_rows(words: Sequence[Word]) -> list[list[Any]]:
    """Words as they are stored: ``[start, end, tag]``."""
    return [[word.start, word.end, word.tag] for word in words]


def as_words(rows: Sequence[Sequence[Any]], where: str) -> list[Word]:
    """The inverse of :func:`as_rows`.

    Args:
        rows: ``[start, end, tag]`` of each word.
        where: The id of the row that they are in, for messages.

    Raises:
        DataError: If the words are not spans in order, none of which overlaps the one before.
    """
    words = [Word(int(start), int(end), str(tag)) for start, end, tag in rows]
    reached = 0
    for word in words:
        if not reached <= word.start < word.end:
            raise DataError(
                f"a predicted word {word.start}-{word.end} where glyph {reached} is reached",
                row=where,
                remedy="predict spans in order that do not overlap",
            )
        reached = word.end
    return words


def _refuse_empty(train: Sequence[Sentence], test: Sequence[Sentence], data: Path) -> None:
    if not train or not test:
        raise InputError(
            "the pos config needs rows in its train and test splits",
            path=data,
            remedy="build it from a corpus with more than one slip or document",
        )


Keep = Callable[[Word], bool]


def _rows(
    gold: Sequence[Sentence],
    predicted: Sequence[Sequence[Word]],
    slice_of: Callable[[Sentence], Keep] | None = None,
) -> list[list[int]]:
    """``[correct, predicted, gold]`` of every sentence, for one slice."""
    counts = [
        count(words, sentence.words, slice_of and slice_of(sentence))
        for sentence, words in zip(gold, predicted, strict=True)
    ]
    return [[c.correct, c.predicted, c.gold] for c in counts]


def _by_tag(
    gold: Sequence[Sentence], predicted: Sequence[Sequence[Word]]
) -> dict[str, list[list[int]]]:
    """``[correct, predicted, gold]`` of every tag of the gold words in each block of sentences."""
    blocks = min(TAG_BLOCKS, len(gold))
    tags = sorted({word.tag for sentence in gold for word in sentence.words})
    counts = {tag: [[0, 0, 0] for _ in range(blocks)] for tag in tags}
    for number, (sentence, words) in enumerate(zip(gold, predicted, strict=True)):
        guess, truth = set(words), set(sentence.words)
        for place, found in enumerate((guess & truth, guess, truth)):
            for word in found:
                if word.tag in counts:
                    counts[word.tag][number * blocks // len(gold)][place] += 1
    return counts


def _total(counts: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*counts, strict=True)]


def _paper_counts(
    gold: Sequence[Sentence],
    graphs: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[Word]],
) -> Counts:
    total = Counts()
    for sentence, read, words in zip(gold, graphs, predicted, strict=True):
        total += first_occurrence_counts(
            [(_text(read, word), word.tag) for word in words],
            [(_text(sentence.glyphs, word), word.tag) for word in sentence.words],
        )
    return total


def _text(glyphs: Sequence[str], word: Word) -> str:
    return "".join(glyphs[word.start : word.end])


def _has_no_punctuation(sentence: Sentence) -> Keep:
    marks = [is_punctuation(glyph) for glyph in sentence.glyphs]
    return lambda word: not any(marks[word.start : word.end])


def _has_unseen(sentence: Sentence, seen: frozenset[str]) -> Keep:
    unseen = [glyph not in seen for glyph in sentence.glyphs]
    return lambda word: any(unseen[word.start : word.end])


def _is_unseen(sentence: Sentence, seen: frozenset[str]) -> Keep:
    def keep(word: Word) -> bool:
        # A word read where the slip has no glyph has no text there.
        text = _text(sentence.glyphs, word)
        return bool(text) and text not in seen

    return keep


def _cut_only(words: Sequence[Word]) -> list[Word]:
    return [replace(word, tag=NO_TAG) for word in words]


def _untagged(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [Sentence(s.id, s.glyphs, tuple(_cut_only(s.words))) for s in sentences]
