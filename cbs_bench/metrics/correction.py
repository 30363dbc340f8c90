"""Correction for asking many questions of the same data."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction, which keeps the family-wise error rate.

    Holm, "A Simple Sequentially Rejective Multiple Test Procedure" (1979).

    Args:
        p_values: One a comparison.

    Returns:
        The corrected values in the same order, at most 1.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p_values[index]))
        corrected[index] = highest
    return corrected
