"""Negatives are read as the positives they come from, and nothing else is turned."""

from pathlib import Path

import numpy as np
import pytest

import cbs_bench
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.vision import Detector
from cbs_bench.vision.images import load_image
from cbs_bench.vision.polarity import dark_on_light

SLIP = Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips" / "01.webp"


@pytest.fixture(scope="module")
def detector():
    return Detector.load()


@pytest.fixture
def slip():
    return load_image(SLIP)


def test_a_negative_is_read_as_its_positive(slip):
    tokenizer = MultiGranularityTokenizer.load()
    expected, got = tokenizer.read(slip).glyphs, tokenizer.read(255 - slip).glyphs
    assert expected
    assert [glyph.graph for glyph in got] == [glyph.graph for glyph in expected]
    assert [glyph.box for glyph in got] == [glyph.box for glyph in expected]


def test_a_positive_is_left_alone(slip, detector):
    assert dark_on_light(slip, detector) is slip


def test_a_slip_beside_a_white_ruler_on_black_is_no_negative(slip, detector):
    height, width = slip.shape[:2]
    table = np.full((height + 80, width + 400, *slip.shape[2:]), 12, np.uint8)
    table[40 : 40 + height, 40 : 40 + width] = slip
    table[40 : 40 + height : 8, -160:] = 255
    assert dark_on_light(table, detector) is table


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_empty_scan_is_left_alone(value, detector):
    empty = np.full((90, 60), value, np.uint8)
    assert dark_on_light(empty, detector) is empty
