"""A quick way to see that a plain JPEG is whole.

Nearly all crops are small JPEGs, and Pillow spends most of its time on their headers. What is in
any way unusual here is left to Pillow, which also finds the words for what is wrong.
"""

from __future__ import annotations

import struct

MAX_PIXELS = 16_000_000
"""Larger ones are left to Pillow, which need not unpack them at their full size."""

_SIZES = frozenset({0xC0, 0xC1, 0xC2})
"""Frames of the common processes: baseline, extended and progressive (ITU-T T.81, table B.1)."""

_FRAME = struct.Struct(">HHB")
"""Height, width and number of colours, after the precision."""

_EXIF = 0xE1
_SCAN = 0xDA


def size_if_whole(data: bytes) -> tuple[int, int] | None:
    """Width and height of a grey or three-colour JPEG that decodes to its end, else None."""
    size = _size(data)
    if size is None or size[0] * size[1] > MAX_PIXELS:
        return None
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    return size if pixels is not None and pixels.shape == size[::-1] else None


def _size(data: bytes) -> tuple[int, int] | None:
    """What the frame header says, of the segments before the first scan (T.81, B.1.1)."""
    if data[:2] != b"\xff\xd8":
        return None
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker in _SIZES:
            height, width, colours = _FRAME.unpack_from(data, place + 5)
            return (width, height) if colours in (1, 3) else None
        if marker in (_EXIF, _SCAN):
            return None  # EXIF may say that the picture is turned
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None
