"""The strip itself: fibre, stains, cracks and broken edges."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.rendering.brush import Generator
from cbs_bench.rendering.fonts import Mask

Pixels = npt.NDArray[np.uint8]


def bamboo(height: int, width: int, generator: Generator) -> Mask:
    """An empty strip, brightness in 0 to 1: fibres run along it, stains lie across.

    Args:
        height: In pixels.
        width: In pixels.
        generator: Decides the texture.
    """
    base = generator.uniform(0.62, 0.92)
    fibres = generator.normal(0, 1, (max(height // 24, 2), width)).astype(np.float32)
    stains = generator.normal(0, 1, (max(height // 48, 2), 3)).astype(np.float32)
    grain = generator.normal(0, 1, (height, width)).astype(np.float32)
    texture = (
        base
        + generator.uniform(0.01, 0.06) * cv2.resize(fibres, (width, height))
        + generator.uniform(0.0, 0.06) * cv2.resize(stains, (width, height))
        + generator.uniform(0.005, 0.05) * grain
    )
    clean: Mask = np.clip(texture, 0, 1).astype(np.float32)
    return clean


def ink_on(surface: Mask, ink: Mask, generator: Generator) -> Mask:
    """The surface with ink laid on it, as dark as the scan shows it."""
    darkness = generator.uniform(0.05, 0.4)
    inked: Mask = (surface * (1 - ink) + darkness * ink).astype(np.float32)
    return inked


def damage(surface: Mask, generator: Generator, amount: float) -> Mask:
    """Cracks along the fibre and flaked patches.

    Args:
        surface: Brightness in 0 to 1, ``[height, width]``.
        generator: Decides where.
        amount: Expected number of cracks and of flakes for each ten widths of length.
    """
    height, width = surface.shape
    worn = surface.copy()
    expected = amount * height / (10 * width)
    for _ in range(generator.poisson(expected)):
        x = int(generator.integers(0, width))
        top = int(generator.integers(0, height))
        length = int(generator.integers(8, height // 2 + 9))
        shade = float(generator.uniform(0.1, 0.5))
        cv2.line(worn, (x, top), (x + int(generator.integers(-2, 3)), top + length), shade, 1)
    for _ in range(generator.poisson(expected)):
        centre = (int(generator.integers(0, width)), int(generator.integers(0, height)))
        axes = (
            int(generator.integers(2, width // 4 + 3)),
            int(generator.integers(2, width // 3 + 3)),
        )
        shade = float(generator.uniform(0.6, 1.0))
        cv2.ellipse(worn, centre, axes, float(generator.uniform(0, 180)), 0, 360, shade, -1)
    return worn


def photograph(surface: Mask, generator: Generator) -> Pixels:
    """Blur, contrast and noise of a scan, as uint8."""
    blurred = cv2.GaussianBlur(surface, (0, 0), generator.uniform(0.3, 1.1))
    gain, lift = generator.uniform(0.75, 1.15), generator.uniform(-0.05, 0.1)
    noisy = blurred * gain + lift + generator.normal(0, 0.015, surface.shape)
    pixels: Pixels = (np.clip(noisy, 0, 1) * 255).astype(np.uint8)
    return pixels
