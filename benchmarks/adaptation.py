"""What labelled crops of a new document teach a recogniser that never saw it.

    python -m benchmarks.adaptation --config configs/quick.yaml --data build/chubs build/laozi

The document with most crops is new: a recogniser is trained, by the settings given, without it.
Then a third of its slips, drawn a few times, is scored after `cbs-bench adapt` has learned from
more and more crops of the others. The crops of the test split are not looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.bad_input import in_one_line
from benchmarks.recipe import print_scores, recipe_parser, tell
from cbs_bench.errors import InputError
from cbs_bench.model_card import NETWORK
from cbs_bench.training.crops import Crop, read_crops
from cbs_bench.training.exported_prototypes import ExportedPrototypes
from cbs_bench.training.lesson import Lesson
from cbs_bench.training.recognition_scores import accuracies
from cbs_bench.training.recognizer import classes_of, learn
from cbs_bench.training.scored import score
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.vision.recognizer import KIND
from cbs_bench.vision.session import Model, open_model, open_session

LEARNED = (0, 25, 50, 100, 200, 400)
DRAWS = 8


def measure(settings: RecognizerSettings) -> dict[str, dict[str, float]]:
    """Accuracies by the number of crops learned from, in the mean of the draws."""
    every = read_crops(settings.data)
    crops = [crop for crop in every if crop.split != "test"]
    documents = Counter(crop.document for crop in crops if crop.document)
    if not documents:
        raise InputError("no crop tells its document", remedy="give --data with documents")
    (new, _), *_ = documents.most_common(1)
    own = [crop for crop in crops if crop.document == new]
    parted = [replace(c, split="test") if c.document == new else c for c in crops]
    learn(parted, classes_of(every, settings), settings, tell)
    base, prototypes = open_model(settings.out, KIND), ExportedPrototypes(settings.out / NETWORK)
    found = defaultdict(list)
    for learned, scored in draws(own, settings.seed):
        for number in (n for n in LEARNED if n <= len(learned)):
            model = _after(learned[:number], base, prototypes)
            found[str(number)].append(accuracies(score(model, scored), model.card))
    return {
        number: {name: round(float(np.mean([row[name] for row in rows])), 4) for name in rows[0]}
        for number, rows in found.items()
    }


def _after(crops: Sequence[Crop], base: Model, prototypes: ExportedPrototypes) -> Model:
    if not crops:
        return base
    lesson = Lesson(base.card, prototypes, crops)
    return Model(open_session(lesson.network()), lesson.card, Path())


def draws(crops: Sequence[Crop], seed: int) -> Iterator[tuple[list[Crop], list[Crop]]]:
    """Crops to learn from, slip by slip, and those of a third of the slips, to be scored."""
    slips = sorted({crop.slip for crop in crops})
    for draw in range(DRAWS):
        order = np.random.default_rng((seed, draw)).permutation(slips).tolist()
        held = order[: len(order) // 3]
        learned = [crop for slip in order[len(held) :] for crop in crops if crop.slip == slip]
        yield learned, [crop for crop in crops if crop.slip in held]


@in_one_line("benchmarks.adaptation")
def main(arguments: Sequence[str] | None) -> None:
    """Print the accuracies as JSON."""
    print_scores(recipe_parser(__doc__).parse_args(arguments), measure)


if __name__ == "__main__":
    raise SystemExit(main())
