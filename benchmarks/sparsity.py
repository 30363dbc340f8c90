"""What sparse activations cost a recogniser in accuracy.

    python -m benchmarks.sparsity --config configs/quick.yaml --data build/chubs build/laozi

One recogniser is trained for each factor of the penalty on activations that are not zero
(``sparsity`` in its settings), all with the settings and the number of batches of the config, and
scored on crops that nothing is chosen by. 0 is the plain ReLU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from benchmarks.bad_input import in_one_line
from benchmarks.held_out import HeldOut
from benchmarks.recipe import print_scores, recipe_parser, tell
from cbs_bench.training.crops import Crop, read_crops
from cbs_bench.training.loop import device
from cbs_bench.training.recognizer import accuracy_on, fit
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.training.sparsity import zero_share

FACTORS = (0.0, 3.0, 10.0, 30.0)


def measure(
    settings: RecognizerSettings, crops: Sequence[Crop], factors: Sequence[float]
) -> dict[str, Any]:
    """Number of crops; by factor, the share of activations that are zero and top-1 accuracy.

    Raises:
        InputError: If there is nothing to score.
    """
    held_out = HeldOut(crops, settings)
    accuracy = accuracy_on(held_out.pictures, held_out.labels)
    shown = torch.from_numpy(held_out.pictures)[:, None].to(device())
    scores: dict[str, Any] = {"crops": len(held_out.labels)}
    for factor in factors:
        own = replace(settings, sparsity=factor, out=settings.out / f"{factor:g}")
        network = fit(held_out.training, held_out.classes, own, tell)
        scores[f"{factor:g}"] = {
            "zero_activations": round(zero_share(network, shown), 4),
            "top1": round(accuracy(network), 4),
        }
        tell(f"sparsity {factor:g}: {scores[f'{factor:g}']}")
    return scores


@in_one_line("benchmarks.sparsity")
def main(arguments: Sequence[str] | None) -> None:
    """Print the scores as JSON."""
    options = recipe_parser(__doc__).parse_args(arguments)
    print_scores(options, lambda own: measure(own, read_crops(own.data), FACTORS))


if __name__ == "__main__":
    raise SystemExit(main())
