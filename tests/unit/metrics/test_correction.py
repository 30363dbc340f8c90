from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.metrics.correction import holm


def test_the_textbook_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), max_size=8))
def test_correction_only_raises_and_keeps_the_order(p_values):
    corrected = holm(p_values)
    assert all(p <= c <= 1 for p, c in zip(p_values, corrected, strict=True))
    ranked = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [corrected[i] for i in ranked] == sorted(corrected)
