"""TIFFs too large to unpack whole, read strip by strip or tile by tile.

A flat-bed scan of a tray of slips can have a billion pixels. Its glyphs are cut from the tiles
they lie on, and the picture of the slip is reduced by a whole number on the way. Each piece is
handed to Pillow as a small TIFF of its own, so that every compression Pillow knows works
(TIFF 6.0, sections 3 and 15). Values of sixteen bits are stretched as those of smaller scans are,
all pieces by the values of the whole.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbs_bench.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt

    from cbs_bench.vision.images import Pixels

    Values = npt.NDArray[Any]

WHOLE_PIXELS = 100_000_000
"""Up to here an image is unpacked whole, as every other format is."""

REDUCED_PIXELS = 25_000_000
PIECE_PIXELS = 64_000_000

_WIDTH, _HEIGHT, _ORIENTATION, _PLANAR = 256, 257, 274, 284
_STRIPS = {"offsets": 273, "counts": 279, "rows": 278}
_TILES = {"offsets": 324, "counts": 325, "width": 322, "height": 323}
_CARRIED = (258, 259, 262, 266, 277, 284, 317, 320, 338, 339, 347, 530, 532)
"""What a piece must say as the whole does: samples, compression, colours, JPEG tables."""


class TiffError(ValueError):
    """A TIFF that cannot be read piece by piece, and why."""


def is_large(path: Path) -> bool:
    """Whether ``path`` is a TIFF that must be read in pieces."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        return False
    width, height = opened(path, path.stat().st_mtime_ns).size
    return width * height > WHOLE_PIXELS


def reduction(path: Path) -> int:
    """The whole number by which a scan is reduced in its row; 1 unless it is large.

    Raises:
        OSError: If it cannot be read.
    """
    if not is_large(path):
        return 1
    width, height = opened(path, path.stat().st_mtime_ns).size
    return math.ceil(math.sqrt(width * height / REDUCED_PIXELS))


class PiecewiseTiff:
    """The first image of a TIFF.

    Args:
        path: The file.

    Attributes:
        size: Width and height in pixels.
    """

    def __init__(self, path: Path) -> None:
        from PIL import TiffImagePlugin

        # Not Image.open, which refuses such sizes: only the directory is read here.
        with path.open("rb") as file, TiffImagePlugin.TiffImageFile(file) as image:
            self._tags: dict[int, Any] = dict(image.tag_v2)
            self._types = dict(image.tag_v2.tagtype)
            self._order = image.tag_v2.prefix
        self._path = path
        self.size = (int(self._tags[_WIDTH]), int(self._tags[_HEIGHT]))
        tiled = _TILES["offsets"] in self._tags
        names = _TILES if tiled else _STRIPS
        rows = self._tags.get(names["height" if tiled else "rows"], self.size[1])
        self._piece = (
            self._tags[names["width"]] if tiled else self.size[0],
            min(rows, self.size[1]),
        )
        self._tiled = tiled
        self._offsets = self._tags[names["offsets"]]
        self._counts = self._tags[names["counts"]]

    def region(self, left: int, top: int, right: int, bottom: int) -> Pixels:
        """Pixels ``[bottom - top, right - left]``, or with three colours, as uint8.

        Raises:
            TiffError: If its pieces are too large, damaged or of an unusual kind.
        """
        import numpy as np

        from cbs_bench.vision.depth import scaled

        self._refuse_unusual()
        values = self._values(left, top, right, bottom)
        return values if values.dtype == np.uint8 else scaled(values, *self._ends)

    def reduced(self, factor: int) -> Pixels:
        """The whole image, each pixel the mean of a square of ``factor``; rests are cut off.

        Raises:
            TiffError: As :meth:`region`.
        """
        import numpy as np

        width = self.size[0] // factor * factor
        lines = []
        for top, bottom in self._slices(factor):
            band = self.region(0, top, width, bottom).astype(np.float32)
            squares = band.reshape((bottom - top) // factor, factor, -1, factor, *band.shape[2:])
            lines.append(squares.mean(axis=(1, 3)).round().astype(np.uint8))
        return np.concatenate(lines)

    def _slices(self, factor: int) -> Iterator[tuple[int, int]]:
        """Rows from top to bottom, in slices of whole squares about as high as a piece."""
        height = self.size[1] // factor * factor
        step = max(min(self._piece[1], 512) // factor, 1) * factor
        for top in range(0, height, step):
            yield top, min(top + step, height)

    def _values(self, left: int, top: int, right: int, bottom: int) -> Values:
        """A region as deep as it is stored."""
        import numpy as np

        across, down = self._piece
        bands = []
        for row in range(top // down, -(-bottom // down)):
            pieces = [self._unpack(row, n) for n in range(left // across, -(-right // across))]
            band = np.concatenate(pieces, axis=1)
            first, last = max(top - row * down, 0), min(bottom - row * down, down)
            start = left - left // across * across
            bands.append(band[first:last, start : start + right - left])
        return np.concatenate(bands)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Black and white of the whole image, sixteen bits deep."""
        import numpy as np

        from cbs_bench.vision.depth import ends_of

        histogram = np.zeros(1 << 16, np.int64)
        (width, height), down = self.size, self._piece[1]
        for top in range(0, height, down):
            for line in self._values(0, top, width, min(top + down, height)):
                histogram += np.bincount(line.ravel(), minlength=len(histogram))
        return ends_of(histogram)

    def _refuse_unusual(self) -> None:
        if self._tags.get(_PLANAR, 1) != 1:
            raise TiffError("its colours lie in separate planes; save it with them together")
        if self._tags.get(_ORIENTATION, 1) != 1:
            raise TiffError("it is to be turned when shown; save it upright")
        if self._piece[0] * self._piece[1] > PIECE_PIXELS:
            raise TiffError("it is one large strip; save it in tiles")

    def _unpack(self, row: int, column: int) -> Values:
        """The values of one strip or tile."""
        from PIL import TiffImagePlugin

        per_row = -(-self.size[0] // self._piece[0])
        number = row * per_row + column
        width, height = self._piece
        if not self._tiled:
            height = min(height, self.size[1] - row * height)
        directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=self._order)
        for tag in _CARRIED:
            if tag in self._tags:
                directory.tagtype[tag] = self._types[tag]
                directory[tag] = self._tags[tag]
        with self._path.open("rb") as file:
            file.seek(self._offsets[number])
            data = file.read(self._counts[number])
        directory[_WIDTH], directory[_HEIGHT] = width, height
        # Pillow counts the offset from the end of the directory.
        directory[_STRIPS["offsets"]], directory[_STRIPS["rows"]] = 0, height
        directory[_STRIPS["counts"]] = len(data)
        buffer = io.BytesIO()
        directory.save(buffer)
        buffer.write(data)
        try:
            return _values_of(buffer.getvalue())
        except DataError as error:
            raise TiffError(error.problem) from error


def _values_of(data: bytes) -> Values:
    """Grey or RGB values of a whole TIFF, as deep as they are."""
    import numpy as np
    from PIL import Image

    from cbs_bench.vision.depth import deep_colours, is_deep_colour
    from cbs_bench.vision.images import load_image

    with Image.open(io.BytesIO(data)) as image:
        if image.mode in ("I", "F"):
            raise TiffError("its values are signed or of 32 bits; save them with 16, unsigned")
        if image.mode.startswith("I;16"):
            return np.asarray(image, np.uint16)
        if not is_deep_colour(image):
            return load_image(data)
        if image.mode == "RGBA":
            raise TiffError("its colours of 16 bits are transparent; save it without transparency")
    return deep_colours(data, 0)


@lru_cache(maxsize=1)
def opened(path: Path, changed: int) -> PiecewiseTiff:
    """The last TIFF asked for; its directory can hold ten thousand tiles.

    Raises:
        OSError: If it is no readable TIFF.
    """
    del changed  # part of the key, for a file that is written anew
    try:
        return PiecewiseTiff(path)
    except (SyntaxError, KeyError, ValueError, TypeError) as error:
        raise OSError(f"no readable TIFF ({error})") from error
