"""Real crops of built datasets, with the split of their slip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cbs_bench.dataset import reader
from cbs_bench.dataset.gold import PREDICTED, is_predicted
from cbs_bench.script.class_names import names_class
from cbs_bench.script.labels import Label, parse
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
        document: Which text the slip is of, with its source; empty where that is not known.
    """

    id: str
    pixels: Pixels
    graph: str
    slip: str
    split: str
    document: str = ""


def read_crops(folders: Sequence[Path]) -> list[Crop]:
    """Every crop of a class in the ``glyphs`` configs of ``folders``, but for predicted ones.

    Where two datasets put one slip into different splits, the one furthest from training
    wins, so that no slip is both learned and tested.
    """
    crops = [crop for folder in folders for crop in _crops_of(folder)]
    split: dict[str, str] = {}
    for crop in crops:
        split[crop.slip] = max(crop.split, split.get(crop.slip, "train"), key=STRICTEST.index)
    # One crop may come with two datasets; two laboratories may give one id to different crops.
    unique = {(crop.id, crop.pixels.shape, hash(crop.pixels.tobytes())): crop for crop in crops}
    return [replace(crop, split=split[crop.slip]) for crop in unique.values()]


def left_out(folders: Sequence[Path]) -> str:
    """How many crops of ``folders`` cannot be trained on, and why: ``9 lost, 2 ligature``."""
    reasons = Counter(
        _unfit(row, parse(row["label"])) or f"of {split}"
        for folder in folders
        for split, row in _rows(folder)
    )
    del reasons["of train"]
    return ", ".join(f"{number} {reason}" for reason, number in reasons.most_common())


def _crops_of(folder: Path) -> Iterator[Crop]:
    for split, row in _rows(folder):
        label = parse(row["label"])
        if not _unfit(row, label):
            pixels = to_grey(load_image(row["image"]["bytes"]))
            # Corpora count slips as 1 or as 01; where there are none, a crop is one itself.
            document = f"{row['source']}_{row['document']}" if row["document"] else ""
            place = f"{row['source']}_{row['document']}_{row['slip'].lstrip('0')}"
            slip = place if row["slip"] else row["id"]
            yield Crop(row["id"], pixels, label.graph, slip, split, document)


def _rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if "glyphs" in reader.configs(folder):
        for split in reader.SPLITS:
            for row in reader.rows(folder, "glyphs", split):
                yield split, row


def _unfit(row: Mapping[str, Any], label: Label) -> str:
    """Why a crop is none to learn from or to score on; empty if it is one."""
    if is_predicted(row):
        return PREDICTED
    if not names_class(label):
        return label.status.value
    return "ligature" if label.ligature else ""


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
