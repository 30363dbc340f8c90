import numpy as np
import pytest

from baselines.detectors.projection import ProjectionDetector
from cbs_bench.types import Box


def written(columns: list[int], rows: list[int], *, height: int, width: int, size: int = 36):
    """Crosses in boxes, black on light bamboo."""
    image = np.full((height, width), 210, np.uint8)
    boxes = []
    for x in columns:
        for y in rows:
            image[y : y + size, x + size // 2 - 2 : x + size // 2 + 2] = 30
            image[y + size // 2 - 2 : y + size // 2 + 2, x : x + size] = 30
            image[y : y + 4, x : x + size] = 30
            image[y + size - 4 : y + size, x : x + size] = 30
            boxes.append(Box(x, y, size, size))
    return image, boxes


def test_a_strip_is_read_downwards():
    image, gold = written([10], [20, 80, 140, 200, 260], height=320, width=56)
    found = ProjectionDetector().detect(image)
    assert len(found) == len(gold)
    assert all(a.iou(b) > 0.5 for a, b in zip(found, gold, strict=True))


def test_columns_are_read_from_the_right():
    image, gold = written([20, 120], [20, 80, 140], height=200, width=180)
    found = ProjectionDetector().detect(image)
    expected = gold[3:] + gold[:3]
    assert len(found) == 6
    assert all(a.iou(b) > 0.5 for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize("shape", [(400, 30), (1, 1), (3, 900)])
def test_nothing_is_found_where_nothing_is_written(shape, shade):
    assert ProjectionDetector().detect(np.full(shape, shade, np.uint8)) == []
