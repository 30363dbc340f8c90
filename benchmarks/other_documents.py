"""How a recogniser fares on documents that no crop of its training is from.

    python -m benchmarks.other_documents --config configs/shipped.yaml --fonts FONTS

Slips of one document are of one hand and one photographer, so that scores on other slips of it
promise too much to a lab with new ones. Documents are parted into folds. For each fold a
recogniser is trained, by the settings given, without the crops of its documents, and scored on
them. A document that has half of all crops or more is always learned from. The crops of the test
split are not looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.bad_input import in_one_line
from benchmarks.recipe import learn_after, print_scores, recipe_parser
from cbs_bench.errors import InputError
from cbs_bench.training.crops import Crop, read_crops
from cbs_bench.training.recognizer import classes_of
from cbs_bench.training.settings import RecognizerSettings

SCORES = ("top1", "top5", "top10")


def folds(crops: Sequence[Crop], number: int, seed: int) -> Iterator[list[Crop]]:
    """The training and validation crops, ``number`` times; those of some documents are for test.

    Raises:
        InputError: If there are fewer documents than folds.
    """
    kept = [crop for crop in crops if crop.split != "test"]
    counts = Counter(crop.document for crop in kept)
    documents = sorted(name for name in counts if name and 2 * counts[name] < len(kept))
    if not 1 < number <= len(documents):
        raise InputError(
            f"cannot part {len(documents)} documents into {number} folds",
            remedy="give --folds from 2 to the number of documents",
        )
    order = np.random.default_rng(seed).permutation(documents)
    for fold in range(number):
        held = set(order[fold::number].tolist())
        yield [replace(c, split="test") if c.document in held else c for c in kept]


def measure(settings: RecognizerSettings, number: int) -> dict[str, float]:
    """Crops of graphs that training shows in other documents, and the accuracies on them."""
    pooled: Counter[str] = Counter()
    crops = read_crops(settings.data)
    classes = classes_of(crops, settings)
    for index, parted in enumerate(folds(crops, number, settings.seed)):
        own = replace(settings, out=settings.out / f"fold-{index}")
        learn_after(settings.out / "fold-0", parted, classes, own)
        card = json.loads((own.out / "model.json").read_text(encoding="utf-8"))
        seen = card["scores"]["test"].get("seen", {"crops": 0})
        pooled["crops"] += seen["crops"]
        pooled.update({name: seen["crops"] * seen.get(name, 0) for name in SCORES})
    if not pooled["crops"]:
        raise InputError("no graph is in two documents", remedy="give --data with more crops")
    shares = {name: round(pooled[name] / pooled["crops"], 4) for name in SCORES}
    return {"crops": pooled["crops"], **shares}


@in_one_line("benchmarks.other_documents")
def main(arguments: Sequence[str] | None) -> None:
    """Print the scores as JSON."""
    parser = recipe_parser(__doc__)
    parser.add_argument("--folds", type=int, default=3, help="parts (%(default)s)")
    options = parser.parse_args(arguments)
    print_scores(options, lambda settings: measure(settings, options.folds))


if __name__ == "__main__":
    raise SystemExit(main())
