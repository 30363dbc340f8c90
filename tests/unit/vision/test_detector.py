import cv2
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


@pytest.mark.parametrize("shape", [(1, 1), (900, 3), (5, 700), (9000, 1), (2, 9000)])
def test_a_scan_without_glyphs_has_no_boxes(shape):
    assert Detector(DotFinder()).detect(np.full(shape, 200, np.uint8)) == []


class EverywhereFinder(DotFinder):
    """Finds a small glyph in every corner of what it is shown, and so beyond the scan's edge."""

    def run(self, pixels):
        rows, columns = pixels.shape[2] // STRIDE, pixels.shape[3] // STRIDE
        heads = np.full((1, 5, rows, columns), -9, np.float32)
        for row in (0, rows - 1):
            for column in (0, columns - 1):
                heads[0, :, row, column] = (4.0, np.log(4), np.log(4), 0.5, 0.5)
        return [heads]


@pytest.mark.parametrize("shape", [(401, 65), (90, 81)])
def test_every_box_lies_on_the_scan(shape):
    boxes = Detector(EverywhereFinder()).detect(np.full(shape, 200, np.uint8))
    assert boxes
    for box in boxes:
        assert 0 <= box.x < shape[1]
        assert 0 <= box.y < shape[0]


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


class SquareFinder(DotFinder):
    """Finds bright squares, surely where they are as wide as characters at the network's scale."""

    def run(self, pixels):
        heads = np.full(
            (1, 5, pixels.shape[2] // STRIDE, pixels.shape[3] // STRIDE), -9, np.float32
        )
        bright = np.uint8(pixels[0, 0] > 1)
        for x, y, width, height, _ in cv2.connectedComponentsWithStats(bright)[2][1:]:
            column, row = (x + width // 2) // STRIDE, (y + height // 2) // STRIDE
            sure = 4.0 if 28 <= width <= 56 else 0.3 if 14 <= width <= 112 else -9.0
            heads[0, :, row, column] = (sure, np.log(width), np.log(height), 0.5, 0.5)
        return [heads]


@pytest.mark.parametrize("side", [20, 130])
@pytest.mark.parametrize("margin", [0.2, 6.0])
@pytest.mark.parametrize("columns", [1, 3])
def test_slips_are_found_at_any_scale_and_with_any_margin(side, margin, columns):
    room, pitch = int(margin * side), 2 * side
    image = np.zeros((10 * pitch + 2 * room, columns * pitch + 2 * room), np.uint8)
    centres = []
    for left in reversed(range(room + side // 2, room + columns * pitch, pitch)):
        for top in range(room, room + 10 * pitch, pitch):
            image[top : top + side, left : left + side] = 255
            centres.append((left + side / 2, top + side / 2))
    boxes = Detector(SquareFinder()).detect(image)
    found = [(box.x + box.width / 2, box.y + box.height / 2) for box in boxes]
    assert len(found) == len(centres)
    assert np.abs(np.array(found) - centres).max() < side / 4
