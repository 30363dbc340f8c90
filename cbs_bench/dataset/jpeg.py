"""A quick way to see that a plain JPEG is whole.

Nearly all crops are small JPEGs, and Pillow spends most of its time on their headers. What is in
any way unusual here is left to Pillow, which also finds the words for what is wrong.
"""

from __future__ import annotations

import re
import struct

MAX_PIXELS = 16_000_000
"""Larger ones are left to Pillow, which need not unpack them at their full size."""

_SIZES = frozenset({0xC0, 0xC1})
"""Frames of the sequential processes, baseline and extended (ITU-T T.81, table B.1)."""

_FRAME = struct.Struct(">HHB")
"""Height, width and number of colours, after the precision."""

_START, _END = b"\xff\xd8", b"\xff\xd9"
_EXIF = 0xE1
_SCAN = 0xDA
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Neither a stuffed byte of the coded data nor a restart."""


def size_if_whole(data: bytes) -> tuple[int, int] | None:
    """Width and height of a grey or three-colour JPEG that decodes to its end, else None.

    Every bit of the coded data is read. Of a block of 8 x 8 pixels only the mean is computed: the
    rest of the transform cannot fail.
    """
    size = _size(data)
    if size is None or size[0] * size[1] > MAX_PIXELS:
        return None
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
    reduced = (-(-size[1] // 8), -(-size[0] // 8))
    return size if pixels is not None and pixels.shape == reduced else None


def _size(data: bytes) -> tuple[int, int] | None:
    """What the frame header says, if the segments are whole and the one scan ends the file."""
    size, place = None, 2
    if data[:2] != _START:
        return None
    while place + 9 < len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == _SCAN:
            after = _MARKER.search(data, place + 2)
            return size if after and after.group() == _END else None
        if marker == _EXIF:
            return None  # it may say that the picture is turned
        if marker in _SIZES:
            height, width, colours = _FRAME.unpack_from(data, place + 5)
            size = (width, height) if colours in (1, 3) else None
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None
