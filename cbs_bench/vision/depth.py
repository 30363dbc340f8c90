"""Scans of more than eight bits a value: read as deep as they are, stretched to eight."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from cbs_bench.errors import DataError

CLIPPED = 0.1
"""Percent of the values at either end that become black or white: a hot pixel sets no scale."""
SHOWN = (CLIPPED, 100 - CLIPPED)
"""The percentiles that are the ends of the scale."""


def stretched(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Numbers of any range as uint8, from black to white; channels keep their proportions.

    Raises:
        DataError: If some are no finite numbers.
    """
    if not np.isfinite(values).all():
        raise DataError(
            "some of its pixels are no finite numbers",
            remedy="fill them and export it as PNG, TIFF or JPEG",
        )
    low, high = np.percentile(values, SHOWN)
    if low == high:  # a page with next to nothing on it
        low, high = values.min(), values.max()
    return scaled(values, float(low), float(high))


def ends_of(histogram: npt.NDArray[np.int64]) -> tuple[float, float]:
    """What :func:`stretched` makes black and white, by how often each number from 0 is there."""
    numbers = np.flatnonzero(histogram)
    after = np.cumsum(histogram[numbers])
    # Between the last place of a number and the first of the next one lies a straight line.
    places = np.stack([after - histogram[numbers], after - 1], axis=1).ravel()
    wanted = np.array(SHOWN) / 100 * places[-1]
    low, high = np.interp(wanted, places, numbers.repeat(2))
    if low == high:
        low, high = numbers[0], numbers[-1]
    return float(low), float(high)


def scaled(values: npt.NDArray[Any], black: float, white: float) -> npt.NDArray[np.uint8]:
    """Numbers as uint8, of which ``black`` becomes 0 and ``white`` 255."""
    scale = 255 / max(white - black, 1e-6)
    grey: npt.NDArray[np.uint8] = (
        ((values.astype(np.float32) - black) * scale).clip(0, 255).astype(np.uint8)
    )
    return grey


def is_deep_colour(image: Image.Image) -> bool:
    """Whether a file that Pillow has opened, not yet loaded, has colours of sixteen bits."""
    tiles = getattr(image, "tile", [])
    return image.mode in ("RGB", "RGBA") and any(";16" in str(tile[3]) for tile in tiles)


def deep_colours(data: bytes, page: int) -> npt.NDArray[np.uint16]:
    """The colours of a file, upright, ``[height, width, 3]`` (RGB); Pillow keeps eight bits.

    Args:
        data: The file.
        page: Which of its pages, from 0.

    Raises:
        DataError: If they are stored in a way that cannot be read.
    """
    buffer = np.frombuffer(data, dtype=np.uint8)
    flags = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR
    _, pages = cv2.imdecodemulti(buffer, flags, range=(page, page + 1))
    if not pages:
        raise DataError(
            "its colours of 16 bits cannot be read", remedy="export it as PNG with 8 bits"
        )
    colours: npt.NDArray[np.uint16] = pages[0][:, :, ::-1]
    return colours
