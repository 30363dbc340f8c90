"""How a recogniser fares on graphs that no crop shows, measured on more than a few crops.

    python -m benchmarks.unseen_graphs --data build/chubs build/laozi --fonts FONTS --hidden 130

A part of the graphs is drawn by lot from those that training crops show and that can be taken
apart. A recogniser is trained without their crops, by the settings given, and calibrated on the
validation crops; then it is scored on the crops that were hidden. The crops of the test split
are not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.bad_input import in_one_line
from benchmarks.recipe import print_scores, recipe_parser, tell
from cbs_bench.errors import InputError
from cbs_bench.script.components import decompose
from cbs_bench.training.crops import Crop, read_crops
from cbs_bench.training.recognizer import classes_of, learn
from cbs_bench.training.settings import RecognizerSettings


def hide(crops: Sequence[Crop], number: int, seed: int) -> list[Crop]:
    """The training and validation crops; those of ``number`` graphs become the test split.

    Raises:
        InputError: If so many graphs cannot be hidden.
    """
    shown = sorted({crop.graph for crop in crops if crop.split == "train"})
    composed = [graph for graph in shown if decompose(graph)]
    if not 0 < number < len(composed):
        raise InputError(
            f"cannot hide {number} graphs", remedy=f"give --hidden below {len(composed)}"
        )
    hidden = set(np.random.default_rng(seed).choice(composed, number, replace=False).tolist())
    kept = (crop for crop in crops if crop.split != "test")
    return [
        replace(crop, split="test") if crop.graph in hidden and crop.split == "train" else crop
        for crop in kept
    ]


def measure(settings: RecognizerSettings, number: int) -> dict[str, float]:
    """Number of hidden crops, accuracies and the F1 of components on them."""
    crops = hide(read_crops(settings.data), number, settings.seed)
    learn(crops, classes_of(crops, settings), settings, tell)
    card = json.loads((settings.out / "model.json").read_text(encoding="utf-8"))
    unseen: dict[str, float] = card["scores"]["test"]["unseen"]
    return unseen


@in_one_line("benchmarks.unseen_graphs")
def main(arguments: Sequence[str] | None) -> None:
    """Print the scores as JSON."""
    parser = recipe_parser(__doc__)
    parser.add_argument("--hidden", type=int, default=100, help="graphs to hide (%(default)s)")
    options = parser.parse_args(arguments)
    print_scores(options, lambda settings: measure(settings, options.hidden))


if __name__ == "__main__":
    raise SystemExit(main())
