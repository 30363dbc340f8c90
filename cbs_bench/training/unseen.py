"""Gives graphs that no real crop shows the look of their rendered pictures.

Learning from real crops pushes the prototypes of all other graphs away from what real crops look
like, those of unseen graphs too. Their prototypes are therefore taken anew from the finished
network: the mean features of rendered pictures, as linear discriminant analysis sees them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from cbs_bench.training.crops import Crop
from cbs_bench.training.loop import device
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.prototypes import FixedPrototypes
from cbs_bench.training.scored import prepared
from cbs_bench.training.synthetic import RenderedGlyphs
from cbs_bench.vision.framing import Frame

PICTURES = 8
"""Rendered pictures of each graph."""
BATCH = 256
"""Pictures that are looked at together."""
RIDGE = 0.3
"""Of the mean variance of a feature, added to every variance."""
KEPT = 0.5
"""Weight of the learned direction beside the rendered one."""


def place_unseen(
    network: GlyphNetwork,
    pictures: RenderedGlyphs,
    train: Sequence[Crop],
    labels: Sequence[int],
    frame: Frame,
) -> None:
    """Fix the prototypes, those of graphs without a training crop by rendered pictures.

    Args:
        network: After training, set to evaluate.
        pictures: What it was trained on beside real crops.
        train: The real crops.
        labels: Their class numbers.
        frame: How the network wants its crops.
    """
    learned = F.normalize(network.prototypes()).detach().cpu()
    drawn, of_drawn = _rendered_features(network, pictures)
    real = torch.cat([_features(network, part) for part in prepared(train, frame)])
    of_real = torch.tensor(labels)
    means, counts = _means(drawn, of_drawn, len(learned))
    has_pictures = counts > 0
    centred = means - means[has_pictures].mean(dim=0)
    spread = (_within(drawn, of_drawn, len(learned)) + _within(real, of_real, len(learned))) / 2
    spread += RIDGE * spread.diagonal().mean() * torch.eye(len(spread))
    rendered = F.normalize(torch.linalg.solve(spread, centred.T).T)
    unseen = has_pictures.index_fill(0, of_real, False)
    learned[unseen] = F.normalize(rendered + KEPT * learned)[unseen]
    network.prototypes = FixedPrototypes(learned.to(device()))


def _rendered_features(
    network: GlyphNetwork, pictures: RenderedGlyphs
) -> tuple[torch.Tensor, torch.Tensor]:
    found, labels = [], []
    for shown, numbers in pictures.each(PICTURES):
        found.append(_features(network, shown))
        labels.append(torch.from_numpy(numbers))
    return torch.cat(found), torch.cat(labels)


def _features(network: GlyphNetwork, pictures: npt.NDArray[np.float32]) -> torch.Tensor:
    """Features of unit length, ``[n, size]``."""
    parts = torch.from_numpy(pictures).split(BATCH)
    with torch.no_grad():
        found = [F.normalize(network.backbone(part.to(device()))).cpu() for part in parts]
    return torch.cat(found)


def _means(
    features: torch.Tensor, labels: torch.Tensor, graphs: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean features of each graph, and how many pictures of it there are."""
    counts = torch.bincount(labels, minlength=graphs)
    sums = torch.zeros(graphs, features.shape[1]).index_add(0, labels, features)
    return sums / counts.clamp(min=1)[:, None], counts


def _within(features: torch.Tensor, labels: torch.Tensor, graphs: int) -> torch.Tensor:
    """Covariance of the features about the means of their graphs."""
    means, _ = _means(features, labels, graphs)
    deviations = features - means[labels]
    return deviations.T @ deviations / len(deviations)
