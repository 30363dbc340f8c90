import random

from cbs_bench.types import Box
from cbs_bench.vision.reading_order import reading_order


def column(x: float, *, count: int = 5, lean: float = 0.0) -> list[Box]:
    return [Box(x + lean * i, 40.0 * i, 20, 25) for i in range(count)]


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


def test_no_boxes():
    assert reading_order([]) == []
