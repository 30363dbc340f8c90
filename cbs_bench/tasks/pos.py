"""Part-of-speech tagging: exact ``(start, end, tag)`` words over the glyphs of the source.

One spaCy pipeline is trained for each tokenizer and seed, with the same architecture and
budget. On the scan track the same pipeline tags what detector and recogniser read from the
test slips; predicted glyphs are matched to gold glyphs by overlap before words are compared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES, RunRequest, SlipTokenizer, Task, TaskInfo
from cbs_bench.metrics.spans import Counts, count
from cbs_bench.nlp.corpus import Sentence, read_sentences
from cbs_bench.nlp.fit import Budget, Fit, fit_pipeline, predict
from cbs_bench.nlp.scan import score_scans
from cbs_bench.types import Word

DEFAULT_VOCAB_SIZE = 8000


class PosTask(Task):
    """Joint word segmentation and part-of-speech tagging."""

    info = TaskInfo(
        summary="words and their parts of speech, from transcription and from scans",
        metric="exact (start, end, tag) spans over source glyphs, micro-averaged",
        needs=("pos",),
    )

    def run(self, request: RunRequest) -> Iterator[dict[str, Any]]:
        """Train on the training split, choose the epoch on validation, score the test split."""
        splits = {split: read_sentences(request.data, split) for split in reader.SPLITS}
        if not splits["train"] or not splits["test"]:
            raise InputError(
                "the pos config needs rows in its train and test splits",
                path=request.data,
                remedy="build it from a corpus with more than one slip or document",
            )
        vocab_size = int(request.settings.get("vocab_size", DEFAULT_VOCAB_SIZE))
        tokenizer = BASELINES.load(request.tokenizer).train(
            (sentence.glyphs for sentence in splits["train"]),
            vocab_size=vocab_size,
            seed=request.seed,
        )
        fit = fit_pipeline(
            request.tokenizer,
            tokenizer,
            splits["train"],
            splits["validation"],
            budget=Budget(**request.settings.get("budget", {})),
            seed=request.seed,
        )
        yield self._transcription(fit, tokenizer, splits)
        if "slips" in reader.configs(request.data):
            yield from score_scans(request.data, fit.nlp, splits["test"])

    def _transcription(
        self, fit: Fit, tokenizer: SlipTokenizer, splits: dict[str, list[Sentence]]
    ) -> dict[str, Any]:
        test = splits["test"]
        words = predict(fit.nlp, test)
        seen = {glyph for sentence in splits["train"] for glyph in sentence.glyphs}
        tags = sorted({word.tag for sentence in test for word in sentence.words})
        tokens = sum(len(tokenizer.tokenize(sentence.glyphs)) for sentence in test)
        return {
            "track": "transcription",
            "split": "test",
            "slices": {
                "all": _rows(test, words),
                "without punctuation": _rows(test, words, _has_no_punctuation),
                "unseen graph": _rows(test, words, lambda s: _has_unseen(s, seen)),
            },
            "tags": {tag: _total(test, words, tag) for tag in tags},
            "segmentation": _rows(_untagged(test), [_strip(row) for row in words]),
            "extra": {
                "validation_f1": [round(f1, 4) for f1 in fit.curve],
                "tokens_per_glyph": tokens / sum(len(s.glyphs) for s in test),
            },
        }


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


def _total(gold: Sequence[Sentence], predicted: Sequence[Sequence[Word]], tag: str) -> list[int]:
    total = Counts()
    for sentence, words in zip(gold, predicted, strict=True):
        total += count(words, sentence.words, lambda word: word.tag == tag)
    return [total.correct, total.predicted, total.gold]


def _has_no_punctuation(sentence: Sentence) -> Keep:
    marks = [_is_punctuation(glyph) for glyph in sentence.glyphs]
    return lambda word: not any(marks[word.start : word.end])


def _is_punctuation(glyph: str) -> bool:
    """A composition begins with a brace and is none."""
    return len(glyph) == 1 and unicodedata.category(glyph).startswith("P")


def _has_unseen(sentence: Sentence, seen: set[str]) -> Keep:
    unseen = [glyph not in seen for glyph in sentence.glyphs]
    return lambda word: any(unseen[word.start : word.end])


def _strip(words: Sequence[Word]) -> list[Word]:
    return [Word(word.start, word.end, "word") for word in words]


def _untagged(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [Sentence(s.id, s.glyphs, tuple(_strip(s.words))) for s in sentences]
