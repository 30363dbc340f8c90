"""What labelled crops teach an exported recogniser, whose network stays as it is.

How the hand and the photographs differ from those of the training is told by a linear map, which
serves graphs without a crop, too. The prototype of a graph with crops becomes the mean direction of
what was learned and of these, from whose features the mean of all is taken first: what they have in
common is not the graph (Wang et al., "SimpleShot: Revisiting Nearest-Neighbor Classification for
Few-Shot Learning", 2019). Graphs that were no class become one.
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

RIDGE = 30.0
"""How many crops the belief weighs that slips look as those of the training do."""

PARTS = 5
"""Of the crops, left out in turn to see what the others teach."""

MOST_TRIED = 5000
"""Crops that this is seen on, drawn evenly: of more, the answers may not fit into the memory."""


class Lesson:
    """What the crops teach, all of them or some.

    Args:
        card: Of the recogniser before.
        prototypes: Of the recogniser before.
        crops: Labelled.

    Attributes:
        card: The same with what the crops add: classes, and how many crops each has.
        graphs: Those on the crops, with how many crops each has.
        tried: The crops to see on what the others teach.
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
        self._tried = np.linspace(0, len(crops) - 1, min(len(crops), MOST_TRIED), dtype=np.intp)
        self.tried = [crops[place] for place in self._tried]

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
        """What the network says of the tried crops, each after the crops of other slips only."""
        part = _parts(self._crops)
        of_tried = part[self._tried]
        scored = []
        for index in np.unique(of_tried):
            model = Model(open_session(self.network(part != index)), self.card, Path())
            held = [crop for crop, its in zip(self.tried, of_tried, strict=True) if its == index]
            scored.append(score(model, held))
        # Where each crop stands among the parts put one after the other.
        order = np.argsort(np.argsort(of_tried, kind="stable"), kind="stable")
        return Scored(
            np.concatenate([one.graphs for one in scored])[order],
            np.concatenate([one.components for one in scored])[order],
            self._labels[self._tried],
            [crop.graph for crop in self.tried],
        )


def moved(directions: Array, features: Array, labels: Labels) -> Array:
    """The directions of graphs after some more sights of them.

    What was learned counts as one sight.

    Args:
        directions: ``[graphs, size]``, of unit length; zero of a graph never learned.
        features: ``[sights, size]``.
        labels: ``[sights]`` class numbers.
    """
    known = directions[labels].any(axis=1)
    view = _way_back(features[known], directions[labels[known]])
    sights = _unit(features @ view)
    sums = np.zeros_like(directions)
    np.add.at(sums, labels, _unit(sights - sights.mean(axis=0)))
    seen = np.bincount(labels, minlength=len(directions)) > 0
    found = directions.copy()
    found[seen] = _unit(directions[seen] + sums[seen])
    return _unit(found @ view.T)


def _way_back(features: Array, directions: Array) -> Array:
    """The linear map that brings features to where training saw their graphs (ridge regression).

    Args:
        features: ``[sights, size]``.
        directions: Of the graph of each.
    """
    size = features.shape[1]
    same = np.eye(size, dtype=features.dtype)
    if not len(features):
        return same
    near = (features * directions).sum(axis=1).mean()
    missing = near * directions - features
    scatter = features.T @ features + RIDGE * same
    found: Array = same + np.linalg.solve(scatter, features.T @ missing)
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
        # As frequent in the corpus, which is larger, as among the crops.
        times = sum(card["frequencies"]) / sum(graphs.values())
        shares = (round(graphs[graph] * times) for graph in new)
        extended["frequencies"] = [*card["frequencies"], *shares]
    return extended


def _parts(crops: Sequence[Crop]) -> Labels:
    """Which part each crop is left out with: that of its slip, or its own if there is one slip."""
    slips = [crop.slip for crop in crops]
    names = slips if len(set(slips)) > 1 else [crop.id for crop in crops]
    number = {name: index % PARTS for index, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names])
