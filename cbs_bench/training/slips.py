"""Scans for the detector: of rendered slips, of slips made of real crops, and real ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from cbs_bench.dataset import reader
from cbs_bench.dataset.gold import gold_rows
from cbs_bench.rendering.bamboo import bamboo, damage, photograph
from cbs_bench.rendering.fonts import Font
from cbs_bench.rendering.marks import mark_gaps
from cbs_bench.rendering.sheet import lay_out
from cbs_bench.rendering.slip import Strip, write_strip
from cbs_bench.types import Box
from cbs_bench.vision.detector import GLYPH_WIDTH, SLIP_WIDTH, STRIP_ASPECT
from cbs_bench.vision.images import Pixels, load_image, to_grey

NARROWEST, WIDEST = 24, 96
"""Pixels: of slips that are made."""

FEWEST, MOST = 8, 23
"""Characters: of slips that are made."""

CUT = 0.4
"""Share of made scans that show one slip cut to its edges; the others show a ground."""

MOST_SLIPS = 3
"""On one made scan: more would not fit into what the network sees at once."""

Maker = Callable[[int], Strip]
"""From a width in pixels to a written strip."""


@dataclass(frozen=True)
class Slip:
    """A picture of slips, mostly of one, and its boxes.

    Attributes:
        pixels: Grey, uint8.
        boxes: Of its characters.
        split: ``train``, ``validation`` or ``test``.
        width: Of one slip, in pixels.
    """

    pixels: Pixels
    boxes: list[Box]
    split: str
    width: float


def read_slips(folders: Sequence[Path]) -> list[Slip]:
    """Every scan in the ``slips`` configs of ``folders``, but for predicted ones."""
    return [
        _read(to_grey(load_image(row["image"]["bytes"])), row["objects"]["bbox"], split)
        for folder in folders
        if "slips" in reader.configs(folder)
        for split in reader.SPLITS
        for row in gold_rows(folder, "slips", split)
    ]


def _read(pixels: Pixels, bboxes: Sequence[Sequence[float]], split: str) -> Slip:
    boxes = [Box(*bbox) for bbox in bboxes]
    height, width = pixels.shape
    if boxes and height < STRIP_ASPECT * width:
        written = float(np.median([box.width for box in boxes]))
        return Slip(pixels, boxes, split, written * SLIP_WIDTH / GLYPH_WIDTH)
    return Slip(pixels, boxes, split, width)


def rendered(graphs: Sequence[str], fonts: Sequence[Font], generator: np.random.Generator) -> Maker:
    """Makes strips by the renderer, each in one hand of ``fonts``; the others help out."""

    def make(width: int) -> Strip:
        text = list(generator.choice(graphs, _count(generator)))
        hands = [fonts[int(generator.integers(len(fonts)))], *fonts]
        return write_strip(text, hands, generator, width=width)

    return make


def composed(crops: Sequence[Pixels], generator: np.random.Generator) -> Maker:
    """Makes strips of real crops: their ink, on drawn bamboo."""

    def make(width: int) -> Strip:
        return compose_strip(crops, generator, count=_count(generator), width=width)

    return make


def composed_slips(crops: Sequence[Pixels], count: int, seed: int) -> list[Slip]:
    """Slips put together from real crops and cut to their edges.

    Args:
        crops: Grey pictures of single characters.
        count: How many slips.
        seed: Draws crops, sizes and places.
    """
    generator = np.random.default_rng(seed)
    make = composed(crops, generator)
    return [_cut(_worn(make(_width(generator)), generator), generator) for _ in range(count)]


def made_scans(make: Maker, count: int, generator: np.random.Generator, split: str) -> list[Slip]:
    """Scans of what ``make`` makes: one slip cut to its edges, or slips on a ground.

    On half of the slips stand marks, which are no characters; those on a ground lean, and
    labels lie beside some of them.
    """
    return [_made(make, generator, split) for _ in range(count)]


def _made(make: Maker, generator: np.random.Generator, split: str) -> Slip:
    width = _width(generator)
    marks = float(generator.uniform(0, 1) * generator.integers(2))
    if generator.random() < CUT:
        return _cut(_used(make(width), marks, generator), generator, split)
    group = [
        _used(make(int(width * generator.uniform(0.9, 1.1))), marks, generator)
        for _ in range(int(generator.integers(1, MOST_SLIPS + 1)))
    ]
    lean = float(generator.normal(0, 1) if generator.random() < 0.5 else generator.uniform(-6, 6))
    sheet = lay_out(group, generator, tilt=lean, labels=bool(generator.random() < 0.4))
    return Slip(sheet.image, [Box(*box) for box in sheet.boxes], split, width)


def _width(generator: np.random.Generator) -> int:
    return int(generator.integers(NARROWEST, WIDEST + 1))


def _count(generator: np.random.Generator) -> int:
    return int(generator.integers(FEWEST, MOST + 1))


def _used(strip: Strip, marks: float, generator: np.random.Generator) -> Strip:
    """The strip with marks and with what time did to it."""
    mark_gaps(strip.surface, strip.boxes, generator, chance=marks)
    return _worn(strip, generator)


def _worn(strip: Strip, generator: np.random.Generator) -> Strip:
    return Strip(damage(strip.surface, generator, float(generator.uniform(0, 2))), strip.boxes)


def _cut(strip: Strip, generator: np.random.Generator, split: str = "train") -> Slip:
    boxes = [Box(*box) for box in strip.boxes]
    return Slip(photograph(strip.surface, generator), boxes, split, strip.surface.shape[1])


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
