"""Networks of the size that Chen et al. (COLING 2025) use, with random weights, for timing only.

A YOLOv5s-size detector (7.2M parameters) at 640 x 640 and a ViT-B/16 (86M) at 224 x 224.
What they would answer does not matter for how long they take.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn


class Convolution(nn.Sequential):
    """Convolution, normalisation, SiLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.SiLU(),
        )


class Bottleneck(nn.Module):
    """A 1 x 1 and a 3 x 3 convolution, with a shortcut where asked."""

    def __init__(self, channels: int, shortcut: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(
            Convolution(channels, channels), Convolution(channels, channels, 3)
        )
        self.shortcut = shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Feature maps in, feature maps of the same shape out."""
        return x + self.body(x) if self.shortcut else self.body(x)


class C3(nn.Module):
    """Two half-width branches, one of them through bottlenecks, joined by a 1 x 1."""

    def __init__(self, inputs: int, outputs: int, depth: int, *, shortcut: bool = True) -> None:
        super().__init__()
        half = outputs // 2
        blocks = [Bottleneck(half, shortcut) for _ in range(depth)]
        self.deep = nn.Sequential(Convolution(inputs, half), *blocks)
        self.plain = Convolution(inputs, half)
        self.join = Convolution(outputs, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Feature maps in, feature maps out."""
        return self.join(torch.cat([self.deep(x), self.plain(x)], dim=1))


class SpatialPyramid(nn.Module):
    """Three poolings in a row, stacked with their input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = Convolution(channels, channels // 2)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.widen = Convolution(channels * 2, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Feature maps in, feature maps of the same shape out."""
        levels = [self.narrow(x)]
        for _ in range(3):
            levels.append(self.pool(levels[-1]))
        return self.widen(torch.cat(levels, dim=1))


class DetectorOfTheirSize(nn.Module):
    """Backbone, feature pyramid both ways and three one-class heads, as in YOLOv5s."""

    def __init__(self) -> None:
        super().__init__()
        self.to_eighth = nn.Sequential(
            Convolution(3, 32, 6, 2), Convolution(32, 64, 3, 2), C3(64, 64, 1),
            Convolution(64, 128, 3, 2), C3(128, 128, 2),
        )  # fmt: skip
        self.to_sixteenth = nn.Sequential(Convolution(128, 256, 3, 2), C3(256, 256, 3))
        self.to_last = nn.Sequential(
            Convolution(256, 512, 3, 2), C3(512, 512, 1), SpatialPyramid(512), Convolution(512, 256)
        )
        self.up = nn.Upsample(scale_factor=2.0, mode="nearest")
        self.mix_sixteenth = nn.Sequential(C3(512, 256, 1, shortcut=False), Convolution(256, 128))
        self.mix_eighth = C3(256, 128, 1, shortcut=False)
        self.down_sixteenth = Convolution(128, 128, 3, 2)
        self.out_sixteenth = C3(256, 256, 1, shortcut=False)
        self.down_last = Convolution(256, 256, 3, 2)
        self.out_last = C3(512, 512, 1, shortcut=False)
        self.heads = nn.ModuleList(nn.Conv2d(channels, 18, 1) for channels in (128, 256, 512))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The three heads for ``[batch, 3, 640, 640]``."""
        eighth = self.to_eighth(x)
        sixteenth = self.to_sixteenth(eighth)
        last = self.to_last(sixteenth)
        middle = self.mix_sixteenth(torch.cat([self._grow(last, sixteenth), sixteenth], dim=1))
        fine = self.mix_eighth(torch.cat([self._grow(middle, eighth), eighth], dim=1))
        medium = self.out_sixteenth(torch.cat([self.down_sixteenth(fine), middle], dim=1))
        coarse = self.out_last(torch.cat([self.down_last(medium), last], dim=1))
        return tuple(
            head(level) for head, level in zip(self.heads, (fine, medium, coarse), strict=True)
        )

    def _grow(self, x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        return self.up(x)[..., : like.shape[2], : like.shape[3]]


class ViTBase16(nn.Module):
    """Dosovitskiy et al., ICLR 2021: twelve layers, width 768, 197 tokens.

    Args:
        classes: Size of the vocabulary.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 768, 16, 16)
        self.start = nn.Parameter(torch.zeros(1, 1, 768))
        self.places = nn.Parameter(torch.zeros(1, 197, 768))
        layer = nn.TransformerEncoderLayer(
            768, 12, 3072, activation="gelu", batch_first=True, norm_first=True, dropout=0.0
        )
        self.layers = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)
        self.head = nn.Linear(768, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits for ``[batch, 3, 224, 224]``."""
        patches = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.start.expand(len(x), -1, -1), patches], dim=1) + self.places
        return self.head(self.layers(tokens)[:, 0])


def export(folder: Path) -> tuple[Path, Path]:
    """Write both networks as ONNX; the paths of the detector and of the classifier."""
    paths = folder / "detector.onnx", folder / "classifier.onnx"
    networks = DetectorOfTheirSize(), ViTBase16()
    for path, network, side in zip(paths, networks, (640, 224), strict=True):
        example = torch.zeros(1, 3, side, side)
        torch.onnx.export(
            network.eval(), (example,), path, dynamo=True, external_data=False, verbose=False
        )
    return paths
