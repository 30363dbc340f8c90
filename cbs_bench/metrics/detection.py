"""Average precision of a one-class detector.

COCO's definition (Lin et al., ECCV 2014): 101 recall points, precision made monotone,
matching in order of confidence; ``AP50:95`` is its mean over ten IoU thresholds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cbs_bench.metrics.align import iou_matrix, match_boxes
from cbs_bench.metrics.spans import Counts
from cbs_bench.types import Box

Scans = Sequence[tuple[Sequence[Box], Sequence[Box]]]
"""Predicted and gold boxes of each scan."""

COCO_THRESHOLDS = tuple(float(t) for t in np.linspace(0.5, 0.95, 10))
_RECALL_POINTS = np.linspace(0, 1, 101)


def detection_counts(
    predicted: Sequence[Box], gold: Sequence[Box], *, threshold: float = 0.5
) -> Counts:
    """Boxes matched one to one at ``threshold``, predicted and gold, of one scan."""
    pairs = match_boxes(predicted, gold, threshold=threshold)
    return Counts(len(pairs), len(predicted), len(gold))


def detection_scores(found: Scans, ranked: Scans) -> dict[str, float]:
    """Gold glyphs, precision, recall and F1 at IoU 0.5, and AP50, rounded to four places.

    Args:
        found: The boxes that the detector stands by.
        ranked: Boxes of any confidence, which average precision ranks.
    """
    counts = sum((detection_counts(*pair) for pair in found), Counts())
    return {
        "glyphs": counts.gold,
        "precision": round(counts.precision, 4),
        "recall": round(counts.recall, 4),
        "f1": round(counts.f1, 4),
        "ap50": round(average_precision(ranked), 4),
    }


def average_precision(scans: Scans, *, threshold: float = 0.5) -> float:
    """AP over ``(predicted, gold)`` box lists, one pair a scan.

    Returns:
        Between 0 and 1; 0 where there is no gold box.
    """
    total = sum(len(gold) for _, gold in scans)
    if total == 0:
        return 0.0
    confidences: list[float] = []
    hits: list[bool] = []
    for predicted, gold in scans:
        order = sorted(range(len(predicted)), key=lambda i: -predicted[i].confidence)
        ranked = [predicted[i] for i in order]
        confidences += [box.confidence for box in ranked]
        hits += _hits(ranked, gold, threshold)
    ranking = np.argsort(-np.array(confidences), kind="stable")
    true = np.cumsum(np.array(hits, dtype=float)[ranking])
    recall = true / total
    precision = true / np.arange(1, len(true) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    reached = np.searchsorted(recall, _RECALL_POINTS, side="left")
    return float(np.mean([envelope[i] if i < len(envelope) else 0.0 for i in reached]))


def _hits(ranked: Sequence[Box], gold: Sequence[Box], threshold: float) -> list[bool]:
    """Whether each box, most confident first, takes a gold box that is still free."""
    overlap = iou_matrix(ranked, gold)
    free = np.ones(len(gold), dtype=bool)
    hits: list[bool] = []
    for row in overlap:
        candidates = np.where(free & (row >= threshold), row, -1.0)
        best = int(candidates.argmax()) if len(gold) else -1
        hit = best >= 0 and candidates[best] >= 0
        if hit:
            free[best] = False
        hits.append(bool(hit))
    return hits
