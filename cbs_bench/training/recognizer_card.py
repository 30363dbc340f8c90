"""Calibrates, exports and scores a trained recogniser."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from cbs_bench import revision
from cbs_bench.metrics.calibration import (
    accepted_risk,
    expected_calibration_error,
    risk_coverage,
    risks,
)
from cbs_bench.training.classes import Classes
from cbs_bench.training.crops import Crop
from cbs_bench.training.export import export_onnx, quantise, write_card
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.recognizer import (
    blend,
    incidence,
    sigmoid,
    softmax,
)
from cbs_bench.vision.session import Model

MAX_RISK = 0.15
INT8_TOLERANCE = 0.005
TEMPERATURES = np.exp(np.linspace(np.log(0.3), np.log(3.0), 60))
COMPONENT_THRESHOLDS = np.linspace(0.05, 0.7, 27)

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scored:
    """Raw outputs for a set of crops.

    Attributes:
        graphs: ``[crops, graphs]`` logits.
        components: ``[crops, components]`` logits.
        labels: ``[crops]`` class numbers; -1 for a graph that is no class.
        names: The graph of each crop.
    """

    graphs: Array
    components: Array
    labels: npt.NDArray[np.int64]
    names: list[str]


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
    split = {
        name: [c for c in crops if c.split == name] for name in ("train", "validation", "test")
    }
    fitting = split["validation"] or split["train"]
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
        "calibration": {"temperature": 1.0, "threshold": 0.5, "component_threshold": 0.3},
        "training": {
            "settings": _recorded(settings),
            "revision": revision.current(),
            "data": [folder.name for folder in settings.data],
            "crops": {name: len(rows) for name, rows in split.items()},
            "rendered_batches": settings.pretrain_steps if settings.fonts else 0,
        },
    }
    model = _smallest_good(full, settings.out, card, split["train"], fitting, classes, report)
    if fitting:
        card["calibration"] = calibrate(score(model, fitting, classes), classes)
    counts = Counter(crop.graph for crop in split["train"]), Counter(crop.graph for crop in crops)
    card["scores"] = {
        name: measure(score(model, split[name], classes), classes, counts, card["calibration"])
        for name in ("validation", "test")
        if split[name]
    }
    write_card(settings.out, "recognizer", card)
    full.unlink()
    report(json.dumps(card["scores"], ensure_ascii=False))


def _smallest_good(
    full: Path, out: Path, card: dict[str, Any], train: Sequence[Crop], fitting: Sequence[Crop],
    classes: Classes, report: Callable[[str], None],
) -> Model:  # fmt: skip
    """The int8 model, or the full one where int8 loses too much."""
    (out / "model.onnx").write_bytes(full.read_bytes())
    model = write_card(out, "recognizer", card)
    if not fitting:
        return model
    exact = _top1(score(model, fitting, classes))
    frame = Frame.of_card(card)
    samples = [frame.prepare(crop.pixels)[None, None] for crop in (train or fitting)[:300]]
    quantise(full, out / "model.onnx", samples)
    small = write_card(out, "recognizer", card)
    loss = exact - _top1(score(small, fitting, classes))
    report(f"int8 loses {100 * loss:.2f} points of validation accuracy")
    if loss <= INT8_TOLERANCE:
        return small
    (out / "model.onnx").write_bytes(full.read_bytes())
    return write_card(out, "recognizer", card)


def _recorded(settings: RecognizerSettings) -> dict[str, Any]:
    """The settings as JSON; ``command`` among them says what they were read from."""
    return {
        name: [str(item) for item in value]
        if isinstance(value, list)
        else str(value)
        if isinstance(value, Path)
        else value
        for name, value in vars(settings).items()
    }


def score(model: Model, crops: Sequence[Crop], classes: Classes) -> Scored:
    """Outputs of the exported model for ``crops``."""
    number = {graph: index for index, graph in enumerate(classes.graphs)}
    frame = Frame.of_card(model.card)
    rows = [
        model.run(np.stack([frame.prepare(c.pixels) for c in crops[i : i + 64]])[:, None])
        for i in range(0, len(crops), 64)
    ]
    return Scored(
        np.concatenate([row[0] for row in rows]),
        np.concatenate([row[1] for row in rows]),
        np.array([number.get(crop.graph, -1) for crop in crops]),
        [crop.graph for crop in crops],
    )


def calibrate(scored: Scored, classes: Classes) -> dict[str, float]:
    """Temperature by likelihood, thresholds by the risk-coverage curve and by F1."""
    known = scored.labels >= 0
    logits, labels = scored.graphs[known], scored.labels[known]
    picked = np.arange(len(labels))
    likelihood = [np.log(softmax(logits / t)[picked, labels] + 1e-9).mean() for t in TEMPERATURES]
    temperature = float(TEMPERATURES[int(np.argmax(likelihood))])
    probabilities = softmax(logits / temperature)
    confidence = probabilities.max(axis=1)
    threshold, coverage, risk = risk_coverage(confidence, probabilities.argmax(axis=1) == labels)
    within = np.flatnonzero(risk <= MAX_RISK)
    shown = _component_evidence(scored, classes, temperature)
    truth = incidence(classes.decompositions, classes.components)[labels]
    scores = [_micro_f1(shown[known] >= t, truth) for t in COMPONENT_THRESHOLDS]
    return {
        "temperature": round(temperature, 4),
        "threshold": round(float(threshold[within[-1]]) if within.size else 0.9, 4),
        "component_threshold": round(float(COMPONENT_THRESHOLDS[int(np.argmax(scores))]), 4),
        "max_risk": MAX_RISK,
        "coverage": round(float(coverage[within[-1]]) if within.size else 0.0, 4),
    }


def measure(
    scored: Scored,
    classes: Classes,
    counts: tuple[Counter[str], Counter[str]],
    calibration: dict[str, float],
) -> dict[str, Any]:
    """Accuracy by how many real training crops a graph has, components, calibration.

    Args:
        scored: Outputs for the crops of one split.
        classes: The model's classes.
        counts: Crops of each graph in the training split, and in all splits.
        calibration: As :func:`calibrate` gives it.
    """
    probabilities = softmax(scored.graphs / calibration["temperature"])
    ranks = (
        probabilities > probabilities[np.arange(len(probabilities)), scored.labels][:, None]
    ).sum(1)
    ranks[scored.labels < 0] = len(classes.graphs)
    support, size = (np.array([count[name] for name in scored.names]) for count in counts)
    groups = {"all": support >= 0, "seen": support > 0, "unseen": support == 0,
              "1-2": (support > 0) & (support < 3), "3-5": (support > 2) & (support < 6),
              "6-10": (support > 5) & (support < 11), ">10": support > 10,
              "5 or more in all splits": size > 4}  # fmt: skip
    evidence = _component_evidence(scored, classes, calibration["temperature"])
    shown = evidence >= calibration["component_threshold"]
    truth = incidence(classes.decompositions, classes.components)[scored.labels]
    truth[scored.labels < 0] = 0
    measured = {
        name: {
            "crops": int(chosen.sum()),
            "top1": round(float((ranks[chosen] < 1).mean()), 4),
            "top5": round(float((ranks[chosen] < 5).mean()), 4),
            "top10": round(float((ranks[chosen] < 10).mean()), 4),
            "component_f1": round(_micro_f1(shown[chosen], truth[chosen]), 4),
        }
        for name, chosen in groups.items()
        if chosen.any()
    }
    confidence, correct = probabilities.max(axis=1), ranks == 0
    accepted = accepted_risk(confidence >= calibration["threshold"], correct)
    return {
        **measured,
        "calibration_error": round(expected_calibration_error(confidence, correct), 4),
        "risk_coverage": {
            "curve": np.round(risks(confidence, correct), 4).tolist(),
            "threshold": np.round(accepted, 4).tolist(),
        },
    }


def _component_evidence(scored: Scored, classes: Classes, temperature: float) -> Array:
    table = incidence(classes.decompositions, classes.components)
    return blend(sigmoid(scored.components), softmax(scored.graphs / temperature) @ table)


def _micro_f1(shown: npt.NDArray[np.bool_], truth: Array) -> float:
    hits = float((shown * truth).sum())
    return 2 * hits / max(float(shown.sum() + truth.sum()), 1.0)


def _top1(scored: Scored) -> float:
    return float((scored.graphs.argmax(axis=1) == scored.labels).mean())
