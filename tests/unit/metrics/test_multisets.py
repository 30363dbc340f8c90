import pytest

from cbs_bench.metrics.multisets import multiset_counts, multiset_f1
from cbs_bench.metrics.spans import Counts


def test_a_repeated_component_counts_as_often_as_it_is_there():
    assert multiset_counts(["木", "木", "口"], ["木", "日"]) == Counts(1, 3, 2)


def test_f1_is_counted_over_all_crops():
    assert multiset_f1([["木", "木", "口"], []], [["木", "日"], ["口"]]) == 2 * 1 / (3 + 3)
    assert multiset_f1([], []) == 0


def test_every_crop_needs_both_sides():
    with pytest.raises(ValueError, match="longer"):
        multiset_f1([["木"]], [["木"], ["口"]])
