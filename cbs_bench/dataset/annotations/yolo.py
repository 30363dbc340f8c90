"""YOLO text files: ``class cx cy w h`` a line, or a polygon, in shares of the image's size.

The text file has the stem of its image and lies beside it or in ``labels`` beside ``images``.
``classes.txt``, ``obj.names`` or ``data.yaml`` of a folder above name the classes. To YOLO an empty
file is an image of background; annotation tools write one for every image nobody has looked at,
too, so that such a scan is no slip without glyphs here, but one that nobody has annotated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cbs_bench.dataset.annotations.pages import XYWH, Fault, Page, Region, bounds
from cbs_bench.errors import DataError

CLASS_FILES = ("classes.txt", "obj.names", "data.yaml", "data.yml")
UNNAMED = f"its classes have no names; list them in {CLASS_FILES[0]}"
"""The fault of a page with boxes of glyphs and no labels."""


class Classes(NamedTuple):
    """The label of each class number; one name alone is that of "glyph", not of a sign.

    Attributes:
        names: By number.
        file: Where they stand; empty if there is no such file.
    """

    names: dict[int, str]
    file: str


def pages(path: Path, size: tuple[int, int], classes: Classes) -> Iterator[Page | Fault]:
    """The one scan of a file.

    Args:
        path: The text file.
        size: Width and height of its image in pixels.
        classes: What its numbers mean.
    """
    regions = []
    for row, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path.name} line {row}"
        try:
            kind, *numbers = line.split()
            x, y, width, height = _box([float(value) for value in numbers])
            number = int(kind)
        except ValueError:
            yield Fault(where, "neither `class cx cy w h` nor a polygon")
            continue
        if classes.file and number not in classes.names:
            yield Fault(where, f"no class of that number: {number}; name it in {classes.file}")
            continue
        label = classes.names.get(number, "") if len(classes.names) > 1 else ""
        across, down = width * size[0], height * size[1]
        left, top = x * size[0], y * size[1]
        # Rounding to six digits can push a box over the edge by a hair.
        box = (max(left, 0.0) if left > -0.5 else left, max(top, 0.0) if top > -0.5 else top)
        regions.append(Region((*box, across, down), label, where))
    fault = UNNAMED if regions and not classes.file else ""
    yield Page("", tuple(regions), path.name, fault=fault)


def _box(numbers: Sequence[float]) -> XYWH:
    """Left, top, width and height; a number left over is a confidence."""
    if len(numbers) > 5:
        return bounds(list(zip(numbers[::2], numbers[1::2], strict=False)))
    x, y, width, height = numbers[:4]
    return (x - width / 2, y - height / 2, width, height)


def class_names(path: Path, root: Path) -> Classes:
    """Class names from the nearest folder at or above that of ``path``, up to ``root``.

    Raises:
        DataError: If the file of names cannot be read.
    """
    folder = path.parent
    while True:
        for name in CLASS_FILES:
            if (folder / name).is_file():
                return Classes(_read_names(folder / name), name)
        if folder in (root, folder.parent):
            return Classes({}, "")
        folder = folder.parent


def _read_names(path: Path) -> dict[int, str]:
    import yaml

    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix not in (".yaml", ".yml"):
            return dict(enumerate(line.strip() for line in text.splitlines() if line.strip()))
        found: Any = yaml.safe_load(text)["names"]
        if not isinstance(found, dict | list):
            raise TypeError("`names` is neither a list nor a mapping")
        pairs = found.items() if isinstance(found, dict) else enumerate(found)
        return {int(index): str(name) for index, name in pairs}
    except (OSError, ValueError, KeyError, TypeError, OverflowError, yaml.YAMLError) as error:
        raise DataError(
            f"no class names here ({error})", path=path, remedy="list one name a line"
        ) from error
