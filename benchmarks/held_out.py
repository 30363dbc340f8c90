"""Crops that a recogniser is neither trained nor stopped by, scored alike by several benchmarks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cbs_bench.errors import InputError
from cbs_bench.training.classes import choose_classes
from cbs_bench.training.crops import Crop
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.vision.framing import Frame


class HeldOut:
    """The validation and test crops of graphs that training shows.

    They are scored together, since nothing is chosen on either: who trains on ``training`` alone
    trains to the end.

    Args:
        crops: Of every split.
        settings: Of the recogniser.

    Attributes:
        training: The training crops.
        classes: Their graphs, and what these are made of.
        pictures: The held-out crops as the network wants them, ``[n, side, side]``.
        labels: Their class numbers.

    Raises:
        InputError: If there is nothing to score.
    """

    def __init__(self, crops: Sequence[Crop], settings: RecognizerSettings) -> None:
        self.training = [crop for crop in crops if crop.split == "train"]
        known = {crop.graph for crop in self.training}
        chosen = [crop for crop in crops if crop.split != "train" and crop.graph in known]
        if not chosen:
            raise InputError(
                "no validation or test crop of a graph that training shows",
                path=", ".join(map(str, settings.data)) or None,
                remedy="give --data with more crops",
            )
        self.classes = choose_classes(known, settings.label_counts, 0)
        number = {graph: index for index, graph in enumerate(self.classes.graphs)}
        frame = Frame(settings.side, settings.trim)
        self.pictures: npt.NDArray[np.float32] = np.array([frame.prepare(c.pixels) for c in chosen])
        self.labels = [number[crop.graph] for crop in chosen]
