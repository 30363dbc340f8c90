from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.types import Box
from cbs_bench.vision.turning import turned, turned_box

SIDES = st.integers(1, 12)


@given(st.data(), SIDES, SIDES, st.integers(0, 4))
def test_a_box_turns_with_its_scan(data, height, width, quarters):
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    box = Box(
        x, y, data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y)), 0.5
    )
    scan = painted(box, height, width)
    shown = turned(scan, quarters)
    after = turned_box(box, quarters, height=height, width=width)
    assert np.array_equal(shown, painted(after, *shown.shape))
    assert after.confidence == box.confidence


def painted(box, height, width):
    scan = np.zeros((height, width), np.uint8)
    scan[box.y : box.y + box.height, box.x : box.x + box.width] = 1
    return scan
