"""What tests of the command line share."""

from __future__ import annotations

import pytest
from PIL import Image


@pytest.fixture
def write_scan():
    """``write_scan(path)``: a scan without a glyph."""

    def write(path):
        Image.new("L", (60, 400), 255).save(path)

    return write
