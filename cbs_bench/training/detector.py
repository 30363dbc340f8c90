"""Trains the detector on scans of rendered slips, of slips made of real crops, and on real ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from cbs_bench.dataset import reader
from cbs_bench.dataset.gold import lack_of_gold
from cbs_bench.dataset.reader import SPLITS
from cbs_bench.errors import InputError
from cbs_bench.metrics.detection import detection_scores
from cbs_bench.rendering.fonts import Font, covering, find_fonts
from cbs_bench.training.checkpoint import Checkpoint
from cbs_bench.training.classes import frequent_graphs
from cbs_bench.training.crops import read_crops
from cbs_bench.training.export import export_onnx, write_card
from cbs_bench.training.loop import Schedule, device, optimise, precision
from cbs_bench.training.networks import HeatmapNetwork
from cbs_bench.training.pieces import Batch, pieces_of
from cbs_bench.training.record import (
    digest,
    font_digest,
    noted,
    numbers_of,
    refuse_other_kind,
)
from cbs_bench.training.settings import DetectorSettings
from cbs_bench.training.slips import (
    Slip,
    composed,
    composed_slips,
    made_scans,
    read_slips,
    rendered,
)
from cbs_bench.vision.detector import SLIP_WIDTH, Detector
from cbs_bench.vision.images import Pixels

KIND = "detector"

THRESHOLDS = tuple(round(0.2 + 0.05 * step, 2) for step in range(11))
REAL_REPEATS = 12
"""How often a real scan is among the training scans: there are few of them."""

HELD_OUT = 60
"""Plain slips, and as many scans of any kind, made of validation crops where no real slip is
for validation."""
FREQUENT = 1000
"""Graphs of a corpus that are written on rendered slips."""

COMMONEST = "之不"
"""A font that lacks one of these is none for text."""

FALLBACK_TEXT = "一二三四五六七八九十天地人之不也而以其大小上下中王水火木金土"


def train(settings: DetectorSettings, report: Callable[[str], None]) -> None:
    """Train, choose the threshold, export and score a detector.

    Raises:
        InputError: If there is nothing to train on, no font to write with, slips to be measured
            that are all predicted, or if the folder of the model holds one of another kind.
    """
    refuse_other_kind(settings.out, KIND)
    _refuse_predicted(settings.evaluate)
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng(settings.seed)
    real, crops = read_slips(settings.data), _crops(settings)
    made = _made_scans(crops["train"], settings, generator)
    training = [slip for slip in real if slip.split == "train"] * REAL_REPEATS
    training += [slip for scans in made.values() for slip in scans]
    if not training:
        remedy = "give --data with slips, or --fonts"
        raise lack_of_gold("nothing to train on", settings.data, "slips", SPLITS, remedy)
    report(f"{len(training)} training scans, {len(real)} real ones in all splits")
    network = HeatmapNetwork().to(device(), memory_format=torch.channels_last)
    optimise(
        network,
        lambda step: pieces_of(training, settings.batch, settings.seed, step),
        lambda batch: _loss(network, batch),
        Schedule(settings.steps, 2e-3, 0.01),
        checkpoint=Checkpoint(settings.out / "checkpoints" / "detector.pt", _run(settings)),
        report=report,
    )
    validation = _validation_scans(real, crops["validation"], settings, generator)
    # Without anything for validation, a sample of the training scans decides the threshold.
    fitting = validation or training[:: max(len(training) // 40, 1)]
    counts = {name: len(scans) for name, scans in made.items()}
    _finish(network, real, fitting, counts, settings, report)


def _refuse_predicted(evaluate: Sequence[Path]) -> None:
    """Say before hours of training that there will be nothing to measure."""
    for folder in evaluate:
        if "slips" in reader.configs(folder) and not read_slips([folder]):
            remedy = "give --evaluate with slips"
            raise lack_of_gold("nothing to measure on", [folder], "slips", SPLITS, remedy)


def _run(settings: DetectorSettings) -> dict[str, Any]:
    """What decides what is learned."""
    data = [[reader.fingerprint(f) for f in found] for found in (settings.data, settings.evaluate)]
    return {
        **numbers_of(settings),
        "fonts": font_digest(settings.fonts),
        "label_counts": digest(_written(settings)),
        "data": digest(data),
    }


def _made_scans(
    crops: Sequence[Pixels], settings: DetectorSettings, generator: np.random.Generator
) -> dict[str, list[Slip]]:
    """Training scans that are ``composed`` of real crops, and of ``rendered`` graphs."""
    made: dict[str, list[Slip]] = {"composed": [], "rendered": []}
    if crops:
        make = composed(crops, generator)
        made["composed"] = made_scans(make, settings.composed, generator, "train")
    if settings.fonts:
        make = rendered(_written(settings), _hands(settings.fonts), generator)
        made["rendered"] = made_scans(make, settings.rendered, generator, "train")
    return made


def _written(settings: DetectorSettings) -> list[str]:
    """The graphs of rendered slips."""
    if settings.label_counts is None:
        return list(FALLBACK_TEXT)
    return frequent_graphs(settings.label_counts)[:FREQUENT]


def _hands(paths: Sequence[Path]) -> list[Font]:
    """The fonts that are made for running text."""
    hands = covering(find_fonts(paths), COMMONEST)
    if not hands:
        raise InputError(
            f"no font in {', '.join(map(str, paths))} draws {' and '.join(COMMONEST)}",
            remedy="give one with Han characters, or leave out --fonts",
        )
    return hands


def _validation_scans(
    real: Sequence[Slip],
    crops: Sequence[Pixels],
    settings: DetectorSettings,
    generator: np.random.Generator,
) -> list[Slip]:
    """Real scans; where there are none, made ones of real crops; where these lack too, none."""
    scans = [slip for slip in real if slip.split == "validation"]
    if scans or not crops:
        return scans
    # Half of what is read are plain slips, as in the collections.
    plain = composed_slips(crops, HELD_OUT, settings.seed)
    return plain + made_scans(composed(crops, generator), HELD_OUT, generator, "validation")


def _crops(settings: DetectorSettings) -> dict[str, list[Pixels]]:
    """Crops of ``data`` by split, without those of slips that are only to be measured."""
    measured = {crop.slip for crop in read_crops(settings.evaluate)}
    crops: dict[str, list[Pixels]] = {split: [] for split in SPLITS}
    for crop in read_crops(settings.data):
        if crop.slip not in measured:
            crops[crop.split].append(crop.pixels)
    return crops


def _loss(network: HeatmapNetwork, batch: Batch) -> torch.Tensor:
    """Focal loss on the centres, L1 on sizes and offsets (CenterNet)."""
    place = device()
    pictures = torch.from_numpy(batch[0]).to(place, memory_format=torch.channels_last)
    target = torch.from_numpy(batch[1]).to(place)
    with precision():
        heads = network(pictures)
    heads = heads.float()
    logit, ideal, centre = heads[:, 0], target[:, 0], target[:, 5]
    chance = torch.sigmoid(logit)
    hit = -F.logsigmoid(logit) * (1 - chance) ** 2 * centre
    miss = -F.logsigmoid(-logit) * chance**2 * (1 - ideal) ** 4 * (1 - centre)
    found = centre.sum().clamp(min=1)
    shape = (heads[:, 1:5] - target[:, 1:5]).abs() * centre[:, None]
    return (hit.sum() + miss.sum() + shape.sum()) / found


def _finish(
    network: HeatmapNetwork,
    real: Sequence[Slip],
    fitting: Sequence[Slip],
    made: Mapping[str, int],
    settings: DetectorSettings,
    report: Callable[[str], None],
) -> None:
    settings.out.mkdir(parents=True, exist_ok=True)
    example = torch.zeros(2, 1, 256, SLIP_WIDTH)
    export_onnx(network, example, settings.out / "model.onnx", free_size=True)
    split = {name: [slip for slip in real if slip.split == name] for name in SPLITS}
    card: dict[str, Any] = {
        "input": {"slip_width": SLIP_WIDTH, "channels": 1},
        "normalisation": "grey, slips 64 pixels wide, zero mean and unit spread of the whole scan",
        "vocabulary": ["character"],
        "calibration": {"threshold": 0.4},
        "training": {
            **noted(settings),
            "slips": {name: len(rows) for name, rows in split.items()},
            **made,
        },
    }
    detector = Detector(write_card(settings.out, KIND, card))
    card["calibration"]["threshold"] = _best_threshold(detector, fitting)
    detector = Detector(write_card(settings.out, KIND, card))
    card["scores"] = {"scans the threshold is chosen on": measure(detector, fitting)}
    if split["test"]:
        card["scores"]["test"] = measure(detector, split["test"])
    for folder in settings.evaluate:
        card["scores"][f"{folder.name}, no slip of it trained on"] = measure(
            detector, read_slips([folder])
        )
    write_card(settings.out, KIND, card)
    report(json.dumps(card["scores"]))


def measure(detector: Detector, slips: Sequence[Slip]) -> dict[str, float]:
    """F1 and average precision at an overlap of one half."""
    found = [(detector.detect(slip.pixels), slip.boxes) for slip in slips]
    ranked = [(detector.rank(slip.pixels), slip.boxes) for slip in slips]
    return {"slips": len(slips), **detection_scores(found, ranked)}


def _best_threshold(detector: Detector, slips: Sequence[Slip]) -> float:
    scores = []
    for threshold in THRESHOLDS:
        detector.threshold = threshold
        found = [(detector.detect(slip.pixels), slip.boxes) for slip in slips]
        scores.append(detection_scores(found, found)["f1"])
    return THRESHOLDS[int(np.argmax(scores))]
