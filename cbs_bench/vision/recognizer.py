"""Names the graph on a crop, and the components it shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbs_bench.errors import ModelError
from cbs_bench.interfaces import GlyphRecognizer
from cbs_bench.types import Recognition
from cbs_bench.vision.decoding import Decoder
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.images import ImageSource, load_image
from cbs_bench.vision.session import Model, open_model

KIND = "recognizer"
"""What the card of such a model says it is."""

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "models" / "recognizer"


class Recognizer(GlyphRecognizer):
    """A classifier with two heads: graphs, and components as a multi-label set.

    Attributes:
        graphs: The vocabulary, in the order of the classes.
        threshold: Confidence below which a reader should trust the components instead.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._frame = Frame.of_card(model.card)
        self._decoder = Decoder(model.card)
        self.graphs = self._decoder.graphs
        self.threshold = self._decoder.threshold

    @classmethod
    def load(cls, folder: str | Path | None = None) -> Recognizer:
        """The recogniser in ``folder``; by default the one in this package.

        Raises:
            ModelError: If the folder holds no recogniser of this format, or its card tells of
                other classes than its network has.
        """
        model = open_model(Path(folder) if folder else DEFAULT_FOLDER, KIND)
        _refuse_other_classes(model)
        return cls(model)

    def predict(self, crops: Sequence[ImageSource], *, batch: int = 64) -> list[Recognition]:
        """Recognise crops of single characters.

        Args:
            crops: Paths or uint8 pixels, one character each.
            batch: Crops run at once.
        """
        return [
            recognition
            for start in range(0, len(crops), batch)
            for recognition in self._batch(crops[start : start + batch])
        ]

    def _batch(self, crops: Sequence[ImageSource]) -> list[Recognition]:
        prepared = np.stack([self._frame.prepare(load_image(crop)) for crop in crops])[:, None]
        graphs, components = self._model.run(prepared)
        return self._decoder.decode(graphs, components)


def _refuse_other_classes(model: Model) -> None:
    graphs, components = (output.shape[-1] for output in model.session.get_outputs())
    # A network without components has an output for them all the same.
    outputs = dict.fromkeys(("vocabulary", "decompositions", "crops", "frequencies"), graphs) | (
        {"components": components} if model.card["components"] else {}
    )
    for name, number in outputs.items():
        told = model.card.get(name)
        # Not every exporter tells how many there are.
        if told is not None and isinstance(number, int) and len(told) != number:
            raise ModelError(
                f"{len(told)} {name}, where the network has {number}",
                path=model.folder / "model.json",
                remedy="copy the model folder again as a whole",
            )
