"""What an exported recogniser answers on labelled crops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cbs_bench.training.crops import Crop
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.session import Model

Array = npt.NDArray[np.float32]

BATCH = 64
"""Crops that are looked at together."""


@dataclass(frozen=True)
class Scored:
    """Raw outputs for a set of crops.

    Attributes:
        graphs: ``[crops, graphs]`` logits.
        components: ``[crops, components]`` logits.
        labels: ``[crops]`` class numbers; -1 for a graph that is no class.
        names: The graph of each crop.
    """

    graphs: Array
    components: Array
    labels: npt.NDArray[np.int64]
    names: list[str]

    @property
    def top1(self) -> float:
        """Share of the crops whose highest logit is that of their graph."""
        return float((self.graphs.argmax(axis=1) == self.labels).mean())


def score(model: Model, crops: Sequence[Crop]) -> Scored:
    """Outputs of the exported model for ``crops``."""
    number = {graph: index for index, graph in enumerate(model.card["vocabulary"])}
    rows = [model.run(pictures) for pictures in prepared(crops, Frame.of_card(model.card))]
    return Scored(
        np.concatenate([row[0] for row in rows]),
        np.concatenate([row[1] for row in rows]),
        np.array([number.get(crop.graph, -1) for crop in crops]),
        [crop.graph for crop in crops],
    )


def prepared(crops: Sequence[Crop], frame: Frame) -> Iterator[Array]:
    """The crops as the network wants them, ``[up to 64, 1, side, side]`` at a time.

    All of them together may not fit into the memory.
    """
    for start in range(0, len(crops), BATCH):
        part = [frame.prepare(crop.pixels) for crop in crops[start : start + BATCH]]
        yield np.stack(part)[:, None]
