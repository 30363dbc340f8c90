"""Which predicted box is which gold box: one-to-one matching by overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cbs_bench.types import Box

Array = npt.NDArray[np.float64]


def match_boxes(
    predicted: Sequence[Box], gold: Sequence[Box], *, threshold: float = 0.5
) -> list[tuple[int, int]]:
    """Pair boxes greedily, the most overlapping pair first.

    Args:
        predicted: Boxes of the detector.
        gold: Boxes of the annotation.
        threshold: Least intersection over union of a pair.

    Returns:
        ``(predicted index, gold index)`` pairs in order of the predicted boxes; each
        box is in at most one pair.
    """
    overlap = iou_matrix(predicted, gold)
    pairs: list[tuple[int, int]] = []
    free_rows, free_columns = set(range(len(predicted))), set(range(len(gold)))
    for flat in np.argsort(-overlap, axis=None, kind="stable"):
        row, column = divmod(int(flat), max(len(gold), 1))
        if overlap[row, column] < threshold:
            break
        if row in free_rows and column in free_columns:
            pairs.append((row, column))
            free_rows.remove(row)
            free_columns.remove(column)
    return sorted(pairs)


def iou_matrix(predicted: Sequence[Box], gold: Sequence[Box]) -> Array:
    """Intersection over union of every pair, ``[len(predicted), len(gold)]``."""
    a, b = _corners(predicted)[:, None], _corners(gold)[None]
    shared = np.clip(
        np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None
    )
    intersection = shared.prod(axis=-1)
    area_a = (a[..., 2:] - a[..., :2]).prod(axis=-1)
    area_b = (b[..., 2:] - b[..., :2]).prod(axis=-1)
    overlap: Array = intersection / np.maximum(area_a + area_b - intersection, 1e-9)
    return overlap


def _corners(boxes: Sequence[Box]) -> Array:
    return np.array(
        [[box.x, box.y, box.x + box.width, box.y + box.height] for box in boxes], dtype=np.float64
    ).reshape(-1, 4)
