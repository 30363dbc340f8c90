"""How accuracy grows with the number of real crops, and what the next thousand would bring.

    python -m benchmarks.learning_curve --config configs/quick.yaml --data build/chubs build/laozi

One recogniser is trained for each share of the training crops, all with the settings and the
number of batches of the config; with ``--same-passes`` a share of the crops gets a share of the
batches, so that every crop is seen as often. The smaller shares are part of the larger ones.
Validation and test crops are scored together, since nothing is chosen on either: training runs to
its end. Only graphs with a crop in the whole training split count, so that every row is asked the
same. Extrapolated is by a power law of the error (Hestness et al., "Deep learning scaling is
predictable, empirically", 2017), fitted to the rows by least squares of the logarithms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.bad_input import in_one_line
from benchmarks.held_out import HeldOut
from cbs_bench.training.config import settings_from
from cbs_bench.training.crops import Crop, read_crops
from cbs_bench.training.recognizer import accuracy_on, fit
from cbs_bench.training.settings import RecognizerSettings

SHARES = (0.125, 0.25, 0.5, 1.0)
MORE = 1000


@in_one_line("benchmarks.learning_curve")
def main(arguments: Sequence[str] | None) -> None:
    """Print the curve and a table."""
    options = _parse(arguments)
    with tempfile.TemporaryDirectory() as folder:
        flags = {**vars(options), "out": Path(folder)}
        settings = settings_from(RecognizerSettings, options.config, flags)
        crops = read_crops(settings.data)
        found = curve(settings, crops, same_passes=options.same_passes)
        points = [(n, 1 - top1) for n, top1 in found]
    numbers, errors = np.array(points).T
    factor, power = power_law(numbers, errors)
    print(f"\nerror = {factor:.3f} n^{power:.3f}")
    print("| training crops | top-1 | fitted |\n|---:|---:|---:|")
    for number, error in points:
        print(f"| {number} | {_percent(error)} | {_percent(factor * number**power)} |")
    for number in (numbers[-1] + MORE, 2 * numbers[-1], 10 * numbers[-1]):
        print(f"| {number:.0f} | | {_percent(factor * number**power)} |")


def curve(
    settings: RecognizerSettings, crops: Sequence[Crop], *, same_passes: bool = False
) -> list[tuple[int, float]]:
    """Number of training crops and top-1 accuracy on the others, for each share.

    Args:
        settings: Of the recogniser; its steps are those of the whole.
        crops: Of every split.
        same_passes: Whether a share gets a share of the steps.

    Raises:
        InputError: If there are no others.
    """
    held_out = HeldOut(crops, settings)
    training, classes = held_out.training, held_out.classes
    accuracy = accuracy_on(held_out.pictures, held_out.labels)
    order = np.random.default_rng(settings.seed).permutation(len(training))
    points = []
    for share in SHARES:
        chosen = [training[i] for i in order[: round(share * len(training))]]
        steps = max(round(share * settings.steps), 1) if same_passes else settings.steps
        own = replace(settings, steps=steps, out=settings.out / f"{share}")
        network = fit(chosen, classes, own, _report)
        points.append((len(chosen), accuracy(network)))
        _report(f"{len(chosen)} crops: {points[-1][1]:.4f} of {len(held_out.labels)}")
    return points


def power_law(
    numbers: np.ndarray[tuple[int], np.dtype[np.float64]],
    errors: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> tuple[float, float]:
    """Factor and power of the error as a function of the number of crops."""
    power, logarithm = np.polyfit(np.log(numbers), np.log(np.maximum(errors, 1e-3)), 1)
    return float(np.exp(logarithm)), float(power)


def _percent(error: float) -> str:
    """Accuracy."""
    return f"{100 * (1 - error):.1f}"


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--config", type=Path, help="YAML of the recogniser's settings")
    parser.add_argument("--data", type=Path, nargs="+", help="built datasets")
    parser.add_argument("--steps", type=int, help="batches for each share, or for the whole")
    parser.add_argument("--same-passes", action="store_true", help="fewer batches for less crops")
    parser.add_argument("--seed", type=int)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
