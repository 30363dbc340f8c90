"""A folder with one scan, and what the builder ``scans`` makes of a folder."""

from __future__ import annotations

import numpy as np
import pytest
from annotated_scan import SIZE
from PIL import Image

from builders.scans import Scans


@pytest.fixture
def folder(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    return tmp_path


@pytest.fixture
def built(finished):
    """``built(folder)``: the rows and rejections of a folder of scans."""
    return lambda folder: [finished(item) for item in Scans().records(folder)]
