"""The scans a path stands for: one image, a folder of images, or a built dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cbs_bench.dataset import reader
from cbs_bench.dataset.scan_files import files_of_scans
from cbs_bench.errors import DataError, InputError
from cbs_bench.vision.images import Pixels, load_image
from cbs_bench.walk import IMAGE_SUFFIXES

CLOSED_SUFFIXES = frozenset({".djvu", ".heic", ".heif", ".pdf", ".psd", ".rar", ".zip"})
"""How files end that may hold scans, too, which nothing here can open."""


def scans_in(path: Path) -> Iterator[tuple[str, Path | bytes]]:
    """Name and image of each scan, in a stable order.

    Among those of a folder are files that may hold scans but cannot be opened, so that the reader
    hears of them.

    Args:
        path: An image file, a folder with images anywhere below it, or a dataset with
            the config ``slips``.

    Raises:
        InputError: If there is no such path, or no scan in it.
    """
    if path.is_file():
        yield str(path), path
        return
    if not path.is_dir():
        raise InputError("no such file or folder", path=path, remedy="check the path")
    if reader.is_dataset(path):
        yield from _dataset_scans(path)
        return
    images = files_of_scans(path, IMAGE_SUFFIXES | CLOSED_SUFFIXES)
    if not images:
        raise InputError(
            "no image here", path=path, remedy=f"supported: {' '.join(sorted(IMAGE_SUFFIXES))}"
        )
    yield from ((str(image.relative_to(path)), image) for image in images)


def _dataset_scans(folder: Path) -> Iterator[tuple[str, bytes]]:
    if "slips" not in reader.configs(folder):
        raise InputError(
            "the dataset has no config `slips`",
            path=folder,
            remedy="build it from a corpus with slip images",
        )
    for split in reader.SPLITS:
        for row in reader.rows(folder, "slips", split):
            yield row["id"], row["image"]["bytes"]


class ReadableScans:
    """The pixels of scans; a broken one among thousands is left out, by its name.

    Args:
        scans: Name and image of each, as ``scans_in`` gives them.
        left_out: Called with what is wrong with each that cannot be read; may raise it.

    Attributes:
        broken: How many there were so far.
    """

    def __init__(
        self, scans: Iterable[tuple[str, Path | bytes]], left_out: Callable[[DataError], None]
    ) -> None:
        self._scans = scans
        self._left_out = left_out
        self.broken = 0

    def __iter__(self) -> Iterator[tuple[str, Pixels]]:
        for name, image in self._scans:
            try:
                pixels = _pixels(name, image)
            except DataError as error:
                self.broken += 1
                self._left_out(error)
                continue
            yield name, pixels


def _pixels(name: str, image: Path | bytes) -> Pixels:
    """The pixels of a scan, or the error by the name it has here.

    Old disks hold names in other encodings, which neither JSON nor XML can.
    """
    try:
        name.encode("utf-8")
        return load_image(image)
    except UnicodeEncodeError as error:
        shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
        raise DataError("its name is not in UTF-8", path=shown, remedy="rename the file") from error
    except DataError as error:
        raise DataError(error.problem, path=name, remedy=error.remedy) from error
