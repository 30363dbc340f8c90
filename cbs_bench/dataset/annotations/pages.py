"""What every annotation format says of a scan, and which file of a folder says it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from cbs_bench.errors import DataError

XYWH = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Region:
    """One annotated glyph.

    Attributes:
        box: Left, top, width and height in pixels of the upright image.
        label: The raw label; empty where the annotation only says that a glyph is there.
        where: File and element of the annotation, for messages.
        predicted: Whether the label is the components that the models guessed.
    """

    box: XYWH
    label: str
    where: str = field(default="", compare=False)
    predicted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One annotated scan.

    Attributes:
        image: The name of the image as the annotation gives it; empty where it gives none.
        regions: The glyphs in reading order.
        where: File and element of the annotation, for messages.
        size: Width and height of the image that it was made on; None where it does not say.
        ordered: Whether its format keeps a reading order; in the others regions come as drawn.
        quarters: Quarter turns to the left after which the image is upright.
        predicted: Whether it is the models' reading, which nobody has changed.
        fault: Why it cannot be used as a whole; empty if it can.
    """

    image: str
    regions: tuple[Region, ...]
    where: str
    size: tuple[float, float] | None = None
    ordered: bool = False
    quarters: int = 0
    predicted: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A page or region that cannot be used, and why."""

    where: str
    reason: str


def number(value: Any) -> float:
    """A coordinate, a size or an angle as a number.

    Raises:
        ValueError: If it is none, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is no number")
    try:
        found = float(value)
    except OverflowError:  # a whole number of hundreds of digits
        found = math.inf
    if not math.isfinite(found):
        raise ValueError("a number is not finite")
    return found


def size_of(width: Any, height: Any) -> tuple[float, float] | None:
    """The size of an image as an annotation gives it; None where it gives none or nought.

    Raises:
        ValueError: If it is no finite number.
    """
    across, down = number(width or 0), number(height or 0)
    return (across, down) if across > 0 and down > 0 else None


def quarters_left(clockwise: str) -> int:
    """Quarter turns to the left that come nearest to a turn by degrees clockwise.

    Raises:
        ValueError: If these are no finite number.

    Examples:
        >>> [quarters_left(angle) for angle in ("-90", "180", "90", "-1.5")]
        [1, 2, 3, 0]
    """
    return round(-number(clockwise) / 90) % 4


def bounds(points: Sequence[tuple[float, float]]) -> XYWH:
    """The smallest upright box around a polygon.

    Raises:
        ValueError: If there are fewer than two points.
    """
    if len(points) < 2:
        raise ValueError(f"{len(points)} points span no box")
    across, down = zip(*points, strict=True)
    return (min(across), min(down), max(across) - min(across), max(down) - min(down))


class ImageIndex:
    """The images of a folder, found by name or by place however many there are.

    Args:
        images: Their paths.
    """

    def __init__(self, images: Sequence[Path]) -> None:
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        self._by_place: dict[tuple[Path, str], Path] = {}
        for image in images:
            self._by_name[_composed(image.name)].append(image)
            self._by_place.setdefault((image.parent, _composed(image.stem)), image)

    def beside(self, annotation: Path) -> Path | None:
        """The image with the stem of ``annotation``, beside it or in ``images`` for ``labels``."""
        parts = annotation.parent.parts
        other = Path(*("images" if part == "labels" else part for part in parts))
        stem = _composed(annotation.stem)
        found = self._by_place.get((annotation.parent, stem))
        return found or self._by_place.get((other, stem))

    def named(self, name: str, annotation: Path) -> Path:
        """The image that an annotation names.

        Tools write absolute paths of the machine they ran on, so that only the end of the name
        counts; the image nearest to the annotation wins.

        Raises:
            DataError: If there is none, or two equally near.
        """
        wanted = PurePosixPath(_composed(name.replace("\\", "/")))
        found = self._by_name.get(wanted.name) or self._by_name.get(_uploaded(wanted.name), [])
        if len(found) > 1:
            longest = max(_shared_end(image, wanted) for image in found)
            found = [image for image in found if _shared_end(image, wanted) == longest]
        found = [image for image in found if image.parent == annotation.parent] or found
        if len(found) != 1:
            problem = "no such image" if not found else f"{len(found)} images have that name"
            raise DataError(
                f"{problem}: {wanted.name!r}",
                path=annotation.name,
                remedy="put image and annotation in one folder",
            )
        return found[0]


def _composed(name: str) -> str:
    """A name with each accent in its letter; macOS keeps them apart, annotations do not."""
    return unicodedata.normalize("NFC", name)


def _uploaded(name: str) -> str:
    """The name an image had before Label Studio put digits before it and quoted it for the web."""
    return _composed(re.sub(r"^[0-9a-f]{8}-", "", unquote(name)))


def _shared_end(image: Path, wanted: PurePosixPath) -> int:
    """How many parts of the two paths agree, counted from the end."""
    parts = map(_composed, reversed(image.parts))
    pairs = zip(parts, reversed(wanted.parts), strict=False)
    return next(
        (count for count, (one, other) in enumerate(pairs) if one != other), len(wanted.parts)
    )
