"""Calibrates, exports and scores a trained recogniser."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from cbs_bench.training.calibration import calibrate
from cbs_bench.training.classes import Classes, frequencies
from cbs_bench.training.crops import Crop
from cbs_bench.training.export import export_onnx, quantise, write_card
from cbs_bench.training.loop import device
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.recognition_scores import measure
from cbs_bench.training.record import noted
from cbs_bench.training.scored import score
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.training.sparsity import zero_share
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.recognizer import KIND
from cbs_bench.vision.session import Model

INT8_TOLERANCE = 0.005
"""Share of the validation crops that the int8 version may get wrong in addition."""

SAMPLE = 300
"""Crops by which the range of the activations, and how many of them are zero, are told."""


def finish(
    network: GlyphNetwork,
    classes: Classes,
    crops: Sequence[Crop],
    settings: RecognizerSettings,
    report: Callable[[str], None],
) -> None:
    """Write the model folder and the scores of its validation and test crops.

    Temperature and thresholds are fitted on the validation crops only. The int8 version is
    shipped where it costs less than half a point of validation accuracy.
    """
    settings.out.mkdir(parents=True, exist_ok=True)
    split = _by_split(crops)
    full = settings.out / "full.onnx"
    export_onnx(network, torch.zeros(2, 1, settings.side, settings.side), full, free_size=False)
    card: dict[str, Any] = {
        "input": {
            "height": settings.side,
            "width": settings.side,
            "channels": 1,
            "trim": settings.trim,
        },
        "normalisation": "each crop: grey, stretched to the input size, zero mean, unit spread"
        + ("; blank margins cut off first, aspect kept by half" if settings.trim else ""),
        "vocabulary": classes.graphs,
        "components": classes.components,
        "decompositions": classes.decompositions,
        "crops": training_crops(classes.graphs, split["train"]),
        "frequencies": frequencies(
            classes.graphs,
            settings.label_counts,
            (crop.graph for crop in split["train"]),
            (crop.graph for name in ("validation", "test") for crop in split[name]),
        ),
        "calibration": {"temperature": 1.0, "threshold": 0.5, "component_threshold": 0.3},
        "training": {
            **noted(settings),
            "crops": {name: len(rows) for name, rows in split.items()},
            "rendered_batches": settings.pretrain_steps if settings.fonts else 0,
        },
    }
    sample = _sample(card, split)
    if sample:
        shown = torch.from_numpy(np.concatenate(sample)).to(device())
        card["training"]["zero_activations"] = round(zero_share(network, shown), 4)
    model = _smallest_good(full, settings.out, card, split, sample, report)
    card = judged(model, card, crops)
    write_card(settings.out, KIND, card)
    full.unlink()
    report(json.dumps(card["scores"], ensure_ascii=False))


def training_crops(graphs: Sequence[str], train: Sequence[Crop]) -> list[int]:
    """How many crops of each graph were trained on."""
    counts = Counter(crop.graph for crop in train)
    return [counts[graph] for graph in graphs]


def judged(model: Model, card: Mapping[str, Any], crops: Sequence[Crop]) -> dict[str, Any]:
    """The card with a calibration fitted on the validation crops, and the scores it leads to.

    Without validation crops it is fitted on those trained on, without any it stays as it is.
    """
    split = _by_split(crops)
    card = dict(card)
    name = _fitting(split)
    if split[name]:
        card["calibration"] = calibrate(score(model, split[name]), card) | {"fitted_on": name}
    counts = Counter(crop.graph for crop in split["train"]), Counter(crop.graph for crop in crops)
    card["scores"] = {
        name: measure(score(model, split[name]), card, counts)
        for name in ("validation", "test")
        if split[name]
    }
    return card


def _fitting(split: Mapping[str, Sequence[Crop]]) -> str:
    """The split to fit on: ``validation``, or ``train`` where that is empty."""
    return "validation" if split["validation"] else "train"


def _sample(
    card: dict[str, Any], split: Mapping[str, Sequence[Crop]]
) -> list[npt.NDArray[np.float32]]:
    """Training crops as the network wants them, ``[1, 1, side, side]`` each."""
    frame, crops = Frame.of_card(card), split["train"] or split[_fitting(split)]
    return [frame.prepare(crop.pixels)[None, None] for crop in crops[:SAMPLE]]


def _by_split(crops: Sequence[Crop]) -> dict[str, list[Crop]]:
    return {name: [c for c in crops if c.split == name] for name in ("train", "validation", "test")}


def _smallest_good(
    full: Path,
    out: Path,
    card: dict[str, Any],
    split: Mapping[str, Sequence[Crop]],
    sample: list[npt.NDArray[np.float32]],
    report: Callable[[str], None],
) -> Model:
    """The int8 model, or the full one where int8 loses too much."""
    (out / "model.onnx").write_bytes(full.read_bytes())
    model = write_card(out, KIND, card)
    name = _fitting(split)
    fitting = split[name]
    if not fitting:
        return model
    exact = score(model, fitting).top1
    quantise(full, out / "model.onnx", sample)
    small = write_card(out, KIND, card)
    loss = exact - score(small, fitting).top1
    report(f"int8 loses {100 * loss:.2f} points of accuracy on the crops for {name}")
    if loss <= INT8_TOLERANCE:
        return small
    (out / "model.onnx").write_bytes(full.read_bytes())
    return write_card(out, KIND, card)
