"""Detection: boxes of characters on a scan, matched one to one with the annotated ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.interfaces import RunRequest, Task, TaskInfo
from cbs_bench.metrics.detection import COCO_THRESHOLDS, average_precision, detection_counts
from cbs_bench.types import Box
from cbs_bench.vision import Detector

RANKING_THRESHOLD = 0.02
"""Average precision ranks boxes well below the confidence at which the detector stops."""


class DetectionTask(Task):
    """The shipped detector on the test slips."""

    info = TaskInfo(
        summary="boxes of characters on a scan",
        metric="boxes matched one to one at an overlap of 0.5, micro-averaged over slips",
        needs=("slips",),
        compares_tokenizers=False,
    )

    def run(self, request: RunRequest) -> Iterator[dict[str, Any]]:
        """Detect at the shipped threshold for F1, and far below it for average precision."""
        detector, ranker = Detector.load(), Detector.load()
        ranker.threshold = RANKING_THRESHOLD
        rows: list[list[int]] = []
        ranked: list[tuple[list[Box], list[Box]]] = []
        for slip in reader.rows(request.data, "slips", "test"):
            gold = [Box(*bbox) for bbox in slip["objects"]["bbox"]]
            image = slip["image"]["bytes"]
            counts = detection_counts(detector.detect(image), gold)
            rows.append([counts.correct, counts.predicted, counts.gold])
            ranked.append((ranker.detect(image), gold))
        if not rows:
            raise InputError(
                "the slips config has no row in its test split",
                path=request.data,
                remedy="build it from a corpus with more slips",
            )
        precisions = [average_precision(ranked, threshold=t) for t in COCO_THRESHOLDS]
        yield {
            "track": "scan",
            "split": "test",
            "slices": {"all": rows},
            "extra": {"ap50": precisions[0], "ap50_95": float(np.mean(precisions))},
        }
