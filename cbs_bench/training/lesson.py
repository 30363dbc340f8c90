"""What labelled crops teach an exported recogniser, whose network stays as it is.

The prototype of a graph becomes the mean direction of what was learned and of its crops, from whose
features the mean of all crops is taken first: what they have in common is the photograph, not the
graph (Wang et al., "SimpleShot: Revisiting Nearest-Neighbor Classification for Few-Shot Learning",
2019). Graphs that were no class become one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cbs_bench.script.components import decompose
from cbs_bench.training.crops import Crop
from cbs_bench.training.exported_prototypes import ExportedPrototypes
from cbs_bench.training.scored import Scored, prepared, score
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.session import Model, open_session

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]

PARTS = 5
"""Of the crops, left out in turn to see what the others teach."""


class Lesson:
    """What the crops teach, all of them or some.

    Args:
        card: Of the recogniser before.
        prototypes: Of the recogniser before.
        crops: Labelled.

    Attributes:
        card: The same with what the crops add: classes, and how many crops each has.
        graphs: Those on the crops, with how many crops each has.
    """

    def __init__(
        self, card: dict[str, Any], prototypes: ExportedPrototypes, crops: Sequence[Crop]
    ) -> None:
        self._prototypes, self._crops = prototypes, crops
        self.graphs = Counter(crop.graph for crop in crops)
        self.card = _extended(card, self.graphs)
        number = {graph: index for index, graph in enumerate(self.card["vocabulary"])}
        self._labels = np.array([number[crop.graph] for crop in crops])
        pictures = prepared(crops, Frame.of_card(card))
        self._features = np.concatenate([prototypes.features(part) for part in pictures], axis=1)

    def network(self, chosen: npt.NDArray[np.bool_] | None = None) -> bytes:
        """The ONNX file after the ``chosen`` crops, by default after all."""
        where = np.ones(len(self._crops), bool) if chosen is None else chosen
        views, _, size = self._features.shape
        known = np.zeros((len(self.card["vocabulary"]), size), np.float32)
        known[: len(self._prototypes.directions)] = self._prototypes.directions
        features = self._features[:, where].reshape(-1, size)
        labels = np.tile(self._labels[where], views)
        return self._prototypes.replaced(moved(known, features, labels))

    def left_out_in_turn(self) -> Scored:
        """What the network says of each crop, after the crops of other slips only."""
        part = _parts(self._crops)
        scored = []
        for index in range(part.max() + 1):
            model = Model(open_session(self.network(part != index)), self.card, Path())
            held = [crop for crop, its in zip(self._crops, part, strict=True) if its == index]
            scored.append(score(model, held))
        order = np.argsort(np.argsort(part, kind="stable"), kind="stable")
        return Scored(
            np.concatenate([one.graphs for one in scored])[order],
            np.concatenate([one.components for one in scored])[order],
            self._labels,
            [crop.graph for crop in self._crops],
        )


def moved(directions: Array, features: Array, labels: Labels) -> Array:
    """The directions of graphs after some more sights of them.

    What was learned counts as one sight.

    Args:
        directions: ``[graphs, size]``, of unit length; zero of a graph never learned.
        features: ``[sights, size]``.
        labels: ``[sights]`` class numbers.
    """
    sums = np.zeros_like(directions)
    np.add.at(sums, labels, _unit(features - features.mean(axis=0)))
    seen = np.bincount(labels, minlength=len(directions)) > 0
    found = directions.copy()
    found[seen] = _unit(directions[seen] + sums[seen])
    return found


def _unit(rows: Array) -> Array:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Array = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return scaled


def _extended(card: Mapping[str, Any], graphs: Mapping[str, int]) -> dict[str, Any]:
    """The card with more classes and more crops."""
    known = set(card["vocabulary"])
    new = sorted(graph for graph in graphs if graph not in known)
    extended = {
        **card,
        "vocabulary": [*card["vocabulary"], *new],
        "decompositions": [*card["decompositions"], *(list(decompose(graph)) for graph in new)],
    }
    if "crops" in card:
        crops = [*card["crops"], *[0] * len(new)]
        counted = zip(extended["vocabulary"], crops, strict=True)
        extended["crops"] = [before + graphs.get(graph, 0) for graph, before in counted]
    if "frequencies" in card:
        extended["frequencies"] = [*card["frequencies"], *(graphs[graph] for graph in new)]
    return extended


def _parts(crops: Sequence[Crop]) -> Labels:
    """Which part each crop is left out with: that of its slip, or its own if there is one slip."""
    slips = [crop.slip for crop in crops]
    names = slips if len(set(slips)) > 1 else [crop.id for crop in crops]
    number = {name: index % PARTS for index, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names])
