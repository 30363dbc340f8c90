"""From the outputs of the recogniser's network to what a crop shows.

A crop whose best graph is less probable than the threshold is in doubt. Half of its candidates
are then graphs that no training crop showed, and its components are those that are likely by all
graphs together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from cbs_bench.types import Recognition
from cbs_bench.vision.component_evidence import ComponentEvidence
from cbs_bench.vision.prior import Prior

CANDIDATES = 10
"""Graphs that are named for a crop."""

Array = npt.NDArray[np.float32]
Order = npt.NDArray[np.intp]


class Decoder:
    """Reads the outputs of the network by what the model's card says of them.

    Args:
        card: ``model.json`` of a recogniser.

    Attributes:
        graphs: The vocabulary, in the order of the classes.
        threshold: Probability below which a graph is in doubt.
    """

    def __init__(self, card: Mapping[str, Any]) -> None:
        self.graphs: list[str] = card["vocabulary"]
        self._parts: list[list[str]] = card["decompositions"]
        calibration = card["calibration"]
        self.threshold: float = calibration["threshold"]
        self._temperature: float = calibration["temperature"]
        self._component_threshold: float = calibration["component_threshold"]
        prior = Prior(card)
        self._unseen = prior.unseen
        self._bias = prior.bias(
            calibration.get("unseen_bias", 0.0), calibration.get("prior_weight", 0.0)
        )
        weight = calibration.get("unseen_weight", 1.0)
        self._weights = np.where(self._unseen, weight, 1.0).astype(np.float32)
        self._evidence = ComponentEvidence(self._parts, card["components"])

    def decode(self, graphs: Array, components: Array) -> list[Recognition]:
        """Candidates and components of each crop.

        Args:
            graphs: ``[batch, graphs]`` logits.
            components: ``[batch, components]`` logits.
        """
        chances = self.probabilities(graphs)
        rows = zip(chances, first(chances), components, strict=True)
        return [self._recognition(*row) for row in rows]

    def probabilities(self, logits: Array) -> Array:
        """Calibrated probabilities of the graphs, ``[batch, graphs]``."""
        return softmax((logits + self._bias) / self._temperature)

    def _recognition(self, chances: Array, order: Order, heads: Array) -> Recognition:
        best = int(order[0])
        sure = chances[best] >= self.threshold
        if not sure:
            order = self._half_unseen(chances, order)
        candidates = [(self.graphs[i], float(chances[i])) for i in order]
        if sure and self._parts[best]:
            return Recognition(candidates, list(self._parts[best]))
        weighed = chances * self._weights
        components = self._evidence.likely(
            weighed / weighed.sum(), heads, self._component_threshold
        )
        return Recognition(candidates, components)

    def _half_unseen(self, chances: Array, order: Order) -> Order:
        """The likeliest graphs, and the likeliest of those that no training crop showed."""
        half = CANDIDATES // 2
        (likely,) = first(np.where(self._unseen, chances, -1)[None])
        unseen = [i for i in likely if self._unseen[i] and i not in order[:half]]
        mixed = list(dict.fromkeys([*order[:half], *unseen[:half], *order]))[: len(order)]
        chosen = np.sort(np.array(mixed, dtype=np.intp))
        ranked: Order = chosen[np.argsort(-chances[chosen], kind="stable")]
        return ranked


def first(chances: Array, number: int = CANDIDATES) -> Order:
    """Indices of the ``number`` highest of each row, highest first."""
    number = min(number, chances.shape[1])
    chosen = np.argpartition(-chances, number - 1, axis=1)[:, :number]
    chosen.sort(axis=1)  # equal ones stay in the order of the vocabulary
    places = np.argsort(-np.take_along_axis(chances, chosen, 1), axis=1, kind="stable")
    found: Order = np.take_along_axis(chosen, places, 1)
    return found


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Array = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities
