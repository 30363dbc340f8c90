"""The scores of a recogniser on labelled crops, as its card tells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cbs_bench.metrics.calibration import reliability
from cbs_bench.metrics.multisets import multiset_f1
from cbs_bench.script.components import decompose
from cbs_bench.tasks.recognition import rank_of
from cbs_bench.training.scored import Scored
from cbs_bench.types import Recognition
from cbs_bench.vision.decoding import Decoder


def measure(
    scored: Scored, card: Mapping[str, Any], counts: tuple[Counter[str], Counter[str]]
) -> dict[str, Any]:
    """Accuracy by how many real training crops a graph has, components, calibration.

    Args:
        scored: Outputs for the crops of one split.
        card: The model's, calibrated.
        counts: Crops of each graph in the training split, and in all splits.
    """
    found = Decoder(card).decode(scored.graphs, scored.components)
    ranks = _ranks(scored.names, found)
    support, size = (np.array([count[name] for name in scored.names]) for count in counts)
    groups = {"all": support >= 0, "seen": support > 0, "unseen": support == 0,
              "1-2": (support > 0) & (support < 3), "3-5": (support > 2) & (support < 6),
              "6-10": (support > 5) & (support < 11), ">10": support > 10,
              "5 or more in all splits": size > 4}  # fmt: skip
    measured = {
        name: {
            "crops": int(chosen.sum()),
            "top1": round(float((ranks[chosen] < 1).mean()), 4),
            "top5": round(float((ranks[chosen] < 5).mean()), 4),
            "top10": round(float((ranks[chosen] < 10).mean()), 4),
            "component_f1": round(_component_f1(scored.names, found, chosen), 4),
        }
        for name, chosen in groups.items()
        if chosen.any()
    }
    confidence, correct = np.array([read.candidates[0][1] for read in found]), ranks == 0
    told = reliability(confidence, correct, confidence >= card["calibration"]["threshold"])
    return {
        **measured,
        "calibration_error": round(told["calibration_error"], 4),
        "risk_coverage": {
            name: np.round(shares, 4).tolist() for name, shares in told["risk_coverage"].items()
        },
    }


def accuracies(scored: Scored, card: Mapping[str, Any]) -> dict[str, float]:
    """Share of the crops whose graph is the first of the candidates, and one of the first five."""
    found = Decoder(card).decode(scored.graphs, scored.components)
    ranks = _ranks(scored.names, found)
    return {f"top{depth}": round(float((ranks < depth).mean()), 4) for depth in (1, 5)}


def _ranks(names: Sequence[str], found: Sequence[Recognition]) -> npt.NDArray[np.intp]:
    ranks = [rank_of(name, read.candidates) for name, read in zip(names, found, strict=True)]
    return np.array(ranks)


def _component_f1(
    names: Sequence[str], found: Sequence[Recognition], chosen: npt.NDArray[np.bool_]
) -> float:
    """Micro-F1 on the chosen crops whose graph can be taken apart."""
    rows = [
        (read.components, parts)
        for name, read, is_chosen in zip(names, found, chosen, strict=True)
        if is_chosen and (parts := decompose(name))
    ]
    return multiset_f1([shown for shown, _ in rows], [parts for _, parts in rows])
