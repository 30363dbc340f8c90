"""A quick way to see that a plain JPEG is whole.

Nearly all crops are small JPEGs, and Pillow spends most of its time on their headers. What is in
any way unusual here is left to Pillow, which also finds the words for what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

MAX_PIXELS = 16_000_000
"""Larger ones are left to Pillow, which need not unpack them at their full size."""

_SIZES = frozenset({0xC0, 0xC1, 0xC2})
"""Frames of the common processes: baseline, extended and progressive (ITU-T T.81, table B.1)."""

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
    for marker, start in _segments(data):
        if marker == _EXIF:
            return None  # it may say that the picture is turned
        if marker in _SIZES:
            height = int.from_bytes(data[start + 3 : start + 5], "big")
            width = int.from_bytes(data[start + 5 : start + 7], "big")
            return (width, height) if data[start + 7 : start + 8] in (b"\x01", b"\x03") else None
    return None


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker and start of each segment before the first scan."""
    place = 2 if data[:2] == b"\xff\xd8" else len(data)
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != _SCAN:
        yield data[place + 1], place + 2
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
