"""Finds the annotations of a folder of scans, whatever their format."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cbs_bench.dataset import safe_xml
from cbs_bench.dataset.annotations import alto, coco, fitting, labelme, page_xml, unread, yolo
from cbs_bench.dataset.annotations.pages import Fault, ImageIndex, Page
from cbs_bench.dataset.images import BadRowError, upright_size
from cbs_bench.dataset.scan_files import files_of_scans
from cbs_bench.errors import DataError

MAX_BYTES = 256 << 20


def annotated(root: Path, images: Sequence[Path]) -> tuple[dict[Path, Page], list[Fault]]:
    """The annotation of each image, and what else could not be used.

    Args:
        root: The folder that is searched with all its subfolders.
        images: Its images.

    Raises:
        DataError: If a file that names classes is broken.
    """
    pages: dict[Path, Page] = {}
    faults: list[Fault] = []
    index = ImageIndex(images)
    for file in files_of_scans(root):
        try:
            for found in _read(file, root, index):
                if isinstance(found, Fault):
                    faults.append(found)
                    continue
                try:
                    image = _image_of(found, file, index)
                except DataError as error:
                    faults.append(Fault(found.where, error.problem))
                    continue
                if image in pages:
                    faults.append(Fault(found.where, f"{image.name} is annotated twice"))
                else:
                    pages[image], unfit = fitting.fitted(found, image)
                    faults += unfit
        except DataError as error:
            faults.append(Fault(file.relative_to(root).as_posix(), error.problem))
    return pages, faults


def _read(file: Path, root: Path, index: ImageIndex) -> Iterator[Page | Fault]:
    suffix = file.suffix.lower()
    if suffix == ".json":
        content = _json(file)
        for module in (coco, labelme):
            if module.recognise(content):
                yield from _guarded(module.pages(content, file))
        yield from _unread(file, unread.of_json(content))
    elif suffix == ".xml":
        tree = safe_xml.read(file)
        for reader in (page_xml, alto):
            if reader.recognise(tree):
                yield from _guarded(reader.pages(tree, file))
        yield from _unread(file, unread.of_xml(tree))
    elif suffix == ".csv":
        yield from _unread(file, unread.of_csv(file))
    elif suffix == ".txt" and file.name not in yolo.CLASS_FILES:
        image = index.beside(file)
        if image is not None:
            yield from _guarded(_yolo(file, image, root))


def _yolo(file: Path, image: Path, root: Path) -> Iterator[Page | Fault]:
    try:
        size = upright_size(image)
    except BadRowError as error:
        yield Page("", (), file.name, fault=str(error))
        return
    yield from yolo.pages(file, size, yolo.class_names(file, root))


def _unread(file: Path, tool: str) -> Iterator[Fault]:
    """Without a word, the models would read the scans as if nobody had annotated them."""
    if tool:
        yield Fault(file.name, f"boxes in the own format of {tool}: export them as COCO or YOLO")


def _json(file: Path) -> Any:
    """Parsed JSON of whatever kind; other JSON may lie beside scans."""
    if file.stat().st_size > MAX_BYTES:
        raise DataError("the file is too large", path=file, remedy="split it below 256 MiB")
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"no readable JSON ({error})", path=file) from error


def _guarded(pages: Iterator[Page | Fault]) -> Iterator[Page | Fault]:
    """The pages of a file whose structure may be broken in any way."""
    try:
        yield from pages
    except (
        AttributeError, KeyError, TypeError, ValueError, OSError, RecursionError,
    ) as error:  # fmt: skip
        raise DataError(f"broken annotation ({error!r})") from error


def _image_of(page: Page, file: Path, index: ImageIndex) -> Path:
    # YOLO names no image and exports of the others may leave it out; then the stems agree.
    if page.image:
        return index.named(page.image, file)
    found = index.beside(file)
    if found is None:
        raise DataError("it names no image and none has its stem", path=file.name)
    return found
