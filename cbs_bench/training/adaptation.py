"""Teaches a recogniser the hand of labelled slips, in seconds, without a GPU and without torch.

What the crops teach is a :class:`~cbs_bench.training.lesson.Lesson`; here it is tried on crops that
it left out, and what comes of it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cbs_bench import revision
from cbs_bench.atomic import write_bytes
from cbs_bench.errors import InputError
from cbs_bench.model_card import NETWORK, identity, write_model_card
from cbs_bench.tokenizer.model_pair import SHIPPED, ModelPair
from cbs_bench.training.calibration import calibrate
from cbs_bench.training.crops import Crop, left_out, read_crops
from cbs_bench.training.exported_prototypes import ExportedPrototypes
from cbs_bench.training.lesson import Lesson
from cbs_bench.training.recognition_scores import accuracies
from cbs_bench.training.scored import score
from cbs_bench.vision.recognizer import KIND
from cbs_bench.vision.session import open_model
from cbs_bench.wording import counted

LEAST_CROPS = 20
"""Fewer do not tell what all crops have in common."""

ENOUGH_TO_CALIBRATE = 100
"""Crops; by fewer, the thresholds are not fitted anew."""

LEFT_OUT = "left out in turn"


def adapt(
    data: Sequence[Path], out: Path, models: Path | None, *, report: Callable[[str], None]
) -> None:
    """Write a folder with the detector and the recogniser, the latter after the crops of ``data``.

    The crops of the test splits are not learned from.

    Args:
        data: Built datasets with a ``glyphs`` config.
        out: Gets the folders ``detector`` and ``recognizer``.
        models: Folder of a model, or of both; by default the shipped ones.
        report: Called with a line of progress now and then.

    Raises:
        InputError: If there are too few crops, ``out`` is a model itself, or the recogniser is
            none of ours.
    """
    if (out / "model.json").exists():
        raise InputError("is a model itself", path=out, remedy="give another --out")
    pair = ModelPair.in_folder(models) if models else SHIPPED
    base = open_model(pair.recognizer, KIND)
    crops = [crop for crop in read_crops(data) if crop.split != "test"]
    _refuse_too_few(crops, data)
    lesson = Lesson(base.card, ExportedPrototypes(pair.recognizer / NETWORK), crops)
    card = lesson.card
    new = len(card["vocabulary"]) - len(base.card["vocabulary"])
    report(
        f"{counted(len(crops), 'crop')} of {counted(len(lesson.graphs), 'graph')}, {new} of them "
        "new to the recogniser"
    )
    learned = lesson.left_out_in_turn()
    before, after = accuracies(score(base, lesson.tried), base.card), accuracies(learned, card)
    report(f"{LEFT_OUT}: {_told(before, after)}")
    for doubt in _doubts(base.card, before, after):
        report(doubt)
    card["scores"] = {LEFT_OUT: {"crops": len(lesson.tried), "before": before, "after": after}}
    if len(crops) >= ENOUGH_TO_CALIBRATE:
        # Graphs without a class are none of the crops: at no risk at all they would be taken for
        # classes, so that a lesson learned well is no reason to trust more than before.
        least = float(base.card["calibration"]["threshold"])
        card["calibration"] = calibrate(learned, card, least=least) | {"fitted_on": LEFT_OUT}
    card["adapted"] = {
        "from": identity(pair.recognizer),
        "data": [folder.name for folder in data],
        "crops": len(crops),
        "new_graphs": new,
        "revision": revision.current(),
    }
    _write(out, pair.detector, lesson.network(), card)


def _write(out: Path, detector: Path, network: bytes, card: Mapping[str, Any]) -> None:
    """Both models, so that the folder is all that reading takes."""
    recognizer = out / KIND
    recognizer.mkdir(parents=True, exist_ok=True)
    write_bytes(recognizer / NETWORK, network)
    write_model_card(recognizer, KIND, NETWORK, card)
    (out / "detector").mkdir(exist_ok=True)
    for name in (NETWORK, "model.json"):
        write_bytes(out / "detector" / name, (detector / name).read_bytes())


def _refuse_too_few(crops: Sequence[Crop], data: Sequence[Path]) -> None:
    if len(crops) < LEAST_CROPS:
        unfit = left_out(data)
        raise InputError(
            f"{counted(len(crops), 'crop')} to learn from{f' (left out: {unfit})' if unfit else ''}"
            f", where {LEAST_CROPS} are needed",
            path=", ".join(map(str, data)),
            remedy="label or correct more glyphs, and build again",
        )


def _doubts(
    card: Mapping[str, Any], before: Mapping[str, float], after: Mapping[str, float]
) -> Iterator[str]:
    """What to know before the models are used."""
    if "adapted" in card:
        yield "the models were adapted before; if to these slips, the figures hold for no others"
    if after["top1"] < before["top1"]:
        yield "no better than before: see that the labels are right, or go on with the old models"


def _told(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    return ", ".join(
        f"{name} {100 * before[key]:.1f} -> {100 * after[key]:.1f} %"
        for key, name in (("top1", "top-1"), ("top5", "top-5"))
    )
