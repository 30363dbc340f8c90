"""Real crops of built datasets, with the split of their slip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cbs_bench.dataset import reader
from cbs_bench.script.labels import Status, parse
from cbs_bench.training.synthetic import Batch
from cbs_bench.training.variation import VARIATIONS
from cbs_bench.vision.framing import Frame, standardise
from cbs_bench.vision.images import Pixels, load_image, to_grey

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
            # A class of a script without code points has a name, unlike the corpus's ○.
            named = row["status"] == Status.UNENCODED and row["graph"].isascii()
            if (label.is_character or named) and not label.ligature:
                pixels = to_grey(load_image(row["image"]["bytes"]))
                # Corpora count slips as 1 or as 01; where there are none, a crop is one itself.
                place = f"{row['source']}_{row['document']}_{row['slip'].lstrip('0')}"
                slip = place if row["slip"] else row["id"]
                yield Crop(row["id"], pixels, label.graph, slip, split)


class VariedCrops:
    """Crops that look different each time one is drawn.

    Classes are drawn by the square root of their number of crops, between drawing every crop
    and every class alike.

    Args:
        crops: To draw from.
        labels: Their class numbers.
        frame: How the recogniser wants its crops.
        variation: One of :data:`~cbs_bench.training.variation.VARIATIONS`.
        seed: Seeds every draw.
        mirrored: Whether every other picture is a mirror image.
    """

    def __init__(
        self, crops: Sequence[Crop], labels: Sequence[int], frame: Frame, variation: str,
        seed: int, *, mirrored: bool = False,
    ) -> None:  # fmt: skip
        self._labels = np.array(labels)
        weight = 1 / np.sqrt(np.bincount(self._labels)[self._labels])
        self._chances = weight / weight.sum()
        self._squares = [frame.square(crop.pixels) for crop in crops]
        self._vary = VARIATIONS[variation](frame.side)
        self._seed, self._mirrored = seed, mirrored

    def batch(self, size: int, step: int) -> Batch:
        """Pictures ``[size, 1, side, side]`` and class numbers, seeded by ``step``."""
        generator = np.random.default_rng((self._seed, step))
        drawn = generator.choice(len(self._squares), size, p=self._chances)
        self._vary.set_random_seed(int(generator.integers(2**31)))
        pictures = np.stack(
            [standardise(self._vary(image=self._squares[i])["image"]) for i in drawn]
        )
        if self._mirrored:
            pictures[::2] = pictures[::2, :, ::-1]
        return pictures[:, None], self._labels[drawn]
