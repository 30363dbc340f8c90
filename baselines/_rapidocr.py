"""Opens RapidOCR: PaddleOCR's models for modern text, run by onnxruntime, in one wheel.

https://github.com/RapidAI/RapidOCR; the models are those of PP-OCR (Du et al., "PP-OCR: A
Practical Ultra Lightweight OCR System", 2020, and its successors).
"""

from __future__ import annotations

from typing import Any

import cv2

from cbs_bench.optional import load_optional
from cbs_bench.vision.images import ImageSource, Pixels, load_image

SETTINGS = {
    "Global.log_level": "critical",
    # It would turn lines that stand on their head; on slips none does.
    "Global.use_cls": False,
    # The default enlarges a strip until its short side is 736 pixels, which takes seconds.
    "Det.limit_type": "max",
}


def open_engine(**flags: bool) -> Any:
    """The engine with the models of its wheel.

    Args:
        flags: Of its ``Global`` settings. Given here, because what a call is given stays set
            for later calls.

    Raises:
        PluginError: If RapidOCR is not installed.
    """
    rapidocr = load_optional("rapidocr", install="cbs-bench[peers]")
    return rapidocr.RapidOCR(
        params={**SETTINGS, **{f"Global.{name}": value for name, value in flags.items()}}
    )


def as_bgr(image: ImageSource) -> Pixels:
    """Pixels in the order of channels that it expects, ``[height, width, 3]``."""
    pixels = load_image(image)
    turned = cv2.COLOR_GRAY2BGR if pixels.ndim == 2 else cv2.COLOR_RGB2BGR
    bgr: Pixels = cv2.cvtColor(pixels, turned)
    return bgr
