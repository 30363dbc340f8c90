import numpy as np
import pytest

from cbs_bench.rendering.glyphs import draw_graph
from cbs_bench.rendering.slip import render_slip

GRAPHS = ["一", "口", "{一口}", "□", "○", "人", "口"]


def test_every_graph_has_a_box_inside_the_picture_in_order(font):
    slip = render_slip(GRAPHS, fonts=[font], seed=1, width=64)
    height, width = slip.image.shape
    assert width == 64
    assert slip.image.dtype == np.uint8
    assert len(slip.boxes) == len(GRAPHS)
    for x, y, w, h in slip.boxes:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    tops = [y for _, y, _, _ in slip.boxes]
    assert tops == sorted(tops)


def test_equal_seeds_give_equal_pictures(font):
    first, again, other = (render_slip(GRAPHS, fonts=[font], seed=seed).image for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


@pytest.mark.parametrize("graph", ["口", "□"])
def test_there_is_ink_in_the_box(font, graph):
    slip = render_slip([graph], fonts=[font], seed=2, wear=0)
    ((x, y, w, h),) = slip.boxes
    inside = slip.image[y : y + h, x : x + w]
    assert inside.min() < slip.image.mean() - 30


def test_a_composition_is_put_together_from_its_parts(font):
    composed = draw_graph("{一口}", [font], np.random.default_rng(0))
    assert composed is not None
    assert composed.any(axis=1).mean() > 0.6


def test_what_no_font_draws_is_not_drawn(font):
    assert draw_graph("{人之}", [font], np.random.default_rng(0)) is None
