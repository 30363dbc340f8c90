"""The page that shows scans with what was read on them."""

from __future__ import annotations

import base64
import io
import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from cbs_bench.export.view import write_page
from cbs_bench.tokenizer.reading import SlipReading
from cbs_bench.types import Box, Glyph

GLYPH = Glyph(Box(2, 69_000, 6, 900), (("道", 0.9),), ())


@pytest.fixture
def shown(tmp_path):
    """``shown(pixels, glyphs)``: the drawing of a scan on its page, and the picture inside."""

    def shown(pixels, glyphs):
        reader = SimpleNamespace(read=lambda _: SlipReading(glyphs, (), (), ()))
        assert write_page(tmp_path / "a.html", [("a.png", pixels)], reader) == 1
        page = (tmp_path / "a.html").read_text(encoding="utf-8")
        drawing = ET.fromstring(re.search("<svg.*?</svg>", page).group())
        encoded = drawing.find("image").get("href").partition("base64,")[2]
        return drawing, Image.open(io.BytesIO(base64.b64decode(encoded)))

    return shown


def test_a_scan_longer_than_any_jpeg_is_shown_under_its_boxes(shown):
    drawing, picture = shown(np.zeros((70_000, 8), np.uint8), (GLYPH,))
    assert picture.size == (7, 65_500)
    image, box = drawing.find("image"), drawing.find("rect")
    assert drawing.get("viewBox") == "0 0 8 70000"
    assert (image.get("width"), image.get("height")) == ("8", "70000")
    assert image.get("preserveAspectRatio") == "none"
    assert (box.get("y"), box.get("height")) == ("69000.0", "900.0")


def test_a_scan_without_glyphs_is_shown(shown):
    drawing, picture = shown(np.zeros((40, 8, 3), np.uint8), ())
    assert picture.size == (8, 40)
    assert drawing.find("rect") is None
