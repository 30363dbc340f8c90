"""From the outputs of the recogniser's network to what a crop shows.

A crop whose best graph is less probable than the threshold is in doubt. Half of its candidates
are then graphs that no training crop showed, and its components are those of the candidate that
agrees best with both heads of the network, in the order in which that candidate is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cbs_bench.types import Recognition

CANDIDATES = 10
"""Graphs that are named for a crop."""

Array = npt.NDArray[np.float32]
Order = npt.NDArray[np.intp]


class Decoder:
    """Reads the outputs of the network by what the model's card says of them.

    Args:
        card: ``model.json`` of a recogniser. Where it does not tell how many crops of each graph
            were trained on, all graphs count as seen.

    Attributes:
        graphs: The vocabulary, in the order of the classes.
        threshold: Probability below which a graph is in doubt.
    """

    def __init__(self, card: Mapping[str, Any]) -> None:
        self.graphs: list[str] = card["vocabulary"]
        self._parts: list[list[str]] = card["decompositions"]
        self._unseen = np.array(card.get("crops", [1] * len(self.graphs))) == 0
        calibration = card["calibration"]
        self.threshold: float = calibration["threshold"]
        self._temperature: float = calibration["temperature"]
        self._component_threshold: float = calibration["component_threshold"]
        bias = calibration.get("unseen_bias", 0.0)
        self._bias = np.where(self._unseen, bias, 0.0).astype(np.float32)
        weight = calibration.get("unseen_weight", 1.0)
        self._weights = np.where(self._unseen, weight, 1.0).astype(np.float32)
        # Components that the network has an output for, then those too rare for one.
        self._heads = len(card["components"])
        rare = sorted({part for parts in self._parts for part in parts} - set(card["components"]))
        self._components: list[str] = [*card["components"], *rare]
        number = {part: index for index, part in enumerate(self._components)}
        self._numbers = [[number[part] for part in parts] for parts in self._parts]
        self._holders = Holders(incidence(self._parts, self._components))

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
        return Recognition(candidates, self._best_agreeing(chances, order, heads))

    def _half_unseen(self, chances: Array, order: Order) -> Order:
        """The likeliest graphs, and the likeliest of those that no training crop showed."""
        half = CANDIDATES // 2
        (likely,) = first(np.where(self._unseen, chances, -1)[None])
        unseen = [i for i in likely if self._unseen[i] and i not in order[:half]]
        mixed = list(dict.fromkeys([*order[:half], *unseen[:half], *order]))[: len(order)]
        chosen = np.sort(np.array(mixed, dtype=np.intp))
        ranked: Order = chosen[np.argsort(-chances[chosen], kind="stable")]
        return ranked

    def _best_agreeing(self, chances: Array, candidates: Order, heads: Array) -> list[str]:
        """Of the candidate with the highest F1 to expect, the components with enough evidence."""
        if not self._components:
            return []
        evidence = self._evidence(chances, heads)
        most = [int(evidence.argmax())]
        written = [self._numbers[i] for i in candidates if self._numbers[i]] or [most]
        # As many components are to be expected as the evidence sums up to.
        total = float(evidence.sum())
        agreement = [evidence[n].sum() / (len(n) + total) for n in written]
        chosen = written[int(np.argmax(agreement))]
        enough = [n for n in chosen if evidence[n] >= self._component_threshold]
        return [self._components[n] for n in enough or most]

    def _evidence(self, chances: Array, heads: Array) -> Array:
        """For each component: its own head, and the graphs in question that hold it."""
        weighed = chances * self._weights
        evidence: Array = self._holders.sums(weighed[None] / weighed.sum())[0]
        evidence[: self._heads] = (evidence[: self._heads] + sigmoid(heads[: self._heads])) / 2
        return evidence


class Holders:
    """Which graphs hold each component, so that their probabilities can be summed.

    A product with the incidence matrix says the same, but it goes through BLAS, whose threads
    wait by spinning afterwards and halve the speed of the network's.

    Args:
        table: ``[graphs, components]``, see :func:`incidence`.
    """

    def __init__(self, table: Array) -> None:
        nobody = len(table)  # stands first in every list, for a component that no graph holds
        lists = [[nobody, *np.flatnonzero(column)] for column in table.T]
        self._graphs = np.array([graph for graphs in lists for graph in graphs], dtype=np.intp)
        lengths = [len(graphs) for graphs in lists]
        self._starts = np.cumsum([0, *lengths], dtype=np.intp)[:-1]

    def sums(self, graphs: Array) -> Array:
        """``[batch, components]`` from the probabilities ``[batch, graphs]``."""
        padded = np.pad(graphs, ((0, 0), (0, 1)))
        summed: Array = np.add.reduceat(padded[:, self._graphs], self._starts, axis=1)
        return summed


def first(chances: Array, number: int = CANDIDATES) -> Order:
    """Indices of the ``number`` highest of each row, highest first."""
    number = min(number, chances.shape[1])
    chosen = np.argpartition(-chances, number - 1, axis=1)[:, :number]
    chosen.sort(axis=1)  # equal ones stay in the order of the vocabulary
    places = np.argsort(-np.take_along_axis(chances, chosen, 1), axis=1, kind="stable")
    found: Order = np.take_along_axis(chosen, places, 1)
    return found


def incidence(decompositions: Sequence[Sequence[str]], components: Sequence[str]) -> Array:
    """``[graphs, components]``: 1 where a graph contains a component."""
    column = {component: index for index, component in enumerate(components)}
    matrix = np.zeros((len(decompositions), len(components)), dtype=np.float32)
    for row, parts in enumerate(decompositions):
        for part in parts:
            if part in column:
                matrix[row, column[part]] = 1
    return matrix


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Array = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def sigmoid(logits: Array) -> Array:
    """Independent probabilities."""
    probabilities: Array = np.reciprocal(1 + np.exp(-logits))
    return probabilities
