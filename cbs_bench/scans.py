"""The scans a path stands for: one image, a folder of images, or a built dataset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.walk import files_below

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".jp2"})


def scans_in(path: Path) -> Iterator[tuple[str, Path | bytes]]:
    """Name and image of each scan, in a stable order.

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
    images = files_below(path, IMAGE_SUFFIXES)
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
