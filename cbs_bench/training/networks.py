"""The two small networks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from cbs_bench.training.prototypes import ComposedPrototypes


class Residual(nn.Module):
    """Two 3 x 3 convolutions around a shortcut; the first may halve the resolution."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Feature maps in, feature maps out."""
        summed: torch.Tensor = self.relu(self.body(x) + self.shortcut(x))
        return summed


class GlyphNetwork(nn.Module):
    """One backbone, two heads: cosine similarity to a prototype a graph, and components.

    Cosine prototypes (Gidaris & Komodakis, CVPR 2018) keep classes with two images
    comparable with classes of two hundred.

    Args:
        decompositions: Components of each graph class in writing order.
        components: Number of component labels.
        width: Channels of the first layer.
        stem_stride: 2 halves the resolution in the first layer.
        mirrored: Whether to look at the mirror image of a crop too: each output is then the
            higher of the two.
    """

    def __init__(
        self,
        decompositions: Sequence[Sequence[str]],
        components: int,
        width: int = 32,
        stem_stride: int = 1,
        *,
        mirrored: bool = False,
    ) -> None:
        super().__init__()
        self.mirrored = mirrored
        self.backbone = nn.Sequential(
            nn.Conv2d(1, width, 3, stem_stride, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            Residual(width, width * 2, 2),
            Residual(width * 2, width * 4, 2),
            Residual(width * 4, width * 6, 2),
            Residual(width * 6, width * 6, 1),
            Residual(width * 6, width * 8, 2),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.dropout = nn.Dropout(0.2)
        self.prototypes: nn.Module = ComposedPrototypes(decompositions, width * 8)
        self.scale = nn.Parameter(torch.tensor(16.0))
        # A script whose graphs are not taken apart has none; ONNX needs an output all the same.
        self.components = nn.Linear(width * 8, max(components, 1))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of graphs and of components for ``[batch, 1, side, side]``."""
        if self.training or not self.mirrored:
            return self._logits(x)
        # In one batch: onnxruntime cannot open a quantised network that uses its weights twice.
        graphs, components = self._logits(torch.cat([x, x.flip(-1)]))
        return _higher(graphs), _higher(components)

    def _logits(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.dropout(self.backbone(x))
        similarity = F.linear(F.normalize(features), F.normalize(self.prototypes()))
        return similarity * self.scale, self.components(features)


def _higher(outputs: torch.Tensor) -> torch.Tensor:
    """The higher of both outputs for each crop, first those of the crops, then of their mirrors."""
    return outputs.reshape(2, -1, outputs.shape[-1]).amax(dim=0)


class HeatmapNetwork(nn.Module):
    """An anchor-free detector: centre heatmap, size and offset at a quarter of the resolution.

    After CenterNet (Zhou et al., "Objects as Points", 2019).
    """

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)
        )
        self.quarter = Residual(width, width * 2, 2)
        self.eighth = Residual(width * 2, width * 3, 2)
        self.sixteenth = Residual(width * 3, width * 4, 2)
        self.up_eighth = nn.Conv2d(width * 4, width * 3, 1)
        self.up_quarter = nn.Conv2d(width * 3, width * 2, 1)
        final = nn.Conv2d(width * 2, 5, 1)
        self.heads = nn.Sequential(
            nn.Conv2d(width * 2, width * 2, 3, 1, 1), nn.ReLU(inplace=True), final
        )
        with torch.no_grad():
            final.bias[0] = -3.0  # few centres at the start

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """``[batch, 5, height / 4, width / 4]``: centre logit, log size (2), offset (2)."""
        quarter = self.quarter(self.stem(x))
        eighth = self.eighth(quarter)
        coarse = self.up_eighth(self.sixteenth(eighth))
        eighth = eighth + F.interpolate(coarse, scale_factor=2.0, mode="nearest")
        fine = F.interpolate(self.up_quarter(eighth), scale_factor=2.0, mode="nearest")
        heads: torch.Tensor = self.heads(quarter + fine)
        return heads
