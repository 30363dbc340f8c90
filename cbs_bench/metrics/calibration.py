"""Does a probability mean what it says: calibration error and risk against coverage."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

COVERAGES = tuple(tenths / 10 for tenths in range(1, 11))
"""Shares of the predictions, most confident first, at which a curve is stored."""


def expected_calibration_error(
    confidence: Array, correct: npt.NDArray[np.bool_], *, bins: int = 15
) -> float:
    """Mean gap between confidence and accuracy over equally filled bins.

    Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), with bins of
    equal mass rather than equal width, which needs fewer predictions.

    Args:
        confidence: ``[n]`` probabilities of the predictions made.
        correct: ``[n]`` whether each was right.
        bins: Number of bins.
    """
    order = np.argsort(confidence, kind="stable")
    groups = [g for g in np.array_split(order, bins) if len(g)]
    gaps = [abs(confidence[g].mean() - correct[g].mean()) * len(g) for g in groups]
    return float(sum(gaps) / max(len(confidence), 1))


def risk_coverage(confidence: Array, correct: npt.NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """The curve of selective prediction, most confident first.

    Returns:
        Thresholds, share of predictions kept at each, and share of those that are wrong.
    """
    order = np.argsort(-confidence, kind="stable")
    kept = np.arange(1, len(order) + 1)
    risk = np.cumsum(~correct[order]) / kept
    return confidence[order], kept / len(order), risk


def risks(confidence: Array, correct: npt.NDArray[np.bool_]) -> list[list[float]]:
    """The same curve in short: ``[coverage, risk]`` at each of :data:`COVERAGES`."""
    _, coverage, risk = risk_coverage(confidence, correct)
    places = np.searchsorted(coverage, np.array(COVERAGES) - 1e-9)
    return [[share, float(risk[place])] for share, place in zip(COVERAGES, places, strict=True)]


def accepted_risk(accepted: npt.NDArray[np.bool_], correct: npt.NDArray[np.bool_]) -> list[float]:
    """``[coverage, risk]`` of the predictions accepted; no risk where none is."""
    risk = float((~correct[accepted]).mean()) if accepted.any() else 0.0
    return [float(accepted.mean()), risk]


def reliability(
    confidence: Array, correct: npt.NDArray[np.bool_], accepted: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    """Whether confidence can be believed, as results and model cards tell it.

    Args:
        confidence: ``[n]`` probabilities of the predictions made.
        correct: ``[n]`` whether each was right.
        accepted: ``[n]`` whether its maker would rely on it.

    Returns:
        ``calibration_error``, and ``risk_coverage`` as a ``curve`` and at the maker's own
        ``threshold``.
    """
    return {
        "calibration_error": expected_calibration_error(confidence, correct),
        "risk_coverage": {
            "curve": risks(confidence, correct),
            "threshold": accepted_risk(accepted, correct),
        },
    }
