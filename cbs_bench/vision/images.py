"""Any image a scanner writes, as uint8 pixels."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from cbs_bench.errors import DataError
from cbs_bench.vision.depth import deep_colours, is_deep_colour, stretched

Pixels = npt.NDArray[np.uint8]
ImageSource = Path | str | bytes | Pixels | Image.Image

MAX_PIXELS = 400_000_000

_LIMIT = Lock()
"""Held while Pillow's limit, which is one for the whole process, is lifted."""

_UNREADABLE = (
    OSError, SyntaxError, ValueError, KeyError, TypeError, Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow raises on damaged data; a page of a TIFF without a size is a TypeError."""

_SUBFILE_TYPE, _REDUCED = 254, 1
"""The TIFF tag that tells a preview from a page (TIFF 6.0, section 8)."""


def load_image(source: ImageSource) -> Pixels:
    """Pixels of a path, of encoded bytes, of an image of Pillow, or of an array as it is.

    EXIF rotation is applied, 16-bit and float values are stretched to their range, CMYK and
    palettes become RGB, and transparency is laid on white.

    Args:
        source: A path, the bytes of an image file, an image of Pillow, such as ``datasets``
            gives, or uint8 pixels ``[height, width]`` or ``[height, width, 3]`` (RGB).

    Returns:
        ``[height, width]`` for grey images, ``[height, width, 3]`` (RGB) for others.

    Raises:
        DataError: If there is no readable image of reasonable size, or several pages are.
    """
    if isinstance(source, np.ndarray):
        return _checked_array(source)
    if isinstance(source, Image.Image):
        return _pixels(ImageOps.exif_transpose(source))
    name = "image" if isinstance(source, bytes) else str(source)
    try:
        with _opened(io.BytesIO(source) if isinstance(source, bytes) else source) as opened:
            return _pixels(_page(opened, source))
    except DataError as error:
        raise DataError(error.problem, path=name, remedy=error.remedy) from error
    except FileNotFoundError as error:
        raise DataError("no such file", path=name, remedy="check the path") from error
    except _UNREADABLE as error:
        # What Pillow says of a format it does not know is an address in memory.
        unknown = isinstance(error, UnidentifiedImageError)
        reason = "of no format that is known" if unknown else error
        raise DataError(
            f"not a readable image ({reason})", path=name, remedy="export it as PNG, TIFF or JPEG"
        ) from error


def to_grey(pixels: Pixels) -> Pixels:
    """``[height, width]`` luma of grey or RGB pixels."""
    if pixels.ndim == 2:
        return pixels
    weights = np.array([0.299, 0.587, 0.114], dtype=np.float32)
    grey: Pixels = (pixels @ weights).astype(np.uint8)
    return grey


def resize(grey: Pixels, scale: float) -> Pixels:
    """Grey pixels at another scale; no side vanishes."""
    height, width = grey.shape
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized: Pixels = cv2.resize(grey, size, interpolation=how)
    return resized


def _opened(file: io.BytesIO | str | Path) -> Image.Image:
    """An image whose header is read; Pillow's own limit is lower than :data:`MAX_PIXELS`."""
    with _LIMIT:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(file)
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _turn_to_page(image: Image.Image) -> None:
    """The one page of a TIFF, which may have previews besides; others have no pages."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile) or image.n_frames == 1:
        return
    pages = []
    for number in range(image.n_frames):
        image.seek(number)
        if not image.tag_v2.get(_SUBFILE_TYPE, 0) & _REDUCED:
            pages.append(number)
    if len(pages) > 1:
        raise DataError(f"it has {len(pages)} pages", remedy="save each page as a file of its own")
    image.seek(pages[0] if pages else 0)


def _page(opened: Image.Image, source: Path | str | bytes) -> Image.Image:
    """The one page of a file, upright."""
    if opened.width * opened.height > MAX_PIXELS:
        raise DataError(
            f"{opened.width} x {opened.height} pixels are too many",
            remedy=f"scale it below {MAX_PIXELS:,} pixels",
        )
    with warnings.catch_warnings():
        # Our own limit is checked above; Pillow would only warn.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        _turn_to_page(opened)
        deep = is_deep_colour(opened)
        upright = ImageOps.exif_transpose(opened)
    if not deep:
        return upright
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    colours = Image.fromarray(stretched(deep_colours(data, opened.tell())))
    if upright.mode == "RGBA":
        colours.putalpha(upright.getchannel("A"))
    return colours


def _pixels(image: Image.Image) -> Pixels:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return stretched(np.asarray(image))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"), dtype=np.uint8)


def _checked_array(pixels: Pixels) -> Pixels:
    right_shape = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
    if pixels.dtype != np.uint8 or not right_shape or 0 in pixels.shape:
        raise DataError(
            f"array of {pixels.dtype} {pixels.shape} is no image",
            remedy="give uint8 pixels, H x W or H x W x 3",
        )
    return pixels
