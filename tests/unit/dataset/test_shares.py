"""The text of a line, shared out among glyphs of one graph or two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.dataset.annotations.shares import shared_out

LABELS = st.lists(st.sampled_from(["道", "智智", "大夫", "{日止頁}", "之"]), min_size=1, max_size=9)


@given(LABELS)
def test_an_unchanged_text_says_what_its_glyphs_say(before):
    assert shared_out("".join(before), before) == before


@given(LABELS, st.data())
def test_one_changed_glyph_leaves_the_others_as_they_were(before, data):
    place = data.draw(st.integers(0, len(before) - 1))
    after = [*before[:place], "王", *before[place + 1 :]]
    shared = shared_out("".join(after), before)
    assert shared in (after, None)
    if len(before[place]) != 2:
        assert shared == after


@given(st.text("道智大夫之，（=", max_size=12), LABELS)
def test_every_glyph_gets_a_part_of_the_text_or_none_does(text, before):
    shared = shared_out(text, before)
    if shared is not None:
        assert len(shared) == len(before)
        assert all(shared)
        assert "".join(shared).replace("，", "") == text.replace("，", "")


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("道之", ["道"]),
        ("道", ["道", "之"]),
        ("道知知", ["智智", "員員"]),  # 道 and 知知, or 道知 and 知
        ("", ["道"]),
    ],
)
def test_a_text_that_does_not_fit_or_may_be_meant_in_two_ways_is_not_shared_out(text, before):
    assert shared_out(text, before) is None
