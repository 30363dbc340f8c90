"""COCO JSON: images, annotations and categories in one file (https://cocodataset.org/#format-data)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cbs_bench.dataset.annotations.pages import Fault, Page, Region, number, size_of

TEXT_KEYS = ("label", "text", "transcription", "graph")
"""Where tools that annotate text keep it, in the annotation or in its ``attributes``."""


def recognise(content: Any) -> bool:
    """Whether parsed JSON is in this format."""
    return isinstance(content, Mapping) and {"images", "annotations"} <= content.keys()


def pages(content: Mapping[str, Any], path: Path) -> Iterator[Page | Fault]:
    """The scans of one file, in the order of its ``images``."""
    # Some tools write a number here and the same number in quotes there.
    categories = {str(c["id"]): str(c.get("name", "")) for c in content.get("categories", [])}
    # With one category its name says "glyph" in some language, and not which.
    names = categories if len(categories) > 1 else {}
    known = {str(image.get("id")) for image in content["images"]}
    regions: dict[str, list[Region]] = defaultdict(list)
    for entry in content["annotations"]:
        where = f"{path.name} annotation {entry.get('id')}"
        image_id = str(entry.get("image_id"))
        if image_id not in known:
            yield Fault(where, f"no image of that id: {image_id}")
            continue
        try:
            x, y, width, height = (number(value) for value in entry["bbox"])
            category = str(entry.get("category_id", ""))
            label = _text(entry) or names.get(category, "") or _only_text(entry)
        except (KeyError, TypeError, ValueError) as error:
            yield Fault(where, f"no box of four numbers: {error}")
            continue
        if category and not label and category not in categories:
            yield Fault(where, f"no category of that id: {category}; add it to the categories")
            continue
        regions[image_id].append(Region((x, y, width, height), label, where))
    for image in content["images"]:
        where = f"{path.name} image {image.get('id')}"
        if not image.get("file_name"):
            yield Fault(where, "no file_name")
            continue
        found = tuple(regions.get(str(image.get("id")), ()))
        try:
            size = size_of(image.get("width"), image.get("height"))
        except ValueError as error:
            yield Fault(where, f"no size of two numbers: {error}")
            continue
        yield Page(str(image["file_name"]), found, where, size)


def _text(entry: Mapping[str, Any]) -> str:
    places = (entry, entry.get("attributes") or {})
    found = (place.get(key) for place in places for key in TEXT_KEYS)
    return next((value for value in found if isinstance(value, str) and value), "")


def _only_text(entry: Mapping[str, Any]) -> str:
    """The one attribute that is text, whatever a laboratory calls it in its language."""
    attributes = (entry.get("attributes") or {}).values()
    texts = [value for value in attributes if isinstance(value, str) and value]
    return texts[0] if len(texts) == 1 else ""
