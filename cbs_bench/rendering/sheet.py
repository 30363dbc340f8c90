"""A scan as a scanner makes it: slips side by side, leaning, on a ground, with labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.rendering.bamboo import Pixels, photograph
from cbs_bench.rendering.brush import Generator
from cbs_bench.rendering.fonts import Mask
from cbs_bench.rendering.slip import Strip

JITTER = 0.5
"""Degrees: the spread of the slips of one sheet about its tilt."""

Matrix = npt.NDArray[np.float64]
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture of slips and where their graphs stand.

    Attributes:
        image: ``[height, width]`` uint8, grey.
        boxes: ``(x, y, width, height)`` of each graph in pixels, in reading order: slips from
            right to left, each from top to bottom.
    """

    image: Pixels
    boxes: list[Rectangle]


def lay_out(
    strips: Sequence[Strip], generator: Generator, *, tilt: float = 0.0, labels: bool = False
) -> Sheet:
    """Photograph strips beside each other.

    Args:
        strips: From right to left.
        generator: Decides ground, distances and what the labels say.
        tilt: Of all slips, in degrees against the clock.
        labels: Whether numbers, a ruler and a grey scale lie around the slips.
    """
    unit = float(np.mean([strip.surface.shape[1] for strip in strips]))
    places, (width, height) = _places(strips, generator, unit)
    band = int(unit * generator.uniform(1.2, 2)) if labels else 0
    frame = _turn(tilt, width, height)
    across, down = _extent(frame, width, height)
    canvas = _ground(down + 2 * band, across + 2 * band, generator)
    shift = _translation(band - _extreme(frame, width, height)[0],
                         band - _extreme(frame, width, height)[1])  # fmt: skip
    boxes: list[Rectangle] = []
    for strip, (x, y) in zip(strips, places, strict=True):
        tall, wide = strip.surface.shape
        lean = float(generator.normal(0, JITTER))
        matrix = shift @ frame @ _translation(x, y) @ _turn(lean, wide, tall)
        # Pixels outside the strip stay as they are.
        cv2.warpAffine(
            strip.surface, matrix[:2], canvas.shape[::-1], dst=canvas,
            flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT,
        )  # fmt: skip
        boxes += [_turned(box, matrix, tilt + lean) for box in strip.boxes]
    if labels:
        _label(canvas, band, generator)
    return Sheet(photograph(canvas, generator), boxes)


def _places(
    strips: Sequence[Strip], generator: Generator, unit: float
) -> tuple[list[tuple[float, float]], tuple[int, int]]:
    """Left top corner of each strip before the sheet is turned, and the size of the whole."""
    margin = unit * generator.uniform(0.1, 1.2)
    tallest = max(strip.surface.shape[0] for strip in strips)
    left = margin
    lefts: list[float] = []
    for strip in reversed(strips):
        lefts.append(left)
        left += strip.surface.shape[1] + unit * generator.uniform(0.15, 1.0)
    slack = [tallest - strip.surface.shape[0] for strip in strips]
    tops = [margin + generator.uniform(0, 0.5) * free for free in slack]
    size = (int(left + margin), int(tallest + 2 * margin))
    return list(zip(reversed(lefts), tops, strict=True)), size


def _ground(height: int, width: int, generator: Generator) -> Mask:
    """Paper, cloth or a black table, with a little grain."""
    ranges = ((0.85, 1.0), (0.85, 1.0), (0.0, 0.15), (0.3, 0.7))
    low, high = ranges[int(generator.integers(len(ranges)))]
    coarse = generator.normal(0, 0.02, (8, 8)).astype(np.float32)
    shade = np.float32(generator.uniform(low, high)) + cv2.resize(coarse, (width, height))
    ground: Mask = np.clip(shade, 0, 1).astype(np.float32)
    return ground


def _label(canvas: Mask, band: int, generator: Generator) -> None:
    """Numbers above and below, a ruler at the side, a grey scale in a corner."""
    height, width = canvas.shape
    ink = 0.05 if float(np.median(canvas[:band])) > 0.4 else 0.95
    size = band / 22 * float(generator.uniform(0.3, 0.6))
    writing = np.zeros(canvas.shape, dtype=np.uint8)  # OpenCV writes on nothing else
    for y in (band * 3 // 4, height - band // 4):
        x = int(generator.integers(0, band))
        while x < width - band:
            text = str(int(generator.integers(1, 400)))
            cv2.putText(writing, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, 255, 1, cv2.LINE_AA)
            x += int(band * generator.uniform(1.0, 3.0))
    canvas += (np.float32(ink) - canvas) * (writing / np.float32(255))
    step = max(band // 4, 3)
    for number, y in enumerate(range(band, height - band, step)):
        cv2.line(canvas, (0, y), (band // (4 if number % 5 else 2), y), ink, 1)
    for number in range(5):
        x = width - band + number * band // 6
        canvas[height - band // 2 : height - band // 4, x : x + band // 6] = number / 5


def _turn(degrees: float, width: int, height: int) -> Matrix:
    """Rotation about the centre of a rectangle, as a 3 x 3 matrix."""
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.vstack([turn, [0, 0, 1]])


def _translation(x: float, y: float) -> Matrix:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], dtype=np.float64)


def _corners(matrix: Matrix, width: int, height: int) -> npt.NDArray[np.float64]:
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    placed: npt.NDArray[np.float64] = (matrix @ corners)[:2]
    return placed


def _extreme(matrix: Matrix, width: int, height: int) -> tuple[float, float]:
    left, top = _corners(matrix, width, height).min(axis=1)
    return float(left), float(top)


def _extent(matrix: Matrix, width: int, height: int) -> tuple[int, int]:
    corners = _corners(matrix, width, height)
    across, down = np.ceil(corners.max(axis=1) - corners.min(axis=1)).astype(int)
    return int(across), int(down)


def _turned(box: Rectangle, matrix: Matrix, degrees: float) -> Rectangle:
    """Upright box of a turned graph: that of the ellipse in its box, for ink fills no corners."""
    x, y, width, height = box
    centre = matrix @ (x + width / 2, y + height / 2, 1)
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    across = float(np.hypot(width * cosine, height * sine))
    down = float(np.hypot(width * sine, height * cosine))
    return float(centre[0]) - across / 2, float(centre[1]) - down / 2, across, down
