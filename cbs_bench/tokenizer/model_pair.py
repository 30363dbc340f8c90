"""The two models that read a scan: a detector and a recogniser, each in its folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cbs_bench.errors import ModelError
from cbs_bench.model_card import read_card


@dataclass(frozen=True, slots=True)
class ModelPair:
    """Where the models lie.

    Attributes:
        detector: Folder of the detector.
        recognizer: Folder of the recogniser.
    """

    detector: Path
    recognizer: Path

    @classmethod
    def in_folder(cls, folder: Path) -> ModelPair:
        """The models in ``folder``; one that is not there is the shipped one.

        Args:
            folder: A model as ``cbs-bench train`` writes it, or a folder with the models
                ``detector/`` and ``recognizer/``.

        Raises:
            ModelError: If the folder holds neither.
        """
        found = {kind: folder / kind for kind in KINDS if (folder / kind).is_dir()}
        if (folder / "model.json").is_file():
            found = {kind: folder for kind in KINDS if kind == read_card(folder).get("kind")}
        if not found:
            raise ModelError(
                "no tokenizer here",
                path=folder,
                remedy="give a folder with tokenizer.json, a detector or a recognizer",
            )
        return replace(SHIPPED, **found)


KINDS = ("detector", "recognizer")
_MODELS = Path(__file__).resolve().parents[1] / "models"
SHIPPED = ModelPair(*(_MODELS / kind for kind in KINDS))
