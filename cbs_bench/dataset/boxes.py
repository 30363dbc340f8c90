"""Boxes that lie on their image."""

from __future__ import annotations

import math
from collections.abc import Sequence

ROUNDING = 0.5
"""Pixels that a box may stand over the edge, as tools round their numbers."""


def box_fault(box: Sequence[float], width: float, height: float) -> str | None:
    """What is wrong with a box ``[x, y, width, height]`` on an image of this size, if anything."""
    if len(box) != 4:
        return "has not four numbers"
    if not all(math.isfinite(value) for value in box):
        return "is not finite"
    x, y, across, down = box
    if across <= 0 or down <= 0:
        return "has no area"
    if min(x, y) < -ROUNDING or x + across > width + ROUNDING or y + down > height + ROUNDING:
        return "is outside the image"
    return None
