"""Components: which sub-character units a crop shows, in writing order, repeats kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cbs_bench.errors import InputError
from cbs_bench.interfaces import PredictingTask, RunRequest, TaskInfo
from cbs_bench.metrics.multisets import multiset_counts
from cbs_bench.predictions import Predictions
from cbs_bench.tasks.recognition import (
    Crop,
    CropGold,
    read_crops,
    slices_of,
    training_sizes,
)
from cbs_bench.vision.choice import open_recognizer


class ComponentsTask(PredictingTask[CropGold]):
    """The components that a recogniser, by default the shipped one, sees on the test crops."""

    info = TaskInfo(
        summary="the components on a crop of one character",
        metric="components as multisets, micro-averaged over crops",
        needs=("glyphs",),
        compares_tokenizers=False,
        takes=("recognizer",),
    )

    def predict(self, request: RunRequest) -> Iterator[Predictions]:
        """Name the components on every test crop whose graph has any."""
        crops = _crops_with_components(request.data)
        found = open_recognizer(request.recognizer).predict([crop.image for crop in crops])
        rows = [
            {"id": crop.id, "components": list(read.components)}
            for crop, read in zip(crops, found, strict=True)
        ]
        yield Predictions("scan", "test", rows)

    def gold(self, data: Path) -> CropGold:
        """The components of the graphs that the test crops show."""
        return CropGold(_crops_with_components(data), training_sizes(data))

    def score(self, predictions: Predictions, gold: CropGold) -> dict[str, Any]:
        """Compare multisets, then sequences.

        ``macro_f1`` averages F1 over crops, as the sub-character score of Chen et al.
        (COLING 2025) does; the slices count over all components.
        """
        rows = predictions.of([crop.id for crop in gold.crops])
        predicted = [tuple(row["components"]) for row in rows]
        counts = [
            multiset_counts(parts, crop.components)
            for parts, crop in zip(predicted, gold.crops, strict=True)
        ]
        slices: dict[str, list[list[int]]] = {}
        for crop, count in zip(gold.crops, counts, strict=True):
            for name in slices_of(gold.sizes.get(crop.graph, 0)):
                row = [count.correct, count.predicted, count.gold]
                slices.setdefault(name, []).append(row)
        return {
            "track": predictions.track,
            "split": predictions.split,
            "slices": slices,
            "extra": {
                "macro_f1": float(np.mean([count.f1 for count in counts])),
                **ordered_measures(predicted, gold.crops),
            },
        }


def _crops_with_components(data: Path) -> list[Crop]:
    crops = [crop for crop in read_crops(data) if crop.components]
    if not crops:
        raise InputError(
            "no test crop has components",
            path=data,
            remedy="build it from a corpus whose graphs can be taken apart",
        )
    return crops


def ordered_measures(predicted: Sequence[Sequence[str]], crops: Sequence[Crop]) -> dict[str, float]:
    """What the multisets do not see: exact sequences, and edits a gold component."""
    pairs = [(tuple(p), crop.components) for p, crop in zip(predicted, crops, strict=True)]
    edits = sum(edit_distance(parts, gold) for parts, gold in pairs)
    return {
        "exact_match": float(np.mean([parts == gold for parts, gold in pairs])),
        "edit_distance": edits / sum(len(gold) for _, gold in pairs),
    }


def edit_distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Fewest insertions, deletions and replacements that turn ``a`` into ``b``.

    Examples:
        >>> edit_distance("日止頁", "日頁")
        1
    """
    row = list(range(len(b) + 1))
    for i, ours in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, theirs in enumerate(b, start=1):
            replaced = diagonal + (ours != theirs)
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, replaced)
    return row[-1]
