import numpy as np
import pytest

from cbs_bench.training.pieces import pieces_of, target_of
from cbs_bench.training.slips import Slip
from cbs_bench.types import Box
from cbs_bench.vision.detector import STRIDE, decode


def slip(height: int, width: int, columns: int) -> Slip:
    """White squares on black, ``columns`` slips of them side by side."""
    pixels = np.zeros((height, width), np.uint8)
    pitch = width // columns
    side = pitch // 2
    boxes = [
        Box(x, y, side, side)
        for x in range(pitch // 4, width - side, pitch)
        for y in range(10, height - side, 2 * side)
    ]
    for box in boxes:
        pixels[int(box.y) : int(box.y) + side, int(box.x) : int(box.x) + side] = 255
    return Slip(pixels, boxes, "train", pitch)


def test_the_ideal_output_decodes_to_the_boxes():
    boxes = [Box(10, 20, 40, 30), Box(14, 70, 36, 51)]
    target = target_of(boxes)
    heads = np.concatenate([np.where(target[:1] == 1, 5, -5), target[1:5]]).astype(np.float32)
    found = sorted(decode(heads, 0.5), key=lambda box: box.y)
    for box, gold in zip(found, boxes, strict=True):
        assert box.xywh == pytest.approx(gold.xywh, abs=1e-3)


@pytest.mark.parametrize(
    ("height", "width", "columns"), [(900, 40, 1), (2000, 400, 4), (90, 96, 1)]
)
def test_centres_lie_on_the_characters_of_the_piece(height, width, columns):
    pictures, targets = pieces_of([slip(height, width, columns)], 8, seed=1, step=0)
    assert targets[:, 5].sum() > 0
    for picture, target in zip(pictures[:, 0], targets, strict=True):
        for row, column in zip(*np.nonzero(target[5]), strict=True):
            x = (column + target[3, row, column]) * STRIDE
            y = (row + target[4, row, column]) * STRIDE
            inside = picture[max(int(y) - 3, 0) : int(y) + 4, max(int(x) - 3, 0) : int(x) + 4]
            assert inside.mean() > 1  # standard deviations above the mean of the scan


def test_pieces_are_seeded():
    first, again = (pieces_of([slip(900, 40, 1)], 3, seed=4, step=2) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
