import math
import random

from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.types import Box
from cbs_bench.vision.reading_order import columns_of, reading_order


def column(x: float, *, count: int = 5, lean: float = 0.0, top: float = 0.0) -> list[Box]:
    return [Box(x + lean * i, top + 40.0 * i, 20, 25) for i in range(count)]


def shuffled(boxes: list[Box]) -> list[Box]:
    return random.Random(3).sample(boxes, len(boxes))


def test_down_the_column():
    gold = column(10)
    assert reading_order(shuffled(gold)) == gold


def test_columns_from_the_right():
    gold = column(90) + column(50) + column(10)
    assert reading_order(shuffled(gold)) == gold


def test_a_leaning_column_stays_one():
    gold = column(100, count=20, lean=2) + column(50, count=20, lean=2)
    assert reading_order(shuffled(gold)) == gold


def test_a_short_column_beside_a_long_leaning_one_keeps_its_place():
    # The centre of the long one lies further right than the short one's.
    gold = column(40, count=3, lean=5) + column(0, count=30, lean=5)
    assert reading_order(shuffled(gold)) == gold


def test_a_column_may_begin_below_the_end_of_the_one_before():
    gold = [column(90, count=1), column(50, top=60)]
    assert columns_of(shuffled([*gold[0], *gold[1]])) == gold


def test_no_boxes():
    assert reading_order([]) == []


@given(
    heights=st.lists(st.tuples(st.integers(3, 25), st.floats(0, 300)), min_size=1, max_size=6),
    degrees=st.floats(-9, 9),
    seed=st.integers(0, 999),
)
def test_sheets_of_uneven_slips_are_read_in_order_at_any_lean(heights, degrees, seed):
    noise = random.Random(seed)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    gold: list[Box] = []
    for place, (count, top) in enumerate(heights):
        x = 60.0 * (len(heights) - place)
        for number in range(count):
            across, down = x + noise.uniform(-4, 4), top + 36 * number + noise.uniform(-4, 4)
            gold.append(Box(across * cosine + down * sine, down * cosine - across * sine, 24, 26))
    assert reading_order(shuffled(gold)) == gold
