"""Names the graph on a crop, and the components it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cbs_bench.interfaces import GlyphRecognizer
from cbs_bench.types import Recognition
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.images import ImageSource, load_image
from cbs_bench.vision.session import Model, open_model

CANDIDATES = 10
DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "models" / "recognizer"

Array = npt.NDArray[np.float32]
Order = npt.NDArray[np.intp]


class Recognizer(GlyphRecognizer):
    """A classifier with two heads: graphs, and components as a multi-label set.

    Attributes:
        graphs: The vocabulary, in the order of the classes.
        threshold: Confidence below which a reader should trust the components instead.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        card = model.card
        self._frame = Frame.of_card(card)
        self.graphs: list[str] = card["vocabulary"]
        self.component_vocabulary: list[str] = card["components"]
        self.threshold: float = card["calibration"]["threshold"]
        self._temperature: float = card["calibration"]["temperature"]
        self._component_threshold: float = card["calibration"]["component_threshold"]
        self._decompositions: list[list[str]] = card["decompositions"]
        self._holders = Holders(incidence(self._decompositions, self.component_vocabulary))
        self._places = writing_places(self._decompositions, self.component_vocabulary)

    @classmethod
    def load(cls, folder: str | Path | None = None) -> Recognizer:
        """The recogniser in ``folder``; by default the one in this package.

        Raises:
            ModelError: If the folder holds no recogniser of this format.
        """
        return cls(open_model(Path(folder) if folder else DEFAULT_FOLDER, "recognizer"))

    def predict(self, crops: Sequence[ImageSource], *, batch: int = 64) -> list[Recognition]:
        """Recognise crops of single characters.

        Args:
            crops: Paths or uint8 pixels, one character each.
            batch: Crops run at once.
        """
        return [
            self._recognition(*scores)
            for start in range(0, len(crops), batch)
            for scores in self._scores(crops[start : start + batch])
        ]

    def _scores(self, crops: Sequence[ImageSource]) -> Iterator[tuple[Array, Order, Array]]:
        """Probabilities of graphs, the first of them in order, and evidence of components."""
        prepared = np.stack([self._frame.prepare(load_image(crop)) for crop in crops])[:, None]
        logits, components = self._model.run(prepared)
        graphs = softmax(logits / self._temperature)
        # For the whole batch at once: one crop after the other it would cost more than the network.
        evidence = blend(sigmoid(components), self._holders.sums(graphs))
        yield from zip(graphs, _first(graphs, CANDIDATES), evidence, strict=True)

    def _recognition(self, graph: Array, order: Order, evidence: Array) -> Recognition:
        candidates = [(self.graphs[i], float(graph[i])) for i in order]
        best = int(order[0])
        if graph[best] >= self.threshold and self._decompositions[best]:
            return Recognition(candidates, list(self._decompositions[best]))
        return Recognition(candidates, self._seen_components(evidence))

    def _seen_components(self, evidence: Array) -> list[str]:
        """What the crop shows by both heads, in the order those parts are usually written."""
        if not self.component_vocabulary:
            return []
        shown = np.flatnonzero(evidence >= self._component_threshold)
        if shown.size == 0:
            shown = np.array([evidence.argmax()])
        ordered = sorted(shown, key=lambda index: (self._places[index], index))
        return [self.component_vocabulary[index] for index in ordered]


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


def _first(probabilities: Array, number: int) -> Order:
    """Indices of the ``number`` highest of each row, highest first."""
    number = min(number, probabilities.shape[1])
    chosen = np.argpartition(-probabilities, number - 1, axis=1)[:, :number]
    chosen.sort(axis=1)  # equal ones stay in the order of the vocabulary
    places = np.argsort(-np.take_along_axis(probabilities, chosen, 1), axis=1, kind="stable")
    first: Order = np.take_along_axis(chosen, places, 1)
    return first


def blend(component: Array, marginal: Array) -> Array:
    """Evidence for each component: its own head and the graphs that contain it."""
    mixed: Array = (component + marginal) * np.float32(0.5)
    return mixed


def incidence(decompositions: Sequence[Sequence[str]], components: Sequence[str]) -> Array:
    """``[graphs, components]``: 1 where a graph contains a component."""
    column = {component: index for index, component in enumerate(components)}
    matrix = np.zeros((len(decompositions), len(components)), dtype=np.float32)
    for row, parts in enumerate(decompositions):
        for part in parts:
            if part in column:
                matrix[row, column[part]] = 1
    return matrix


def writing_places(decompositions: Sequence[Sequence[str]], components: Sequence[str]) -> Array:
    """Mean place of each component among the parts of its graphs, 0 first to 1 last."""
    places: dict[str, list[float]] = {component: [] for component in components}
    for parts in decompositions:
        for index, part in enumerate(parts):
            if part in places:
                places[part].append(index / max(len(parts) - 1, 1))
    return np.array([np.mean(p) if p else 0.5 for p in places.values()], dtype=np.float32)


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Array = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def sigmoid(logits: Array) -> Array:
    """Independent probabilities."""
    probabilities: Array = np.reciprocal(1 + np.exp(-logits))
    return probabilities
