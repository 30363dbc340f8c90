"""What speaks for a graph before a crop is looked at.

The network is trained on every graph about alike. Where two look the same, the one that is
written more often is the more likely all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

NEVER = 0.5
"""How often a graph counts as written beside the times that it was."""


class Prior:
    """What is added to the logits of the graphs.

    Args:
        card: ``model.json`` of a recogniser. Where it does not tell how often each graph is
            written, all are as frequent; where it does not tell how many crops of each were
            trained on, all count as seen.
    """

    def __init__(self, card: Mapping[str, Any]) -> None:
        vocabulary = card["vocabulary"]
        self.unseen = np.array(card.get("crops", [1] * len(vocabulary))) == 0
        written = np.array(card.get("frequencies", [1] * len(vocabulary))) + NEVER
        self._log_frequencies = np.log(written / written.mean())

    def bias(self, unseen: float, weight: float) -> Array:
        """``[graphs]``, to be added to logits.

        Args:
            unseen: For graphs that no training crop showed, which training has taught to lose
                (Chao et al., "An empirical study and analysis of generalized zero-shot learning",
                ECCV 2016).
            weight: Of the logarithms of the frequencies: 1 is the rule of Bayes.
        """
        bias: Array = (unseen * self.unseen + weight * self._log_frequencies).astype(np.float32)
        return bias
