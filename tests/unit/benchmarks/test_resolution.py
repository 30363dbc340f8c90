"""What the benchmark of small glyphs counts as read rightly."""

from __future__ import annotations

import importlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cbs_bench.types import Box, Glyph

ROOT = Path(__file__).resolve().parents[3]
SIDE = 100
GOLD = (0.1, 0.2, 0.4, 0.4)


class ShortSighted:
    """Finds one glyph at ``place``, and names it rightly on scans of more than half the size."""

    def __init__(self, place):
        self._place = place

    def read(self, pixels):
        side = len(pixels)
        graph = "又" if side > SIDE / 2 else "天"
        return [Glyph(Box(*(share * side for share in self._place)), ((graph, 0.9),), ())]


@pytest.fixture
def counted(monkeypatch):
    """``counted(place)``: the counts of a slip on which the glyph at ``place`` is found."""
    monkeypatch.syspath_prepend(ROOT)
    module = importlib.import_module("benchmarks.resolution")
    buffer = io.BytesIO()
    Image.fromarray(np.full((SIDE, SIDE), 200, np.uint8)).save(buffer, "PNG")
    objects = {"bbox": [[share * SIDE for share in GOLD]], "graph": ["又"]}
    row = {"image": {"bytes": buffer.getvalue()}, "objects": objects}
    return lambda place: module.counts(ShortSighted(place), iter([row]))


def test_a_slip_is_counted_by_the_size_of_its_glyphs_at_each_scale(counted):
    found = counted(GOLD)
    assert sorted(found) == [12, 16, 20, 24, 28, 32, 36, 40]
    large, small = found[40], found[12]
    assert (large.slips, large.right, large.right_at_full_size) == (1, 1, 1)
    assert (large.sure, large.sure_and_wrong) == (1, 0)
    assert (small.slips, small.right, small.right_at_full_size) == (1, 0, 1)
    assert (small.sure, small.sure_and_wrong) == (1, 1)


def test_a_glyph_read_in_another_place_is_wrong(counted):
    found = counted((0.5, 0.5, 0.4, 0.4))
    assert {count.right for count in found.values()} == {0}
    assert found[40].sure_and_wrong == 1
