import numpy as np
import pytest

from cbs_bench.training.slips import Slip, crops_of_slips, target_of
from cbs_bench.types import Box
from cbs_bench.vision.detector import decode


def test_the_ideal_output_decodes_to_the_boxes():
    boxes = [Box(10, 20, 40, 30), Box(14, 70, 36, 51)]
    target = target_of(boxes)
    heads = np.concatenate([np.where(target[:1] == 1, 5, -5), target[1:5]]).astype(np.float32)
    found = sorted(decode(heads, 0.5), key=lambda box: box.y)
    for box, gold in zip(found, boxes, strict=True):
        assert box.xywh == pytest.approx(gold.xywh, abs=1e-3)


def test_pieces_are_seeded():
    pixels = np.random.default_rng(0).integers(0, 255, (900, 40)).astype(np.uint8)
    slips = [Slip(pixels, [Box(5, y, 25, 25) for y in range(10, 850, 40)], "train")]
    first, again = (next(crops_of_slips(slips, 3, seed=4)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert first[1][:, 5].sum() > 0
