"""Slips for the detector: rendered ones, and real ones of built datasets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.dataset import reader
from cbs_bench.rendering.bamboo import bamboo, damage, photograph
from cbs_bench.rendering.fonts import Font
from cbs_bench.rendering.slip import Strip, render_slip
from cbs_bench.types import Box
from cbs_bench.vision.detector import SLIP_WIDTH, STRIDE, prepare_slip
from cbs_bench.vision.images import Pixels, load_image, to_grey

CROP_HEIGHT, CROP_WIDTH = 384, 96

Array = npt.NDArray[np.float32]
Batch = tuple[Array, Array]


@dataclass(frozen=True)
class Slip:
    """A picture of one slip and its boxes.

    Attributes:
        pixels: Grey, uint8.
        boxes: Of its characters.
        split: ``train``, ``validation`` or ``test``.
    """

    pixels: Pixels
    boxes: list[Box]
    split: str


def read_slips(folders: Sequence[Path]) -> list[Slip]:
    """Every slip in the ``slips`` configs of ``folders``."""
    return [
        Slip(
            to_grey(load_image(row["image"]["bytes"])),
            [Box(*bbox) for bbox in row["objects"]["bbox"]],
            split,
        )
        for folder in folders
        if "slips" in reader.configs(folder)
        for split in reader.SPLITS
        for row in reader.rows(folder, "slips", split)
    ]


def rendered_slips(
    graphs: Sequence[str], fonts: Sequence[Font], count: int, seed: int
) -> list[Slip]:
    """Slips written by the renderer, each in one hand of ``fonts`` with the others to help out."""
    generator = np.random.default_rng(seed)
    slips: list[Slip] = []
    for _ in range(count):
        text = list(generator.choice(graphs, int(generator.integers(8, 24))))
        hands = [fonts[int(generator.integers(len(fonts)))], *fonts]
        width = int(generator.integers(24, 97))
        slip = render_slip(
            text, fonts=hands, seed=int(generator.integers(2**31)), width=width,
            wear=float(generator.uniform(0, 2)),
        )  # fmt: skip
        slips.append(Slip(slip.image, [Box(*box) for box in slip.boxes], "train"))
    return slips


def composed_slips(crops: Sequence[Pixels], count: int, seed: int) -> list[Slip]:
    """Slips put together from real crops: their ink, on drawn bamboo.

    Args:
        crops: Grey pictures of single characters.
        count: How many slips.
        seed: Draws crops, sizes and places.
    """
    generator = np.random.default_rng(seed)
    return [_composed(crops, generator) for _ in range(count)]


def _composed(crops: Sequence[Pixels], generator: np.random.Generator) -> Slip:
    width, count = int(generator.integers(24, 97)), int(generator.integers(8, 24))
    strip = compose_strip(crops, generator, count=count, width=width)
    worn = damage(strip.surface, generator, float(generator.uniform(0, 2)))
    return Slip(photograph(worn, generator), [Box(*box) for box in strip.boxes], "train")


def compose_strip(
    crops: Sequence[Pixels], generator: np.random.Generator, *, count: int, width: int
) -> Strip:
    """One strip of ``count`` crops, or as many as find room, drawn from ``crops``.

    Args:
        crops: Grey pictures of single characters.
        generator: Draws crops, sizes and places.
        count: Of characters.
        width: Of the strip, in pixels.
    """
    chosen = generator.choice(len(crops), count)
    surface = bamboo(int(len(chosen) * 2.4 * width), width, generator)
    top = float(generator.uniform(0, width))
    places: list[tuple[int, int, int, int]] = []
    for index in chosen:
        crop = crops[int(index)]
        wide = int(width * generator.uniform(0.6, 0.98))
        tall = max(int(wide * crop.shape[0] / crop.shape[1]), 6)
        y, x = int(top), int(generator.integers(0, width - wide + 1))
        if y + tall > surface.shape[0]:
            break
        paper = max(float(np.percentile(crop, 75)), 1.0)
        ink = np.clip(
            1 - cv2.resize(crop, (wide, tall), interpolation=cv2.INTER_AREA) / paper, 0, 1
        )
        surface[y : y + tall, x : x + wide] *= 1 - ink.astype(np.float32)
        places.append((x, y, wide, tall))
        top += tall + width * float(generator.uniform(0, 0.5))
    return Strip(surface[: min(int(top) + 2, surface.shape[0])], places)


def crops_of_slips(slips: Sequence[Slip], size: int, seed: int) -> Iterator[Batch]:
    """Endless batches of slip pieces with their targets.

    Yields:
        Pictures ``[size, 1, 384, 96]`` and targets ``[size, 6, 96, 24]``: centre heatmap, log
        width, log height, offsets, and where a centre is.
    """
    generator = np.random.default_rng(seed)
    while True:
        pairs = [_piece(slips[int(generator.integers(len(slips)))], generator) for _ in range(size)]
        yield np.stack([p for p, _ in pairs])[:, None], np.stack([t for _, t in pairs])


def _piece(slip: Slip, generator: np.random.Generator) -> tuple[Array, Array]:
    scale = SLIP_WIDTH / slip.pixels.shape[1] * float(generator.uniform(0.8, 1.25))
    picture = prepare_slip(_shade(slip.pixels, generator), scale)
    top = int(generator.integers(0, max(picture.shape[0] - CROP_HEIGHT, 0) + 1))
    left = int(generator.integers(0, max(CROP_WIDTH - picture.shape[1], 0) + 1))
    canvas = np.full((CROP_HEIGHT, CROP_WIDTH), generator.normal(0, 1), dtype=np.float32)
    piece = picture[top : top + CROP_HEIGHT, :CROP_WIDTH]
    canvas[: piece.shape[0], left : left + piece.shape[1]] = piece[:, : CROP_WIDTH - left]
    boxes = [
        Box(b.x * scale + left, b.y * scale - top, b.width * scale, b.height * scale)
        for b in slip.boxes
    ]
    return canvas, target_of(boxes)


def _shade(pixels: Pixels, generator: np.random.Generator) -> Pixels:
    """Vary blur and contrast; a quarter of the pictures stays as it is."""
    if generator.random() < 0.25:
        return pixels
    blurred = cv2.GaussianBlur(pixels, (0, 0), float(generator.uniform(0.2, 1.2)))
    gamma = float(generator.uniform(0.7, 1.4))
    noisy = (blurred / 255.0) ** gamma * 255 + generator.normal(0, 6, pixels.shape)
    shaded: Pixels = np.clip(noisy, 0, 255).astype(np.uint8)
    return shaded


def target_of(boxes: Sequence[Box]) -> Array:
    """The ideal output of the network for ``boxes`` in one piece, ``[6, 96, 24]``."""
    rows, columns = CROP_HEIGHT // STRIDE, CROP_WIDTH // STRIDE
    target = np.zeros((6, rows, columns), dtype=np.float32)
    grid_y, grid_x = np.mgrid[0:rows, 0:columns]
    for box in boxes:
        x, y = (box.x + box.width / 2) / STRIDE, (box.y + box.height / 2) / STRIDE
        column, row = int(x), int(y)
        if not (0 <= column < columns and 0 <= row < rows):
            continue
        spread_x, spread_y = max(box.width / STRIDE / 6, 0.6), max(box.height / STRIDE / 6, 0.6)
        bump = np.exp(-(((grid_x - column) / spread_x) ** 2 + ((grid_y - row) / spread_y) ** 2) / 2)
        target[0] = np.maximum(target[0], bump)
        target[1:5, row, column] = (np.log(box.width), np.log(box.height), x - column, y - row)
        target[5, row, column] = 1
    return target
