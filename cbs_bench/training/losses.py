"""What the recogniser is trained to do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from cbs_bench.training.classes import Classes
from cbs_bench.training.loop import device, precision
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.synthetic import Batch
from cbs_bench.vision.component_evidence import COMPONENT_MISS

COMPONENT_WEIGHT = 2.0
SMOOTHING = 0.05


class GlyphLoss:
    """Cross entropy over graphs plus binary cross entropy over their components.

    Args:
        network: In training.
        classes: Its classes.
        mixup: Share of the batches whose pictures are blended in pairs (Zhang et al., "mixup",
            ICLR 2018).
        margin: By how much the cosine of the right graph must win (Wang et al., "CosFace",
            CVPR 2018).
    """

    def __init__(
        self, network: GlyphNetwork, classes: Classes, *, mixup: float = 0.0, margin: float = 0.0
    ) -> None:
        self._network = network
        table = _incidence(classes.decompositions, classes.components)
        self._targets = torch.from_numpy(table).to(device())
        self._miss = torch.full((len(classes.components),), COMPONENT_MISS, device=device())
        self._mixup, self._margin = mixup, margin

    def __call__(self, batch: Batch) -> torch.Tensor:
        """The loss of one batch."""
        place = device()
        pictures = torch.from_numpy(batch[0]).to(place, memory_format=torch.channels_last)
        labels = torch.from_numpy(batch[1]).to(place)
        if not torch.rand(()) < self._mixup:
            graphs, components = self._outputs(pictures)
            return self._compare(graphs, components, labels)
        share = float(torch.distributions.Beta(0.4, 0.4).sample())
        others = torch.randperm(len(labels), device=place)
        graphs, components = self._outputs(share * pictures + (1 - share) * pictures[others])
        ours = self._compare(graphs, components, labels)
        return share * ours + (1 - share) * self._compare(graphs, components, labels[others])

    def _outputs(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with precision():
            graphs, components = self._network(pictures)
        return graphs.float(), components.float()

    def _compare(
        self, graphs: torch.Tensor, components: torch.Tensor, labels: torch.Tensor
    ) -> torch.Tensor:
        if self._margin:
            gap = self._margin * self._network.scale
            graphs = graphs - gap * F.one_hot(labels, graphs.shape[1])
        loss = F.cross_entropy(graphs, labels, label_smoothing=SMOOTHING)
        if not len(self._miss):
            return loss
        return loss + COMPONENT_WEIGHT * F.binary_cross_entropy_with_logits(
            components, self._targets[labels], pos_weight=self._miss
        )


def _incidence(
    decompositions: Sequence[Sequence[str]], components: Sequence[str]
) -> npt.NDArray[np.float32]:
    """``[graphs, components]``: 1 where a graph contains a component."""
    column = {component: index for index, component in enumerate(components)}
    matrix = np.zeros((len(decompositions), len(components)), dtype=np.float32)
    for row, parts in enumerate(decompositions):
        for part in parts:
            if part in column:
                matrix[row, column[part]] = 1
    return matrix
