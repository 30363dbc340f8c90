"""An annotated page on its image: at its size, on its pixels and in reading order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from cbs_bench.dataset.annotations.pages import XYWH, Fault, Page, Region
from cbs_bench.dataset.boxes import box_fault
from cbs_bench.dataset.images import BadRowError, upright_size
from cbs_bench.types import Box

TOLERANCE = 0.01
"""By how much width and height may be scaled differently, as sizes are rounded."""


def fitted(page: Page, image: Path) -> tuple[Page, list[Fault]]:
    """A page with its boxes in pixels of its image.

    Boxes made on a larger or smaller copy are scaled. Where the format keeps no reading order, the
    glyphs are put into that of the detector: down each column, columns from right to left.

    Returns:
        The page, and the regions that are left out because they are not on the image.
    """
    try:
        size = upright_size(image)
    except BadRowError as error:
        return replace(page, fault=page.fault or str(error)), []
    made = page.size or size
    if not abs(size[0] / made[0] / (size[1] / made[1]) - 1) <= TOLERANCE:  # nor not-a-number
        fault = (
            f"annotated on an image of another shape: {made[0]:g} x {made[1]:g} pixels, this one "
            f"has {size[0]} x {size[1]}; put that image here, or annotate this one"
        )
        return replace(page, fault=page.fault or fault), []
    regions, faults = [], []
    for region in page.regions:
        problem = box_fault(region.box, *made)
        if problem:
            shown = ", ".join(f"{value:g}" for value in region.box)
            reason = f"its box {problem}: {shown} on {made[0]:g} x {made[1]:g} pixels"
            faults.append(Fault(region.where, reason))
        elif made != size:
            regions.append(replace(region, box=_scaled(region.box, made, size)))
        else:
            regions.append(region)
    ordered = regions if page.ordered else _in_reading_order(regions)
    return replace(page, regions=tuple(ordered)), faults


def _scaled(box: XYWH, made: tuple[float, float], size: tuple[int, int]) -> XYWH:
    """A box on an image of another size; what stood over the edge by rounding is cut off."""
    across, down = size[0] / made[0], size[1] / made[1]
    left, top = max(box[0], 0.0) * across, max(box[1], 0.0) * down
    right, bottom = min(box[0] + box[2], made[0]) * across, min(box[1] + box[3], made[1]) * down
    return (left, top, right - left, bottom - top)


def _in_reading_order(regions: Iterable[Region]) -> Iterator[Region]:
    from cbs_bench.vision.reading_order import reading_order

    waiting: dict[Box, list[Region]] = defaultdict(list)
    for region in regions:
        waiting[Box(*region.box)].append(region)
    boxes = [box for box, found in waiting.items() for _ in found]
    return (waiting[box].pop(0) for box in reading_order(boxes))
