"""Fonts that draw the graphs asked of them.

A font's character map is no proof: several brush fonts map thousands of code points to empty
or placeholder outlines. What counts is ink.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from cbs_bench.errors import InputError
from cbs_bench.walk import files_below

Mask = npt.NDArray[np.float32]

SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".woff", ".woff2"})
DRAWING_SIZE = 96
NEVER_ASSIGNED = "\U000effff"


class Font:
    """One face of a font file.

    Args:
        path: The font file.
        size: Drawing size in pixels.
    """

    def __init__(self, path: Path, size: int = DRAWING_SIZE) -> None:
        self.path = path
        self.size = size
        try:
            self._face = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
        except OSError as error:
            raise InputError(
                f"not a font ({error})", path=path, remedy="give TrueType or OpenType files"
            ) from error
        self._placeholder = self._draw(NEVER_ASSIGNED)
        self._mask = lru_cache(maxsize=4096)(self._mask_of)

    def mask(self, character: str) -> Mask | None:
        """Ink of one character cropped to its extent, ``[height, width]`` in 0 to 1.

        Returns:
            ``None`` where the font draws nothing or its placeholder.
        """
        return self._mask(character)

    def _mask_of(self, character: str) -> Mask | None:
        drawn = self._draw(character)
        if drawn is None or (
            self._placeholder is not None and np.array_equal(drawn, self._placeholder)
        ):
            return None
        return drawn

    def _draw(self, character: str) -> Mask | None:
        canvas = Image.new("L", (2 * self.size, 2 * self.size))
        place = (self.size // 2, self.size // 2)
        ImageDraw.Draw(canvas).text(place, character, font=self._face, fill=255)
        extent = canvas.getbbox()
        if extent is None:
            return None
        ink: Mask = np.asarray(canvas.crop(extent), dtype=np.float32) / np.float32(255)
        return ink


def find_fonts(paths: Iterable[Path]) -> list[Font]:
    """Every font file at or below ``paths``, in order of path.

    Those in a folder that have no outlines, such as bitmap fonts of emoji, are passed over.

    Raises:
        InputError: If there is none, or a file that is given is none.
    """
    given = list(paths)
    fonts: list[Font] = []
    for path in given:
        fonts += _fonts_below(path) if path.is_dir() else [Font(path)]
    if not fonts:
        raise InputError(
            "no font here",
            path=" ".join(map(str, given)),
            remedy="install fonts with Han characters, such as fonts-hanazono",
        )
    return fonts


def _fonts_below(folder: Path) -> Iterator[Font]:
    for file in files_below(folder, SUFFIXES):
        with suppress(InputError):
            yield Font(file)


def covering(fonts: Sequence[Font], characters: Iterable[str]) -> list[Font]:
    """The fonts that draw all of ``characters``."""
    wanted = list(characters)
    return [font for font in fonts if all(font.mask(c) is not None for c in wanted)]
