"""Does a probability mean what it says: calibration error and risk against coverage."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


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
