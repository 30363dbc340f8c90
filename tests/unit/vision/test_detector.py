import numpy as np
import pytest

from cbs_bench.types import Box
from cbs_bench.vision.detector import STRIDE, Detector, decode, suppress

GLYPH = 32


class DotFinder:
    """Stands in for the network: a centre wherever the picture has its brightest dots."""

    def __init__(self):
        self.card = {"calibration": {"threshold": 0.5}}

    def run(self, pixels):
        cells = pixels[:, 0, ::STRIDE, ::STRIDE]
        heads = np.zeros((len(pixels), 5, *cells.shape[1:]), np.float32)
        heads[:, 0] = np.where(cells > 5, 4.0, -6.0)
        heads[:, 1:3] = np.log(GLYPH)
        return [heads]


def strip(height: int, rows: list[int]) -> np.ndarray:
    image = np.zeros((height, 64), np.uint8)
    image[rows, 32] = 255
    return image


@pytest.mark.parametrize("height", [400, 1024, 1028, 3000, 9000])
def test_every_glyph_of_a_slip_of_any_height_is_found_once(height):
    rows = list(range(40, height - 40, 48))
    boxes = Detector(DotFinder()).detect(strip(height, rows))
    assert [round(box.y + box.height / 2) for box in boxes] == rows


@pytest.mark.parametrize("shape", [(1, 1), (900, 3), (5, 700)])
def test_a_scan_without_glyphs_has_no_boxes(shape):
    assert Detector(DotFinder()).detect(np.full(shape, 200, np.uint8)) == []


def test_decode_reads_centre_size_and_offset():
    heads = np.full((5, 8, 8), -9.0, np.float32)
    heads[:, 3, 2] = (3.0, np.log(20), np.log(10), 0.5, 0.25)
    (box,) = decode(heads, 0.5, top=100)
    assert box.x == pytest.approx(2.5 * STRIDE - 10, abs=1e-4)
    assert box.y == pytest.approx(3.25 * STRIDE - 5 + 100, abs=1e-4)
    assert (box.width, box.height) == pytest.approx((20, 10), abs=1e-4)


def test_of_two_boxes_on_one_glyph_the_surer_stays():
    sure, doubtful = Box(0, 0, 10, 10, 0.9), Box(1, 1, 10, 10, 0.6)
    neighbour = Box(0, 12, 10, 10, 0.5)
    assert suppress([doubtful, neighbour, sure]) == [sure, neighbour]
