"""LabelMe JSON: one file an image with ``shapes`` (https://github.com/wkentaro/labelme)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cbs_bench.dataset.annotations.pages import XYWH, Fault, Page, Region, bounds, number, size_of


def recognise(content: Any) -> bool:
    """Whether parsed JSON is in this format."""
    return isinstance(content, Mapping) and {"shapes", "imagePath"} <= content.keys()


def pages(content: Mapping[str, Any], path: Path) -> Iterator[Page | Fault]:
    """The one scan of a file; polygons become their bounding boxes."""
    regions = []
    for index, shape in enumerate(content["shapes"]):
        where = f"{path.name} shape {index}"
        try:
            points = [(number(x), number(y)) for x, y in shape["points"]]
            box = _around(*points) if shape.get("shape_type") == "circle" else bounds(points)
            regions.append(Region(box, str(shape.get("label") or ""), where))
        except (KeyError, TypeError, ValueError) as error:
            yield Fault(where, f"no box: {error}")
    size = size_of(content.get("imageWidth"), content.get("imageHeight"))
    yield Page(str(content["imagePath"]), tuple(regions), path.name, size)


def _around(centre: tuple[float, float], edge: tuple[float, float]) -> XYWH:
    """The box of a circle, which LabelMe stores as its centre and a point on it."""
    radius = math.dist(centre, edge)
    return (centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
