import numpy as np
import pytest

from cbs_bench.rendering.marks import MARKS, mark_gaps
from cbs_bench.rendering.sheet import lay_out
from cbs_bench.rendering.slip import Strip


def strip(*, height: int = 600, width: int = 50, gap: int = 30) -> Strip:
    """Black blots on light bamboo."""
    surface = np.full((height, width), 0.8, np.float32)
    boxes = [(10, y, 30, 30) for y in range(20, height - 40, 30 + gap)]
    for x, y, w, h in boxes:
        surface[y : y + h, x : x + w] = 0.05
    return Strip(surface, boxes)


@pytest.mark.parametrize("tilt", [0.0, -8.0, 8.0])
@pytest.mark.parametrize("labels", [False, True])
def test_the_ink_of_every_graph_is_in_its_box(tilt, labels):
    strips = [strip(), strip(height=400), strip(width=60)]
    sheet = lay_out(strips, np.random.default_rng(3), tilt=tilt, labels=labels)
    height, width = sheet.image.shape
    assert len(sheet.boxes) == sum(len(s.boxes) for s in strips)
    for x, y, w, h in sheet.boxes:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
        middle = sheet.image[
            int(y + h / 3) : int(y + h * 2 / 3), int(x + w / 3) : int(x + w * 2 / 3)
        ]
        assert middle.mean() < 90


def test_slips_are_named_from_right_to_left():
    sheet = lay_out([strip(), strip()], np.random.default_rng(0))
    first, last = sheet.boxes[0], sheet.boxes[-1]
    assert first[0] > last[0]


def test_equal_generators_give_equal_sheets():
    first, again = (lay_out([strip()], np.random.default_rng(5), tilt=4) for _ in range(2))
    assert np.array_equal(first.image, again.image)
    assert first.boxes == again.boxes


def test_marks_are_written_between_the_graphs_only():
    written = strip()
    before = written.surface.copy()
    mark_gaps(written.surface, written.boxes, np.random.default_rng(1), chance=1.0)
    changed = written.surface != before
    assert changed.any(axis=1).sum() >= len(written.boxes) - 1
    for x, y, w, h in written.boxes:
        assert changed[y + 4 : y + h - 4, x : x + w].sum() == 0


@pytest.mark.parametrize("shape", MARKS)
def test_every_mark_leaves_ink(shape):
    surface = np.full((60, 40), 0.9, np.float32)
    shape(surface, (0, 20, 40, 15), 0.1, np.random.default_rng(0))
    assert (surface < 0.5).any()


def test_gaps_too_narrow_for_a_mark_stay_empty():
    written = strip(gap=4)
    before = written.surface.copy()
    mark_gaps(written.surface, written.boxes, np.random.default_rng(1), chance=1.0)
    assert np.array_equal(written.surface, before)
