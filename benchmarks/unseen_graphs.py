"""How a recogniser fares on graphs that no crop shows, and how that grows with the graphs shown.

    python -m benchmarks.unseen_graphs --data build/chubs build/laozi --fonts FONTS --hidden 130

A part of the graphs is drawn by lot from those that training crops show and that can be taken
apart. A recogniser is trained without their crops, by the settings given, and calibrated on the
validation crops; then it is scored on the crops that were hidden. The crops of the test split
are not looked at. With ``--shares 0.25 0.5 1`` it is trained anew on the crops of a quarter, of
half and of all of the other graphs; the smaller shares are part of the larger ones.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.bad_input import in_one_line
from benchmarks.recipe import learn_after, print_scores, recipe_parser
from cbs_bench.errors import InputError
from cbs_bench.script.components import decompose
from cbs_bench.training.crops import Crop, read_crops
from cbs_bench.training.recognizer import classes_of
from cbs_bench.training.settings import RecognizerSettings


def hide(crops: Sequence[Crop], number: int, seed: int, share: float = 1.0) -> list[Crop]:
    """The training and validation crops; those of ``number`` graphs become the test split.

    Args:
        crops: Of every split.
        number: Graphs to hide.
        seed: Decides which, and which of the others are shown.
        share: Of the other graphs whose training crops are kept.

    Raises:
        InputError: If so many graphs cannot be hidden, or there is no such share.
    """
    shown = sorted({crop.graph for crop in crops if crop.split == "train"})
    composed = [graph for graph in shown if decompose(graph)]
    if not 0 < number < len(composed):
        raise InputError(
            f"cannot hide {number} graphs", remedy=f"give --hidden below {len(composed)}"
        )
    if not 0 < share <= 1:
        raise InputError(f"no share {share}", remedy="give --shares above 0 and up to 1")
    generator = np.random.default_rng(seed)
    hidden = set(generator.choice(composed, number, replace=False).tolist())
    others = generator.permutation([graph for graph in shown if graph not in hidden]).tolist()
    left_out = set(others[max(round(share * len(others)), 1) :])
    return [
        replace(crop, split="test") if crop.graph in hidden and crop.split == "train" else crop
        for crop in crops
        if crop.split == "validation" or (crop.split == "train" and crop.graph not in left_out)
    ]


def curve(
    settings: RecognizerSettings, number: int, shares: Sequence[float]
) -> dict[str, dict[str, float]]:
    """By share: graphs and crops shown, hidden crops, and accuracies and component F1 on these."""
    every = read_crops(settings.data)
    classes = classes_of(every, settings)
    parted = {share: hide(every, number, settings.seed, share) for share in shares}
    scores = {}
    for share, crops in parted.items():
        own = replace(settings, out=settings.out / f"{share:g}")
        learn_after(settings.out / f"{shares[0]:g}", crops, classes, own)
        card = json.loads((own.out / "model.json").read_text(encoding="utf-8"))
        shown = [crop.graph for crop in crops if crop.split == "train"]
        scores[f"{share:g}"] = {
            "graphs_shown": len(set(shown)),
            "crops_shown": len(shown),
            **card["scores"]["test"]["unseen"],
        }
    return scores


@in_one_line("benchmarks.unseen_graphs")
def main(arguments: Sequence[str] | None) -> None:
    """Print the scores as JSON."""
    parser = recipe_parser(__doc__)
    parser.add_argument("--hidden", type=int, default=100, help="graphs to hide (%(default)s)")
    parser.add_argument(
        "--shares", type=float, nargs="+", default=[1.0], help="of the other graphs (1)"
    )
    options = parser.parse_args(arguments)
    print_scores(options, lambda settings: curve(settings, options.hidden, options.shares))


if __name__ == "__main__":
    raise SystemExit(main())
