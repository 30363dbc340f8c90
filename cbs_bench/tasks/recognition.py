"""Recognition: which graph a crop shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cbs_bench.dataset.gold import gold_rows, lack_of_gold
from cbs_bench.interfaces import PredictingTask, RunRequest, TaskInfo
from cbs_bench.metrics.calibration import reliability
from cbs_bench.predictions import Predictions
from cbs_bench.script.class_names import names_class
from cbs_bench.script.labels import parse
from cbs_bench.vision.choice import open_recognizer
from cbs_bench.vision.decoding import CANDIDATES

CLASS_SIZES = {
    "1-2 training crops": range(1, 3),
    "3-5 training crops": range(3, 6),
    "6-10 training crops": range(6, 11),
    "over 10 training crops": range(11, 1 << 62),
}


@dataclass(frozen=True, slots=True)
class Crop:
    """One test crop of a character.

    Attributes:
        id: The row's id.
        image: The encoded picture.
        label: The raw label.
        graph: What is written, by the label.
        components: The parts of the graph in writing order; empty where none are known.
    """

    id: str
    image: bytes
    label: str
    graph: str
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CropGold:
    """What readings of crops are held against.

    Attributes:
        crops: The test crops.
        sizes: Number of training crops of each graph.
    """

    crops: Sequence[Crop]
    sizes: Mapping[str, int]


class RecognitionTask(PredictingTask[CropGold]):
    """A recogniser, by default the shipped one, on the test crops."""

    info = TaskInfo(
        summary="the graph on a crop of one character",
        metric="crops whose most probable graph is the labelled one",
        needs=("glyphs",),
        compares_tokenizers=False,
        takes=("recognizer",),
    )

    def predict(self, request: RunRequest) -> Iterator[Predictions]:
        """Recognise every test crop whose label names a class.

        A row tells whether its first candidate is ``accepted``: as confident as the recogniser's
        own threshold asks.
        """
        crops = read_crops(request.data)
        recognizer = open_recognizer(request.recognizer)
        found = recognizer.predict([crop.image for crop in crops])
        rows = [
            {
                "id": crop.id,
                "candidates": [list(candidate) for candidate in read.candidates],
                "accepted": read.candidates[0][1] >= recognizer.threshold,
            }
            for crop, read in zip(crops, found, strict=True)
        ]
        yield Predictions("scan", "test", rows)

    def gold(self, data: Path) -> CropGold:
        """The labels of the test crops.

        *Seen* graphs and class sizes are those of the dataset's own training split.
        """
        return CropGold(read_crops(data), training_sizes(data))

    def score(self, predictions: Predictions, gold: CropGold) -> dict[str, Any]:
        """Hits of the first candidate, and where the labelled graph stands among the others."""
        crops = gold.crops
        rows = predictions.of([crop.id for crop in crops])
        found = [row["candidates"] for row in rows]
        ranks = [rank_of(crop.graph, read) for crop, read in zip(crops, found, strict=True)]
        slices: dict[str, list[list[int]]] = defaultdict(list)
        for crop, rank in zip(crops, ranks, strict=True):
            for name in slices_of(gold.sizes.get(crop.graph, 0)):
                slices[name].append([int(rank == 0), 1, 1])
        return {
            "track": predictions.track,
            "split": predictions.split,
            "slices": dict(slices),
            "extra": {
                "top3": _share(rank < 3 for rank in ranks),
                "top5": _share(rank < 5 for rank in ranks),
                "macro_accuracy": macro_accuracy(crops, ranks),
                "label_ceiling": label_ceiling(crops),
                **_calibration(found, ranks, [row["accepted"] for row in rows]),
            },
        }


def read_crops(folder: Path) -> list[Crop]:
    """The test crops whose label names a class.

    Raises:
        InputError: If there is none.
    """
    crops: list[Crop] = []
    for row in gold_rows(folder, "glyphs", "test"):
        label = parse(row["label"])
        if names_class(label):
            parts = tuple(row["components"])
            image = row["image"]["bytes"]
            crops.append(Crop(row["id"], image, row["label"], label.graph, parts))
    if not crops:
        problem = "the glyphs config has no class in its test split"
        remedy = "build it from a corpus with more slips"
        raise lack_of_gold(problem, [folder], "glyphs", ("test",), remedy)
    return crops


def training_sizes(folder: Path) -> Counter[str]:
    """Number of training crops of each graph."""
    labels = (parse(row["label"]) for row in gold_rows(folder, "glyphs", "train"))
    return Counter(label.graph for label in labels if names_class(label))


def slices_of(size: int) -> list[str]:
    """The slices of a crop whose graph has ``size`` training crops.

    Examples:
        >>> slices_of(4)
        ['all', 'seen', '3-5 training crops']
    """
    if not size:
        return ["all", "unseen"]
    return ["all", "seen", *(name for name, sizes in CLASS_SIZES.items() if size in sizes)]


Candidates = Sequence[tuple[str, float]]
"""Graphs and their probabilities, most probable first."""


def rank_of(graph: str, candidates: Candidates) -> int:
    """Place of ``graph`` among the candidates from 0; ``CANDIDATES`` where it is none of them."""
    graphs = [candidate for candidate, _ in candidates]
    return graphs.index(graph) if graph in graphs else CANDIDATES


def macro_accuracy(crops: Sequence[Crop], ranks: Sequence[int]) -> float:
    """Top-1 accuracy of each graph, averaged over graphs."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for crop, rank in zip(crops, ranks, strict=True):
        hits[crop.graph].append(rank == 0)
    return float(np.mean([np.mean(row) for row in hits.values()]))


def label_ceiling(crops: Sequence[Crop]) -> float:
    """The best a reader of the form alone could score if raw labels were asked for.

    Raw labels tell readings apart that look alike, such as ``又（有）`` and ``又（右）``; the
    ceiling is the share of crops that carry the commonest raw label of their graph.
    """
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for crop in crops:
        labels[crop.graph][crop.label] += 1
    return sum(max(counts.values()) for counts in labels.values()) / len(crops)


def _calibration(
    found: Sequence[Candidates], ranks: Sequence[int], accepted: Sequence[bool]
) -> dict[str, Any]:
    """Whether confidence can be believed, and what is wrong of the share that is accepted."""
    confidence = np.array([candidates[0][1] for candidates in found])
    return reliability(confidence, np.array(ranks) == 0, np.array(accepted, dtype=bool))


def _share(hits: Iterator[bool]) -> float:
    return float(np.mean(list(hits)))
