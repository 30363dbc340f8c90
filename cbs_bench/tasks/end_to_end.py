"""End to end: from the scan to tagged words, and which step loses how much on the way.

Each step is replaced by gold in turn, those before it staying gold: boxes, then graphs, then
the spans of words. What F1 gains by a replacement is what the replaced step had lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.interfaces import (
    GlyphDetector,
    GlyphRecognizer,
    PredictingTask,
    RunRequest,
    TaskInfo,
    WordTagger,
)
from cbs_bench.metrics.spans import Counts, count
from cbs_bench.nlp.corpus import read_sentences
from cbs_bench.nlp.scan import project, with_gold_spans
from cbs_bench.nlp.spacy_tagger import train_tagger
from cbs_bench.predictions import Predictions
from cbs_bench.tasks.pos import PosGold, as_rows, as_words, read_gold, tagged_slips
from cbs_bench.tokenizer.reading import SlipReader
from cbs_bench.types import Box, Word
from cbs_bench.vision.choice import open_detector, open_recognizer
from cbs_bench.vision.images import ImageSource, load_image
from cbs_bench.vision.polarity import dark_on_light

STEPS = ("detector", "recogniser", "segmentation", "tagger")
SLICES = ("as read", "gold boxes", "gold graphs", "gold segmentation")


class EndToEndTask(PredictingTask[PosGold]):
    """Detector, recogniser and tagger run one after the other on the test slips."""

    info = TaskInfo(
        summary="tagged words from scans, and the loss of F1 at each step",
        metric="exact (start, end, tag) spans over gold glyphs, micro-averaged over slips",
        needs=("slips", "pos"),
        takes=("detector", "recognizer"),
    )

    def predict(self, request: RunRequest) -> Iterator[Predictions]:
        """Train the tagger on transcriptions; tag the test slips under each replacement."""
        splits = {split: read_sentences(request.data, split) for split in reader.SPLITS}
        slips = tagged_slips(request.data, splits["test"])
        tagger, _ = train_tagger(request, splits["train"], splits["validation"])
        detector = open_detector(request.detector)
        recognizer = open_recognizer(request.recognizer)
        rows = [_tag_slip(tagger, detector, recognizer, slip) for slip in slips]
        yield Predictions("scan", "test", rows)

    def gold(self, data: Path) -> PosGold:
        """The words and boxes of the test slips."""
        gold = read_gold(data)
        if not gold.slips:
            raise InputError(
                "no test slip has tagged sentences",
                path=data,
                remedy="name the sentences of a slip <slip id>:<first glyph>",
            )
        return gold

    def score(self, predictions: Predictions, gold: PosGold) -> dict[str, Any]:
        """Counts by slip under each replacement, and what each step loses."""
        rows = predictions.of([slip.id for slip in gold.slips])
        slices: dict[str, list[list[int]]] = {name: [] for name in SLICES}
        for row, slip in zip(rows, gold.slips, strict=True):
            for name, words in _replaced(row, gold.boxes[slip.id], slip.words).items():
                found = count(words, slip.words)
                slices[name].append([found.correct, found.predicted, found.gold])
        return {
            "track": predictions.track,
            "split": predictions.split,
            "slices": slices,
            "extra": {"loss_of_f1": losses(slices)},
        }


class KnownBoxes(GlyphDetector):
    """A detector that is told where the characters are."""

    def __init__(self, boxes: list[Box]) -> None:
        self._boxes = boxes

    @classmethod
    def load(cls) -> KnownBoxes:
        """It knows nothing before it is told."""
        return cls([])

    def detect(self, image: ImageSource) -> list[Box]:
        """The boxes given."""
        return self._boxes


def losses(slices: Mapping[str, Sequence[Sequence[int]]]) -> dict[str, float]:
    """F1 lost by each step; together they make up what ``as read`` lacks to 1."""
    f1 = [Counts(*map(sum, zip(*slices[name], strict=True))).f1 for name in SLICES]
    reached = [*f1, 1.0]
    return {step: reached[i + 1] - reached[i] for i, step in enumerate(STEPS)}


def _tag_slip(
    tagger: WordTagger,
    detector: GlyphDetector,
    recognizer: GlyphRecognizer,
    slip: Mapping[str, Any],
) -> dict[str, Any]:
    """Words over the boxes found, over gold boxes, and over gold graphs."""
    objects = slip["objects"]
    # Known boxes cannot tell a negative from a positive.
    pixels = dark_on_light(load_image(slip["image"]["bytes"]), detector)
    glyphs = SlipReader(detector, recognizer).read(pixels)
    boxes = KnownBoxes([Box(*bbox) for bbox in objects["bbox"]])
    given = SlipReader(boxes, recognizer).read(pixels)
    return {
        "id": slip["id"],
        "boxes": [list(glyph.box.xywh) for glyph in glyphs],
        "as read": as_rows(tagger.tag_reading(glyphs)),
        "gold boxes": as_rows(tagger.tag_reading(given)),
        "gold graphs": as_rows(tagger.tag([objects["graph"]])[0]),
    }


def _replaced(
    row: Mapping[str, Any], boxes: Sequence[Box], gold: Sequence[Word]
) -> dict[str, list[Word]]:
    """The words of a slip under each replacement of ``SLICES``, over its gold glyphs."""
    found = [Box(*box) for box in row["boxes"]]
    words = {name: as_words(row[name], row["id"]) for name in SLICES if name in row}
    from_graphs = words["gold graphs"]
    return {
        "as read": project(words["as read"], found, boxes),
        "gold boxes": words["gold boxes"],
        "gold graphs": from_graphs,
        "gold segmentation": with_gold_spans(from_graphs, gold),
    }
