"""When a scan is turned, and when its reading is remarked upon."""

from __future__ import annotations

import numpy as np
import pytest

from cbs_bench.tokenizer.reading import SlipReader, SlipReading
from cbs_bench.types import Box, Glyph
from cbs_bench.vision.turning import turned

SCAN = np.arange(600 * 4, dtype=np.uint8).reshape(60, 40)


def glyphs(count, confidence=0.8, sure=True, side=30):
    """So many glyphs that are alike."""
    found = ("道", confidence)
    return [Glyph(Box(3, 40.0 * n, side, side), (found,), ("首",), sure) for n in range(count)]


class Seer(SlipReader):
    """Finds what it is told, by the quarter turns to the left; nothing in other positions."""

    def __init__(self, positions):
        self.positions = {turned(SCAN, n).tobytes(): found for n, found in positions.items()}

    def read(self, image):
        return self.positions.get(image.tobytes(), [])


@pytest.mark.parametrize(
    ("upright", "on_its_side", "quarters"),
    [
        (glyphs(4), glyphs(20), 1),  # few glyphs, though sure ones
        (glyphs(5), glyphs(20), 0),
        (glyphs(10, sure=False), glyphs(12), 0),  # 1.2 times as much
        (glyphs(10, sure=False), glyphs(15), 1),
        (glyphs(2), glyphs(4), 0),
        ([], glyphs(5), 1),
    ],
)
def test_a_scan_is_turned_where_that_promises_clearly_more(upright, on_its_side, quarters):
    found, turns = Seer({0: upright, 1: on_its_side}).read_any_way_up(SCAN)
    assert turns == quarters
    assert len(found) == len(on_its_side if quarters else upright)


def test_of_all_turns_the_most_legible_is_taken():
    positions = {1: glyphs(9, 0.5), 2: glyphs(7, 0.9), 3: glyphs(8, 0.5)}
    assert Seer(positions).read_any_way_up(SCAN)[1] == 2


@pytest.mark.parametrize(
    ("found", "remark"),
    [
        ([], "no glyph found"),
        (glyphs(4, sure=False), ""),
        (glyphs(5, sure=False), "few of its glyphs are sure"),
        ([*glyphs(2), *glyphs(4, sure=False)], ""),
        (glyphs(5, side=17), ""),
        (
            [*glyphs(4, side=16), *glyphs(1, side=900)],
            "too small to be read: scan it at a higher resolution",
        ),
    ],
)
def test_what_should_be_known_of_a_reading(found, remark):
    assert SlipReading(tuple(found), (), (), ()).remark == remark
