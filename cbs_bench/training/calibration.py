"""Fits on validation crops what the decoder of a recogniser goes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cbs_bench.metrics.calibration import risk_coverage
from cbs_bench.metrics.multisets import multiset_f1
from cbs_bench.script.components import decompose
from cbs_bench.training.scored import Array, Scored
from cbs_bench.vision.decoding import Decoder, softmax
from cbs_bench.vision.prior import Prior

MAX_RISK = 0.15
"""Share of the accepted graphs that may be wrong."""

CAUTIOUS = 0.9
"""The threshold where none is as strict as that."""

STRICTEST = 0.9999
"""The highest threshold: one rounded up to 1 would let nothing through."""

ROUNDS = 3
"""How often temperature, prior and bias are fitted in turn."""

MOST_DOUBTED = 400
"""Crops in doubt that the rest is fitted on, drawn evenly: each is decoded in a hundred ways."""

# What is tried: temperatures, priors and biases of logits, and two settings of the decoder.
TEMPERATURES = [float(t) for t in np.exp(np.linspace(np.log(0.3), np.log(3.0), 60))]
PRIOR_WEIGHTS = [step / 20 for step in range(21)]
BIASES = [step / 8 for step in range(-32, 33)]
COMPONENT_THRESHOLDS = np.linspace(0.05, 0.7, 27)
UNSEEN_WEIGHTS = (1.0, 2.0, 4.0, 8.0, 16.0)


def calibrate(scored: Scored, card: Mapping[str, Any], *, least: float = 0.0) -> dict[str, float]:
    """Temperature, prior and bias by likelihood, the rest by risk and coverage and component F1.

    Args:
        scored: Outputs for crops that were not trained on.
        card: The model's, calibrated or not.
        least: The threshold is not below it.

    Returns:
        What stands under ``calibration`` in the model's card; ``coverage`` is the share of the
        crops whose graph is accepted.
    """
    known = scored.labels >= 0
    logits, labels = scored.graphs[known], scored.labels[known]
    prior = Prior(card)
    picked = np.arange(len(labels))

    def chances(temperature: float, weight: float, bias: float) -> Array:
        return softmax((logits + prior.bias(bias, weight)) / np.float32(temperature))

    def likelihood(temperature: float, weight: float, bias: float) -> float:
        return float(np.log(chances(temperature, weight, bias)[picked, labels] + 1e-9).mean())

    temperature, weight, bias = 1.0, 0.0, 0.0
    for _ in range(ROUNDS):
        temperature = max(TEMPERATURES, key=lambda value: likelihood(value, weight, bias))
        weight = max(PRIOR_WEIGHTS, key=lambda value: likelihood(temperature, value, bias))
        if prior.unseen[labels].any():
            bias = max(BIASES, key=lambda value: likelihood(temperature, weight, value))
    probabilities = chances(temperature, weight, bias)
    confidence = probabilities.max(axis=1)
    threshold, coverage, risk = risk_coverage(confidence, probabilities.argmax(axis=1) == labels)
    within = np.flatnonzero((risk <= MAX_RISK) & (threshold >= least))
    fitted = float(threshold[within[-1]]) if within.size else max(CAUTIOUS, least)
    calibration = {
        "temperature": round(temperature, 4),
        "prior_weight": weight,
        "unseen_bias": bias,
        "threshold": min(round(fitted, 4), STRICTEST),
        "max_risk": MAX_RISK,
        "coverage": round(float(coverage[within[-1]]) if within.size else 0.0, 4),
    }
    return calibration | _of_components(scored, card, calibration)


def _of_components(
    scored: Scored, card: Mapping[str, Any], calibration: dict[str, float]
) -> dict[str, float]:
    """What serves crops in doubt best, which alone are read by it."""
    uncut = {**card, "calibration": calibration | {"component_threshold": 0.0}}
    chances = Decoder(uncut).probabilities(scored.graphs)
    doubted = np.flatnonzero(chances.max(axis=1) < calibration["threshold"])
    known = [(place, parts) for place in doubted if (parts := decompose(scored.names[place]))]
    drawn = np.linspace(0, len(known) - 1, min(len(known), MOST_DOUBTED), dtype=int)
    truth = dict(known[i] for i in drawn)
    graphs, components = scored.graphs[list(truth)], scored.components[list(truth)]

    def f1(fitted: dict[str, float]) -> float:
        decoder = Decoder({**card, "calibration": calibration | fitted})
        found = decoder.decode(graphs, components)
        return multiset_f1([read.components for read in found], list(truth.values()))

    weights = UNSEEN_WEIGHTS if Prior(card).unseen.any() else UNSEEN_WEIGHTS[:1]
    tried = [
        {"unseen_weight": weight, "component_threshold": round(float(threshold), 4)}
        for weight in weights
        for threshold in COMPONENT_THRESHOLDS
    ]
    return max(tried, key=f1)
