"""What a hand and a brush do to a graph: warp, stroke width, dry ink."""

from __future__ import annotations

import cv2
import numpy as np

from cbs_bench.rendering.fonts import Mask

Generator = np.random.Generator


def write(mask: Mask, generator: Generator, *, height: int, width: int) -> Mask:
    """A mask as one hand would write it, fitted to ``height`` x ``width`` pixels.

    Args:
        mask: Clean ink, ``[height, width]`` in 0 to 1.
        generator: Decides every distortion.
        height: Height of the written graph in pixels.
        width: Width of the written graph in pixels.
    """
    # A border keeps warped strokes inside the picture.
    padded = cv2.copyMakeBorder(mask, 6, 6, 6, 6, cv2.BORDER_CONSTANT, value=0)
    square = cv2.resize(padded, (64, 64), interpolation=cv2.INTER_AREA)
    warped = _warp(square, generator)
    inked = _stroke_width(warped, generator)
    fitted = cv2.resize(_trim(inked), (width, height), interpolation=cv2.INTER_AREA)
    written: Mask = np.clip(fitted * _dryness(fitted.shape, generator), 0, 1)
    return written.astype(np.float32)


def _warp(mask: Mask, generator: Generator) -> Mask:
    """A smooth random displacement on top of slant, rotation and squeeze."""
    height, width = mask.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    slant, squeeze = generator.normal(0, 0.12), generator.normal(0, 0.12)
    turn = generator.normal(0, 0.07)
    y, x = rows - height / 2, columns - width / 2
    map_x = x * (1 + squeeze) + y * (slant + turn) + width / 2
    map_y = y * (1 - squeeze) - x * (slant * 0.3 + turn) + height / 2
    bent_x = (map_x + _bend(height, width, generator)).astype(np.float32)
    bent_y = (map_y + _bend(height, width, generator)).astype(np.float32)
    warped: Mask = cv2.remap(mask, bent_x, bent_y, cv2.INTER_LINEAR)
    return warped


def _bend(height: int, width: int, generator: Generator) -> Mask:
    """A displacement field that is smooth over a fifth of the picture, in pixels."""
    coarse = generator.normal(0, generator.uniform(1.0, 3.5), (5, 5)).astype(np.float32)
    field: Mask = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return field


def _stroke_width(mask: Mask, generator: Generator) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    choice = generator.random()
    changed: Mask = mask
    if choice < 0.4:
        changed = cv2.dilate(mask, kernel)
    elif choice < 0.55:
        changed = cv2.dilate(mask, kernel, iterations=2)
    elif choice > 0.9:
        changed = cv2.erode(mask, kernel)
    return changed if changed.max() > 0.3 else mask


def _trim(mask: Mask) -> Mask:
    ink = mask > 0.15
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size == 0:
        return mask
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _dryness(shape: tuple[int, ...], generator: Generator) -> Mask:
    """Ink strength from 0 to 1: pale patches and streaks along the fibre."""
    height, width = shape
    patches = generator.random((max(height // 8, 2), max(width // 6, 2))).astype(np.float32)
    streaks = generator.random((2, width)).astype(np.float32)
    field = cv2.resize(patches, (width, height)) + 0.5 * cv2.resize(streaks, (width, height))
    worn = generator.uniform(0, 0.5) if generator.random() < 0.6 else 0.0
    strength: Mask = np.clip((field - worn) * 4, 0.25, 1).astype(np.float32)
    return strength
