"""Detection: boxes of characters on a scan, matched one to one with the annotated ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cbs_bench.dataset.gold import gold_rows, lack_of_gold
from cbs_bench.interfaces import PredictingTask, RunRequest, TaskInfo
from cbs_bench.metrics.detection import COCO_THRESHOLDS, average_precision, detection_counts
from cbs_bench.predictions import Predictions
from cbs_bench.types import Box
from cbs_bench.vision.choice import open_detector


@dataclass(frozen=True, slots=True)
class SlipBoxes:
    """The annotated boxes of one test slip."""

    id: str
    boxes: Sequence[Box]


class DetectionTask(PredictingTask[list[SlipBoxes]]):
    """A detector, by default the shipped one, on the test slips."""

    info = TaskInfo(
        summary="boxes of characters on a scan",
        metric="boxes matched one to one at an overlap of 0.5, micro-averaged over slips",
        needs=("slips",),
        compares_tokenizers=False,
        takes=("detector",),
    )

    def predict(self, request: RunRequest) -> Iterator[Predictions]:
        """Detect at the detector's threshold for F1, and far below it for average precision."""
        detector = open_detector(request.detector)
        rows = []
        for slip in gold_rows(request.data, "slips", "test"):
            image = slip["image"]["bytes"]
            boxes, ranked = detector.detect(image), detector.rank(image)
            rows.append({"id": slip["id"], "boxes": _as_rows(boxes), "ranked": _as_rows(ranked)})
        yield Predictions("scan", "test", rows)

    def gold(self, data: Path) -> list[SlipBoxes]:
        """The boxes of the test slips."""
        slips = [
            SlipBoxes(slip["id"], [Box(*bbox) for bbox in slip["objects"]["bbox"]])
            for slip in gold_rows(data, "slips", "test")
        ]
        if not slips:
            problem = "the slips config has no row in its test split"
            remedy = "build it from a corpus with more slips"
            raise lack_of_gold(problem, [data], "slips", ("test",), remedy)
        return slips

    def score(self, predictions: Predictions, gold: list[SlipBoxes]) -> dict[str, Any]:
        """Counts by slip, and average precision over all slips."""
        rows = predictions.of([slip.id for slip in gold])
        pairs = list(zip(rows, gold, strict=True))
        counts = [detection_counts(_as_boxes(row["boxes"]), slip.boxes) for row, slip in pairs]
        ranked = [(_as_boxes(row["ranked"]), slip.boxes) for row, slip in pairs]
        precisions = [average_precision(ranked, threshold=t) for t in COCO_THRESHOLDS]
        return {
            "track": predictions.track,
            "split": predictions.split,
            "slices": {"all": [[c.correct, c.predicted, c.gold] for c in counts]},
            "extra": {"ap50": precisions[0], "ap50_95": float(np.mean(precisions))},
        }


def _as_rows(boxes: Sequence[Box]) -> list[list[float]]:
    """``[x, y, width, height, confidence]`` of each box."""
    return [[*box.xywh, box.confidence] for box in boxes]


def _as_boxes(rows: Sequence[Sequence[float]]) -> list[Box]:
    return [Box(*row) for row in rows]
