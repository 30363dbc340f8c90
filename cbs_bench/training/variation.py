"""How real crops are varied in training, by what kind of picture they are.

Bends and brushes are told in pixels, and therefore depend on the side of the picture.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    import albumentations


def photograph(side: int) -> albumentations.Compose:
    """Photographs of ink: other hands, tilt, light, blur and the few pixels of a photo strip."""
    a = _library()
    return a.Compose(
        [
            a.Affine(
                scale={"x": (0.75, 1.2), "y": (0.75, 1.2)}, translate_percent=(-0.1, 0.1),
                rotate=(-10, 10), shear=(-12, 12), border_mode=cv2.BORDER_REPLICATE, p=0.95,
            ),
            a.ElasticTransform(
                alpha=side * 3 / 5, sigma=side / 9, border_mode=cv2.BORDER_REPLICATE, p=0.7,
            ),
            a.RandomBrightnessContrast(0.2, 0.3, p=0.5),
            a.RandomGamma(gamma_limit=(40, 250), p=0.4),
            # Ink is dark: erosion is a thicker brush, dilation a thinner one.
            a.Morphological(scale=(2, max(side // 20, 2)), operation="erosion", p=0.2),
            a.Morphological(scale=(2, max(side // 26, 2)), operation="dilation", p=0.15),
            # Photo strips show a glyph on 15 to 40 pixels.
            a.Downscale(scale_range=(0.2, 0.7), p=0.4),
            a.GaussianBlur(blur_limit=(3, 5), p=0.25),
            a.GaussNoise(std_range=(0.01, 0.08), p=0.3),
            a.CoarseDropout(
                num_holes_range=(1, 4), hole_height_range=(0.06, 0.25),
                hole_width_range=(0.06, 0.25), fill="random_uniform", p=0.4,
            ),
        ]
    )  # fmt: skip


def photograph_narrow(side: int) -> albumentations.Compose:
    """Photographs of ink for short training on small pictures: the hand stays what it is."""
    a = _library()
    return a.Compose(
        [
            a.Affine(
                scale=(0.85, 1.15), translate_percent=(-0.08, 0.08), rotate=(-7, 7),
                shear=(-8, 8), border_mode=cv2.BORDER_REPLICATE, p=0.9,
            ),
            a.ElasticTransform(
                alpha=side * 5 / 16, sigma=side * 3 / 32, border_mode=cv2.BORDER_REPLICATE, p=0.5,
            ),
            a.RandomBrightnessContrast(0.2, 0.3, p=0.5),
            # Photo strips show a glyph on 15 to 40 pixels.
            a.Downscale(scale_range=(0.2, 0.7), p=0.4),
            a.GaussianBlur(blur_limit=(3, 5), p=0.25),
            a.GaussNoise(std_range=(0.01, 0.06), p=0.3),
            a.CoarseDropout(
                num_holes_range=(1, 3), hole_height_range=(0.06, 0.2),
                hole_width_range=(0.06, 0.2), fill="random_uniform", p=0.3,
            ),
        ]
    )  # fmt: skip


def drawing(side: int) -> albumentations.Compose:
    """Line drawings: wider bends and tilts, thinner and thicker strokes."""
    a = _library()
    return a.Compose(
        [
            a.Affine(
                scale={"x": (0.8, 1.15), "y": (0.8, 1.15)}, translate_percent=(-0.06, 0.06),
                rotate=(-12, 12), shear=(-10, 10), border_mode=cv2.BORDER_REPLICATE, p=0.95,
            ),
            a.ElasticTransform(
                alpha=side * 3 / 4, sigma=side * 5 / 32, border_mode=cv2.BORDER_REPLICATE, p=0.6,
            ),
            # Thin strokes are grey on a small picture, so that gamma changes their weight.
            a.RandomGamma(gamma_limit=(40, 250), p=0.6),
            a.Morphological(scale=(2, max(side // 16, 2)), operation="erosion", p=0.2),
            a.CoarseDropout(
                num_holes_range=(1, 3), hole_height_range=(0.08, 0.2),
                hole_width_range=(0.08, 0.2), fill=255, p=0.4,
            ),
        ]
    )  # fmt: skip


VARIATIONS: dict[str, Callable[[int], albumentations.Compose]] = {
    "photograph": photograph,
    "photograph_narrow": photograph_narrow,
    "drawing": drawing,
}


def _library() -> albumentations:
    # Imported late because it takes seconds, and told not to ask PyPI for updates.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations

    return albumentations
