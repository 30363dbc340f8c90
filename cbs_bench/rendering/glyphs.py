"""The ink of one graph, composed from its components where it has no code point."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from cbs_bench.rendering.fonts import Font, Mask
from cbs_bench.script.components import decompose

SQUARE = 80
GAP = 3


def draw_graph(graph: str, fonts: Sequence[Font], generator: np.random.Generator) -> Mask | None:
    """Ink of ``graph`` in the first font of ``fonts`` that can draw it.

    A composition, and an encoded graph that no font draws, is built from its components:
    side by side or one above the other, as ``generator`` decides.

    Returns:
        ``[height, width]`` in 0 to 1, or ``None`` where not even the components can be drawn.
    """
    if len(graph) == 1:
        for font in fonts:
            mask = font.mask(graph)
            if mask is not None:
                return mask
    parts = decompose(graph)
    drawn = [draw_graph(part, fonts, generator) for part in parts if part != graph]
    masks = [mask for mask in drawn if mask is not None]
    if not masks or len(masks) < len(parts):
        return None
    return compose(masks, generator)


def compose(masks: Sequence[Mask], generator: np.random.Generator) -> Mask:
    """Put the inks of components together in one square, in writing order.

    Two parts stand side by side or one above the other; of three or more the first stands
    beside or above the rest.
    """
    if len(masks) == 1:
        return _fit(masks[0], SQUARE, SQUARE)
    first = masks[0]
    rest = masks[1] if len(masks) == 2 else compose(masks[1:], generator)
    share = SQUARE // 2 if len(masks) == 2 else SQUARE * 2 // 5
    canvas = np.zeros((SQUARE, SQUARE), dtype=np.float32)
    if generator.random() < 0.5:
        canvas[:, : share - GAP] = _fit(first, SQUARE, share - GAP)
        canvas[:, share:] = _fit(rest, SQUARE, SQUARE - share)
    else:
        canvas[: share - GAP] = _fit(first, share - GAP, SQUARE)
        canvas[share:] = _fit(rest, SQUARE - share, SQUARE)
    return canvas


def _fit(mask: Mask, height: int, width: int) -> Mask:
    resized: Mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
    return resized
