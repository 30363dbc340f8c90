"""The bytes of an image as a row stores them: as they are, set upright, or one glyph cut out."""

from __future__ import annotations

import io
import math
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cbs_bench.dataset import archive, tiff
from cbs_bench.dataset.boxes import box_fault
from cbs_bench.errors import DataError
from cbs_bench.interfaces import ImageRef

if TYPE_CHECKING:
    from PIL.Image import Image

    from cbs_bench.vision.images import Pixels

Box = tuple[float, float, float, float]

UNREADABLE = (
    OSError, SyntaxError, ValueError, KeyError, TypeError, EOFError, RuntimeError, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip
"""What Pillow and zipfile raise on damaged data; a PNG's broken chunk is a SyntaxError, a page of
a TIFF without a size a TypeError."""

MAX_BYTES = 512 << 20
"""Of one encoded image; a zip member that unpacks to more is a bomb."""

MAX_PIXELS = 100_000_000
"""Of one image: three bytes each, twice while it is converted, stay below 1 GB."""

_KEPT_FORMATS = frozenset({"PNG", "JPEG", "WEBP"})
_KEPT_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})
_ORIENTATION = 0x0112
_ON_A_SIDE = frozenset({5, 6, 7, 8})


class BadRowError(ValueError):
    """A row breaks a rule; the message becomes the reason of a rejection."""


def encoded(reference: ImageRef) -> bytes:
    """The image a row asks for, encoded.

    Raises:
        BadRowError: If there is no readable image of reasonable size, or the box to cut out is
            not on it.
    """
    try:
        of_a_scan = reference.member is None and (reference.upright or reference.box)
        if of_a_scan and tiff.is_large(reference.path):
            return _piecewise(reference)
        if reference.box is not None:
            scan = reference._replace(box=None, upright=False)
            return _cut(_pixels(scan), reference.box)
        data = _read(reference)
        return _upright(data, reference) if reference.upright else data
    except BadRowError:
        raise
    except UNREADABLE as error:
        raise BadRowError(f"unreadable image: {brief(error)}") from error


def brief(error: Exception) -> str:
    """Without the path or an address: they are of this machine, and ``where`` names the file."""
    from PIL import UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return "of no format that is known"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split()) or type(error).__name__


def upright_size(path: Path) -> tuple[int, int]:
    """Width and height of an image turned by its EXIF mark, mostly from its header alone.

    Raises:
        BadRowError: If there is no readable image of reasonable size.
    """
    try:
        if tiff.is_large(path):
            return tiff.opened(path, path.stat().st_mtime_ns).size
        with opened(path) as image:
            if getattr(image, "n_frames", 1) == 1:
                return shown_size(image)
        height, width = _pixels(ImageRef(path)).shape[:2]  # a TIFF may begin with a preview
        return width, height
    except BadRowError:
        raise
    except UNREADABLE as error:
        raise BadRowError(f"unreadable image: {brief(error)}") from error


def shown_size(image: Image) -> tuple[int, int]:
    """Width and height of an open image once it is turned by its EXIF mark."""
    return image.size[::-1] if image.getexif().get(_ORIENTATION) in _ON_A_SIDE else image.size


@contextmanager
def opened(data: bytes | Path) -> Iterator[Image]:
    """An image whose header is read and whose pixels are not yet.

    Raises:
        BadRowError: If it has too many pixels.
    """
    from PIL import Image

    with warnings.catch_warnings():
        # Pillow warns at sizes that are usual for scans; the limit here is our own.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(io.BytesIO(data) if isinstance(data, bytes) else data)
        except Image.DecompressionBombError as error:
            raise BadRowError(f"image too large: {brief(error)}") from error
    with image:
        if image.width * image.height > MAX_PIXELS:
            raise BadRowError(
                f"image too large: {image.width} x {image.height} pixels, over {MAX_PIXELS:,}"
            )
        yield image


def _read(reference: ImageRef) -> bytes:
    path, member = reference.path, reference.member
    if reference.place is not None:
        size = max(reference.place[1:3])  # packed or not
    else:
        size = path.stat().st_size if member is None else _archive(path).getinfo(member).file_size
    if size > MAX_BYTES:
        raise BadRowError(f"image too large: {size:,} bytes, over {MAX_BYTES:,}")
    if reference.place is not None:
        return archive.read(path, reference.place)
    return path.read_bytes() if member is None else _archive(path).read(member)


@lru_cache(maxsize=2)
def _archive(path: Path) -> zipfile.ZipFile:
    """For members without a known place; opened once a process."""
    return zipfile.ZipFile(path)


def _upright(data: bytes, reference: ImageRef) -> bytes:
    """The same bytes where every reader gets them right, else a PNG of the pixels."""
    from cbs_bench.vision.depth import is_deep_colour

    with opened(data) as image:
        right = not is_deep_colour(image) and image.getexif().get(_ORIENTATION, 1) == 1
        if image.format in _KEPT_FORMATS and image.mode in _KEPT_MODES and right:
            return data
    return _png(_pixels(reference._replace(upright=False)))


def _piecewise(reference: ImageRef) -> bytes:
    """A large TIFF reduced, or a glyph cut from it at full size."""
    path = reference.path
    scan = tiff.opened(path, path.stat().st_mtime_ns)
    if reference.box is None:
        return _png(scan.reduced(tiff.reduction(path)))
    return _png(scan.region(*_corners(reference.box, *scan.size)))


@lru_cache(maxsize=1)
def _pixels(reference: ImageRef) -> Pixels:
    """Kept for the glyphs of one scan, which follow each other."""
    from cbs_bench.vision.images import load_image

    data = _read(reference)
    with opened(data):
        pass  # its size is checked
    try:
        return load_image(data)
    except DataError as error:
        raise BadRowError(f"unreadable image: {error.problem}") from error


def _cut(pixels: Pixels, box: Box) -> bytes:
    """A PNG of the box."""
    left, top, right, bottom = _corners(box, pixels.shape[1], pixels.shape[0])
    return _png(pixels[top:bottom, left:right])


def _corners(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box, rounded outwards to whole pixels."""
    fault = box_fault(box, width, height)
    if fault:
        raise BadRowError(f"box {list(box)} {fault} (image {width} x {height})")
    x, y, across, down = box
    right, bottom = min(math.ceil(x + across), width), min(math.ceil(y + down), height)
    return max(math.floor(x), 0), max(math.floor(y), 0), right, bottom


def _png(pixels: Pixels) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
