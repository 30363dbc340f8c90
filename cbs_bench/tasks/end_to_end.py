"""End to end: from the scan to tagged words, and which step loses how much on the way.

Each step is replaced by gold in turn, those before it staying gold: boxes, then graphs, then
the spans of words. What F1 gains by a replacement is what the replaced step had lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spacy.language import Language

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES, RunRequest, Task, TaskInfo
from cbs_bench.metrics.spans import Counts, count
from cbs_bench.nlp.corpus import Sentence, read_sentences
from cbs_bench.nlp.fit import Budget, fit_pipeline
from cbs_bench.nlp.scan import gold_words, score_reading, tag_graphs, with_gold_spans
from cbs_bench.tasks.pos import DEFAULT_VOCAB_SIZE
from cbs_bench.tokenizer.reading import SlipReader
from cbs_bench.types import Box, Word
from cbs_bench.vision import Detector, Recognizer
from cbs_bench.vision.images import ImageSource

STEPS = ("detector", "recogniser", "segmentation", "tagger")
SLICES = ("as read", "gold boxes", "gold graphs", "gold segmentation")


class EndToEndTask(Task):
    """Detector, recogniser and tagger run one after the other on the test slips."""

    info = TaskInfo(
        summary="tagged words from scans, and the loss of F1 at each step",
        metric="exact (start, end, tag) spans over gold glyphs, micro-averaged over slips",
        needs=("slips", "pos"),
    )

    def run(self, request: RunRequest) -> Iterator[dict[str, Any]]:
        """Train the tagger on transcriptions; score the test slips under each replacement."""
        splits = {split: read_sentences(request.data, split) for split in reader.SPLITS}
        gold = gold_words(splits["test"])
        slips = [s for s in reader.rows(request.data, "slips", "test") if s["id"] in gold]
        if not splits["train"] or not slips:
            raise InputError(
                "no test slip has tagged sentences, or none is there to train on",
                path=request.data,
                remedy="name the sentences of a slip <slip id>:<first glyph>",
            )
        nlp = _train_tagger(request, splits)
        detector, recognizer = Detector.load(), Recognizer.load()
        slices: dict[str, list[list[int]]] = {name: [] for name in SLICES}
        for slip in slips:
            counts = _score_slip(nlp, detector, recognizer, slip, gold[slip["id"]])
            for name, c in zip(SLICES, counts, strict=True):
                slices[name].append([c.correct, c.predicted, c.gold])
        yield {
            "track": "scan",
            "split": "test",
            "slices": slices,
            "extra": {"loss_of_f1": losses(slices)},
        }


class KnownBoxes(Detector):
    """A detector that is told where the characters are."""

    def __init__(self, boxes: list[Box]) -> None:
        self._boxes = boxes

    def detect(self, image: ImageSource) -> list[Box]:
        """The boxes given."""
        return self._boxes


def losses(slices: Mapping[str, Sequence[Sequence[int]]]) -> dict[str, float]:
    """F1 lost by each step; together they make up what ``as read`` lacks to 1."""
    f1 = [Counts(*map(sum, zip(*slices[name], strict=True))).f1 for name in SLICES]
    reached = [*f1, 1.0]
    return {step: reached[i + 1] - reached[i] for i, step in enumerate(STEPS)}


def _score_slip(
    nlp: Language,
    detector: Detector,
    recognizer: Recognizer,
    slip: Mapping[str, Any],
    gold: Sequence[Word],
) -> Iterator[Counts]:
    """Counts of one slip, in the order of ``SLICES``."""
    image = slip["image"]["bytes"]
    boxes = [Box(*bbox) for bbox in slip["objects"]["bbox"]]
    for finder in (detector, KnownBoxes(boxes)):
        glyphs = SlipReader(finder, recognizer).read(image)
        yield score_reading(nlp, glyphs, boxes, gold)
    words = tag_graphs(nlp, slip["objects"]["graph"])
    yield count(words, gold)
    yield count(with_gold_spans(words, gold), gold)


def _train_tagger(request: RunRequest, splits: Mapping[str, list[Sentence]]) -> Language:
    tokenizer = BASELINES.load(request.tokenizer).train(
        (sentence.glyphs for sentence in splits["train"]),
        vocab_size=int(request.settings.get("vocab_size", DEFAULT_VOCAB_SIZE)),
        seed=request.seed,
    )
    return fit_pipeline(
        request.tokenizer,
        tokenizer,
        splits["train"],
        splits["validation"],
        budget=Budget(**request.settings.get("budget", {})),
        seed=request.seed,
    ).nlp
