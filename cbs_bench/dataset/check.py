"""Turns a record into a finished row, or says why it cannot be one.

Images are read and decoded, and what a later reader relies on is checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cbs_bench.dataset import jpeg
from cbs_bench.dataset.boxes import box_fault
from cbs_bench.dataset.images import UNREADABLE, BadRowError, brief, encoded, opened, shown_size
from cbs_bench.dataset.schema import bio
from cbs_bench.errors import DataError
from cbs_bench.interfaces import ImageRef, Record
from cbs_bench.script.labels import split_glyphs

_SURROGATE = re.compile("[\ud800-\udfff]")
"""What Python reads file names in another encoding as."""

_NEEDED = {
    "slips": ("image", "objects"),
    "glyphs": ("image", "label", "graph"),
    "texts": ("graphs",),
    "pos": ("tokens", "tags", "words", "text"),
}
"""The columns of each config without which a row says nothing."""


class StoredImage(NamedTuple):
    """An image as a row stores it, and its size in pixels as ``datasets`` shows it."""

    data: bytes
    path: str
    width: int
    height: int


def stored(source: bytes | ImageRef, name: str) -> StoredImage:
    """The image of the row ``name``, decoded to see that it can be.

    Raises:
        BadRowError: If it cannot.
    """
    data = source if isinstance(source, bytes) else encoded(source)
    width, height, suffix = _measure(data)
    return StoredImage(data, _file_name(source, f"{name}.{suffix}"), width, height)


def finish(record: Record, image: StoredImage | str | None) -> dict[str, Any]:
    """The row of a record as it is written.

    Args:
        record: Its names are checked already.
        image: Its image, or why that cannot be stored; None where it has none.

    Raises:
        BadRowError: If it breaks a rule.
    """
    row = dict(record.row)
    if isinstance(image, str):
        raise BadRowError(image)
    if image is not None:
        row["image"] = {"bytes": image.data, "path": image.path}
        if record.config == "slips":
            row["width"], row["height"] = image.width, image.height
            _check_objects(row["objects"], image.width, image.height)
    _check_text(record.config, row)
    return row


def check_row(config: str, row: Mapping[str, Any]) -> None:
    """Check a row of a written dataset as a build checks it before it is written.

    Args:
        config: ``slips``, ``glyphs``, ``texts`` or ``pos``.
        row: Its columns; tags are names.

    Raises:
        BadRowError: If it breaks a rule.
    """
    check_record(config, row)
    if "image" in row:
        width, height, _ = _measure(row["image"]["bytes"])
        if config == "slips":
            if (row["width"], row["height"]) != (width, height):
                raise BadRowError(f"size is not that of the image, {width} x {height}")
            _check_objects(row["objects"], width, height)
    _check_text(config, row)


def check_record(config: str, row: Mapping[str, Any]) -> None:
    """Check what can be told of a row before its image is read.

    Raises:
        BadRowError: If there is no id, a column that is needed is missing, or a name, which becomes
            that of a file in other tools, has a separator or bytes that are no text; if the tags
            of a sentence are not those of its words.
    """
    if not row.get("id"):
        raise BadRowError("no id")
    if config not in _NEEDED:
        raise BadRowError(f"no config {config!r}: choose one of {', '.join(_NEEDED)}")
    missing = [column for column in _NEEDED[config] if row.get(column) is None]
    if missing:
        raise BadRowError(f"no {missing[0]}")
    _check_names(row)
    if config == "pos":
        _check_words(row)


def _check_names(row: Mapping[str, Any]) -> None:
    for column in ("id", "source", "document", "slip"):
        name = str(row.get(column, ""))
        if "/" in name or "\0" in name:
            raise BadRowError(f"{column} contains / or NUL: {name!r}")
        if not name.isascii() and _SURROGATE.search(name):
            raise BadRowError(f"{column} is no Unicode text: {name!r}")


def _measure(data: bytes) -> tuple[int, int, str]:
    """Width and height in pixels and the format of an image, which is decoded in full.

    Raises:
        BadRowError: If it cannot be.
    """
    from PIL import UnidentifiedImageError

    from cbs_bench.vision.images import load_image

    size = jpeg.size_if_whole(data)
    if size is not None:
        return *size, "jpeg"
    try:
        with opened(data) as image:
            # `datasets` turns an image by its EXIF mark, and boxes refer to what it gives.
            size = shown_size(image)
            image.load()
            if image.format == "TIFF":  # it may begin with a preview, or have several pages
                size = load_image(data).shape[1::-1]
            return *size, (image.format or "png").lower()
    except BadRowError:
        raise
    except DataError as error:
        raise BadRowError(f"unreadable image: {error.problem}") from error
    except UnidentifiedImageError as error:
        detail = "no image of a known format" if data else "the file is empty"
        raise BadRowError(f"unreadable image: {detail}") from error
    except UNREADABLE as error:
        raise BadRowError(f"unreadable image: {brief(error)}") from error


def _file_name(source: bytes | ImageRef, otherwise: str) -> str:
    """The file's own name without its folder: no path of this machine enters a dataset."""
    if isinstance(source, bytes):
        return otherwise
    if source.upright or source.box:
        return otherwise
    return (source.member or source.path.name).rsplit("/", 1)[-1]


def _check_objects(objects: Mapping[str, Any], width: int, height: int) -> None:
    lengths = {name: len(values) for name, values in objects.items() if values is not None}
    if len(set(lengths.values())) > 1:
        raise BadRowError(f"the columns of objects differ in length: {lengths}")
    for number, box in enumerate(objects["bbox"]):
        fault = box_fault(box, width, height)
        if fault:
            raise BadRowError(f"box {number} {list(box)} {fault} (image {width} x {height})")


def _check_text(config: str, row: Mapping[str, Any]) -> None:
    if config == "texts" and not row["graphs"]:
        raise BadRowError("no graphs")
    if config == "texts" and len(row.get("readings") or row["graphs"]) != len(row["graphs"]):
        raise BadRowError(f"{len(row['readings'])} readings for {len(row['graphs'])} graphs")
    if config == "pos" and split_glyphs(row["text"]) != row["tokens"]:
        tokens = " ".join(map(str, row["tokens"]))
        raise BadRowError(f"tokens are not the glyphs of the text: {tokens} of {row['text']}")


def _check_words(row: Mapping[str, Any]) -> None:
    length, end = len(row["tokens"]), 0
    if not length:
        raise BadRowError("no tokens")
    if len(row["tags"]) != length:
        raise BadRowError(f"{len(row['tags'])} tags for {length} tokens")
    for word in row["words"]:
        if not end <= word["start"] < word["end"] <= length:
            raise BadRowError(f"word {word['start']}-{word['end']} overlaps or is out of range")
        end = word["end"]
    spans = [(word["start"], word["end"], word["tag"]) for word in row["words"]]
    named = bio(length, spans)
    if named != list(row["tags"]):
        tags = " ".join(map(str, row["tags"]))
        raise BadRowError(f"tags are not those of the words: {tags} for {' '.join(named)}")
