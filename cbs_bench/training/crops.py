"""Real crops of built datasets, with the split of their slip."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from cbs_bench.dataset import reader
from cbs_bench.script.labels import parse
from cbs_bench.training.synthetic import Batch
from cbs_bench.vision.images import Pixels, load_image, to_grey
from cbs_bench.vision.recognizer import SIDE, prepare

if TYPE_CHECKING:
    import albumentations

STRICTEST = ("train", "validation", "test")


@dataclass(frozen=True)
class Crop:
    """One labelled picture.

    Attributes:
        id: Of its row.
        pixels: Grey, uint8.
        graph: What it shows.
        slip: Which slip it is from.
        split: Of its slip.
    """

    id: str
    pixels: Pixels
    graph: str
    slip: str
    split: str


def read_crops(folders: Sequence[Path]) -> list[Crop]:
    """Every crop of a character in the ``glyphs`` configs of ``folders``.

    Where two datasets put one slip into different splits, the one furthest from training
    wins, so that no slip is both learned and tested.
    """
    # One crop may come with two datasets; its id is the same in both.
    crops = list({crop.id: crop for folder in folders for crop in _crops_of(folder)}.values())
    split: dict[str, str] = {}
    for crop in crops:
        split[crop.slip] = max(crop.split, split.get(crop.slip, "train"), key=STRICTEST.index)
    return [replace(crop, split=split[crop.slip]) for crop in crops]


def _crops_of(folder: Path) -> Iterator[Crop]:
    if "glyphs" not in reader.configs(folder):
        return
    for split in reader.SPLITS:
        for row in reader.rows(folder, "glyphs", split):
            label = parse(row["label"])
            if label.is_character and not label.ligature:
                pixels = to_grey(load_image(row["image"]["bytes"]))
                # Corpora count slips as 1 or as 01; where there are none, a crop is one itself.
                place = f"{row['source']}_{row['document']}_{row['slip'].lstrip('0')}"
                slip = place if row["slip"] else row["id"]
                yield Crop(row["id"], pixels, label.graph, slip, split)


def augmented_batches(
    crops: Sequence[Crop], labels: Sequence[int], size: int, seed: int
) -> Iterator[Batch]:
    """Endless batches of varied pictures ``[size, 1, 64, 64]`` and class numbers.

    Classes are drawn by the square root of their number of crops, between drawing every crop
    and every class alike.
    """
    generator = np.random.default_rng(seed)
    numbers = np.array(labels)
    weight = 1 / np.sqrt(np.bincount(numbers)[numbers])
    chances = weight / weight.sum()
    vary = _variation()
    vary.set_random_seed(seed)
    while True:
        drawn = generator.choice(len(crops), size, p=chances)
        pictures = [prepare(vary(image=_square(crops[i].pixels))["image"]) for i in drawn]
        yield np.stack(pictures)[:, None], numbers[drawn]


def _square(pixels: Pixels) -> Pixels:
    resized: Pixels = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return resized


@lru_cache(maxsize=1)
def _variation() -> albumentations.Compose:
    # Imported late because it takes seconds, and told not to ask PyPI for updates.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations as a

    return a.Compose(
        [
            a.Affine(
                scale=(0.85, 1.15), translate_percent=(-0.08, 0.08), rotate=(-7, 7),
                shear=(-8, 8), border_mode=cv2.BORDER_REPLICATE, p=0.9,
            ),
            a.ElasticTransform(alpha=20, sigma=6, border_mode=cv2.BORDER_REPLICATE, p=0.5),
            a.RandomBrightnessContrast(0.2, 0.3, p=0.5),
            # Photo strips show a glyph on 15 to 40 pixels.
            a.Downscale(scale_range=(0.2, 0.7), p=0.4),
            a.GaussianBlur(blur_limit=(3, 5), p=0.25),
            a.GaussNoise(std_range=(0.01, 0.06), p=0.3),
            a.CoarseDropout(
                num_holes_range=(1, 3), hole_height_range=(4, 12), hole_width_range=(4, 12),
                fill="random_uniform", p=0.3,
            ),
        ]
    )  # fmt: skip
