"""The scans that paths stand for: images, folders of images, built datasets."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from cbs_bench.dataset import reader
from cbs_bench.dataset.scan_files import files_of_scans
from cbs_bench.errors import DataError, InputError
from cbs_bench.vision.images import Pixels, load_image
from cbs_bench.walk import IMAGE_SUFFIXES

CLOSED_SUFFIXES = frozenset({".djvu", ".heic", ".heif", ".pdf", ".psd", ".rar", ".zip"})
"""How files end that may hold scans, too, which nothing here can open."""

DIGESTED = 1 << 16
"""Bytes at each end of a file: a night's scans are told apart in seconds."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")

LeftOut = Callable[[InputError], None]
"""Called with what is wrong with a scan or a folder that is left out; may raise it."""


class Scan(NamedTuple):
    """One scan that can be read.

    Attributes:
        name: Of the file, seen from the folder that was given; or the id of the dataset's row.
        path: The file; ``None`` for a row of a dataset.
        pixels: As :func:`load_image` gives them.
        digest: Of the file's size, beginning and end: it tells an image from another of the same
            name, wherever they lie. Empty for a row of a dataset.
    """

    name: str
    path: Path | None
    pixels: Pixels
    digest: str


def scans_in(paths: Sequence[Path], left_out: LeftOut) -> Iterator[tuple[str, Path | bytes]]:
    """Name and image of each scan, in a stable order; the names are known before any is opened.

    A scan has the same name whether it was given itself or with its folder. Among those of a
    folder are files that may hold scans but cannot be opened, so that the reader hears of them.

    Args:
        paths: Image files, folders with images anywhere below them, or datasets with the config
            ``slips``.
        left_out: Called with each subfolder that cannot be listed and each link that leads nowhere.

    Raises:
        InputError: If there is no such path, no scan in it, or another scan of the same name.
    """
    found = [_scans_of(path, left_out) for path in paths]
    names: set[str] = set()
    for name in chain.from_iterable(own for own, _ in found):
        if name in names:
            raise InputError(
                "two scans have this name", path=name, remedy="give the folder that holds both"
            )
        names.add(name)
    return chain.from_iterable(zip(own, images, strict=True) for own, images in found)


def _scans_of(path: Path, left_out: LeftOut) -> tuple[Sequence[str], Iterable[Path | bytes]]:
    """The names of the scans in a path, and their images, which are opened one by one."""
    if path.is_file():
        return [path.name], [path]
    if path.is_symlink() and not path.exists():
        left_out(InputError("this link leads nowhere", path=path, remedy="mend or remove it"))
        return [], []
    if not path.is_dir():
        raise InputError("no such file or folder", path=path, remedy="check the path")
    if reader.is_dataset(path):
        return _dataset_scans(path)
    images = files_of_scans(path, IMAGE_SUFFIXES | CLOSED_SUFFIXES, left_out)
    if not images:
        raise InputError(
            "no image here", path=path, remedy=f"supported: {' '.join(sorted(IMAGE_SUFFIXES))}"
        )
    return [image.relative_to(path).as_posix() for image in images], images


def _dataset_scans(folder: Path) -> tuple[Sequence[str], Iterable[bytes]]:
    if "slips" not in reader.configs(folder):
        raise InputError(
            "the dataset has no config `slips`",
            path=folder,
            remedy="build it from a corpus with slip images",
        )
    ids = [i for split in reader.SPLITS for i in reader.column(folder, "slips", split, "id")]
    rows = chain.from_iterable(reader.rows(folder, "slips", split) for split in reader.SPLITS)
    return ids, (row["image"]["bytes"] for row in rows)


class ReadableScans:
    """The scans in some paths; a broken one among thousands is left out, by its name.

    Args:
        paths: As :func:`scans_in` takes them.
        left_out: Called with what is wrong with each that cannot be read; may raise it.

    Raises:
        InputError: As :func:`scans_in`.

    Attributes:
        broken: How many were left out so far.
        passed_over: How many had been read before.
    """

    def __init__(self, paths: Sequence[Path], left_out: LeftOut) -> None:
        self._left_out = left_out
        self.broken = 0
        self.passed_over = 0
        self._scans = scans_in(paths, self._leave_out)

    def read(self, done: Callable[[str, str], bool] = lambda name, digest: False) -> Iterator[Scan]:
        """Each scan, once.

        Args:
            done: Whether the scan of a name and a digest was read before, and is passed over; a
                DataError of it leaves the scan out.
        """
        for name, image in self._scans:
            path = image if isinstance(image, Path) else None
            try:
                digest = _digest(path) if path else ""
                if done(name, digest):
                    self.passed_over += 1
                    continue
                pixels = _pixels(name, image)
            except DataError as error:
                self._leave_out(error)
                continue
            yield Scan(name, path, pixels, digest)

    def _leave_out(self, error: InputError) -> None:
        self.broken += 1
        self._left_out(error)


def _digest(image: Path) -> str:
    """Empty for what cannot be read, which is said by whoever opens it."""
    try:
        with image.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            parts = [file.read(DIGESTED)]
            file.seek(max(size - DIGESTED, 0))
            parts.append(file.read(DIGESTED))
    except OSError:
        return ""
    return hashlib.sha256(b"".join([str(size).encode(), *parts])).hexdigest()[:16]


def _pixels(name: str, image: Path | bytes) -> Pixels:
    """The pixels of a scan, or the error by the name it has here.

    Old disks hold names in other encodings, which neither JSON nor XML can; control characters
    are in no XML, and a tab or an end of line would break lines of text apart.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
        raise DataError("its name is not in UTF-8", path=shown, remedy="rename the file") from error
    if _CONTROL.search(name):
        shown = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", name)
        raise DataError("control character in its name", path=shown, remedy="rename the file")
    if name.lower().endswith(".pdf"):
        raise DataError("a PDF is no image", path=name, remedy="export its pages as PNG or TIFF")
    try:
        return load_image(image)
    except DataError as error:
        raise DataError(error.problem, path=name, remedy=error.remedy) from error
