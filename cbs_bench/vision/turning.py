"""Scans that lie on a side or stand on the head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cbs_bench.types import Box
from cbs_bench.vision.images import Pixels

FULL = 4
"""Quarter turns after which a scan is as it was."""


def turned(pixels: Pixels, quarters: int) -> Pixels:
    """The scan after quarter turns to the left.

    Args:
        pixels: ``[height, width]`` or ``[height, width, 3]``.
        quarters: How many.
    """
    return np.ascontiguousarray(np.rot90(pixels, quarters))


def turned_box(box: Box, quarters: int, *, height: int, width: int) -> Box:
    """Where a box stands after quarter turns of its scan to the left.

    Args:
        box: On the scan before.
        quarters: How many.
        height: Of the scan before, in pixels.
        width: Of the scan before, in pixels.

    Examples:
        >>> turned_box(Box(70, 0, 20, 5), 1, height=40, width=100).xywh
        (0, 10, 5, 20)
    """
    for _ in range(quarters):
        box = replace(box, x=box.y, y=width - box.x - box.width, width=box.height, height=box.width)
        height, width = width, height
    return box
