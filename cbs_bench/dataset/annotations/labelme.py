"""LabelMe JSON: one file an image with ``shapes`` (https://github.com/wkentaro/labelme)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cbs_bench.dataset.annotations.pages import Fault, Page, Region, bounds, number


def recognise(content: Any) -> bool:
    """Whether parsed JSON is in this format."""
    return isinstance(content, Mapping) and {"shapes", "imagePath"} <= content.keys()


def pages(content: Mapping[str, Any], path: Path) -> Iterator[Page | Fault]:
    """The one scan of a file; polygons become their bounding boxes."""
    regions = []
    for index, shape in enumerate(content["shapes"]):
        try:
            points = [(number(x), number(y)) for x, y in shape["points"]]
            regions.append(Region(bounds(points), str(shape.get("label") or "")))
        except (KeyError, TypeError, ValueError) as error:
            yield Fault(f"{path.name} shape {index}", f"no box: {error}")
    yield Page(str(content["imagePath"]), tuple(regions), path.name)
