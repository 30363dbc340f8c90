"""Which components a crop in doubt shows.

A component is as likely as the graphs that hold it are together, whichever of them it is. All
that are likely enough are named, not those of one graph alone: for the highest F1 to expect, a
threshold on each one's probability is the best rule (Lipton, Elkan & Naryanaswamy, "Optimal
thresholding of classifiers to maximize F1 measure", ECML PKDD 2014).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

COMPONENT_MISS = 8.0
"""How much more a missed component weighs in training than a false alarm; it raises the odds that
the network's head for components tells by as much."""

HEAD_SHARE = 0.25
"""What the head has to say beside the graphs."""


class ComponentEvidence:
    """The components of a vocabulary, each as often as one graph holds it at most.

    A product with an incidence matrix would give the same sums, but it goes through BLAS, whose
    threads wait by spinning afterwards and halve the speed of the network's.

    Args:
        decompositions: Components of each graph in writing order.
        heads: Those that the network has an output for; others are too rare.

    Attributes:
        names: Of the components: first those with an output.
    """

    def __init__(self, decompositions: Sequence[Sequence[str]], heads: Sequence[str]) -> None:
        holders: dict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
        for head in heads:
            holders[head, 0] = []
        for graph, parts in enumerate(decompositions):
            for index, part in enumerate(parts):
                place = index / (len(parts) - 1) if len(parts) > 1 else 0.5
                holders[part, parts[:index].count(part)].append((graph, place))
        self.names = [part for part, _ in holders]
        self._heads = len(heads)
        nobody = (len(decompositions), 0.0)  # leads every list, because none may be empty
        lists = [[nobody, *found] for found in holders.values()]
        pairs = [pair for found in lists for pair in found]
        self._graphs = np.array([graph for graph, _ in pairs], dtype=np.intp)
        self._places = np.array([place for _, place in pairs], dtype=np.float32)
        self._starts = np.cumsum([0, *map(len, lists)], dtype=np.intp)[:-1]

    def likely(self, graphs: Array, heads: Array, threshold: float) -> list[str]:
        """The components with enough evidence, or the one with most, as they are mostly placed.

        Args:
            graphs: ``[graphs]`` probabilities.
            heads: Logits of the network's head for components; more than there are is no harm.
            threshold: Least probability.
        """
        if not self.names:
            return []
        held, places = self.held(graphs)
        evidence = held.copy()
        seen = 1 / (1 + np.exp(np.log(COMPONENT_MISS) - heads[: self._heads]))
        evidence[: self._heads] += HEAD_SHARE * (seen - held[: self._heads])
        enough = np.flatnonzero(evidence >= threshold)
        if not enough.size:
            enough = np.array([evidence.argmax()])
        return [self.names[i] for i in enough[np.argsort(places[enough], kind="stable")]]

    def held(self, graphs: Array) -> tuple[Array, Array]:
        """How likely each component is held, and its mean place from 0, first, to 1, last.

        Args:
            graphs: ``[graphs]`` probabilities.
        """
        chances = np.append(graphs, np.float32(0))[self._graphs]
        held: Array = np.add.reduceat(chances, self._starts)
        placed = np.add.reduceat(chances * self._places, self._starts)
        return held, np.divide(placed, held, out=np.full_like(held, 0.5), where=held > 0)
