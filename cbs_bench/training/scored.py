"""What an exported recogniser answers on labelled crops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cbs_bench.training.crops import Crop
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.session import Model

Array = npt.NDArray[np.float32]


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
    frame = Frame.of_card(model.card)
    rows = [
        model.run(np.stack([frame.prepare(c.pixels) for c in crops[i : i + 64]])[:, None])
        for i in range(0, len(crops), 64)
    ]
    return Scored(
        np.concatenate([row[0] for row in rows]),
        np.concatenate([row[1] for row in rows]),
        np.array([number.get(crop.graph, -1) for crop in crops]),
        [crop.graph for crop in crops],
    )
