from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.script.running_text import running_text, words_in
from cbs_bench.types import Word

GLYPHS = st.lists(st.sampled_from(["道", "可", "{日止頁}", "𰀀", "〓", " "]), max_size=10)


@given(GLYPHS, st.lists(st.integers(0, 10), max_size=5))
def test_words_of_any_cut_come_back_as_they_were(glyphs, cuts):
    text = running_text(glyphs)
    assert len(text) == len(glyphs)
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    spans = list(pairwise(edges))
    assert words_in(text, [(text[a:b], "n") for a, b in spans]) == [Word(*s, "n") for s in spans]


def test_what_a_program_left_out_or_made_up_belongs_to_no_word():
    assert words_in("道 可道", [("道", "a"), ("無", "b"), ("", "c"), ("可道", "d")]) == [
        Word(0, 1, "a"),
        Word(2, 4, "d"),
    ]
