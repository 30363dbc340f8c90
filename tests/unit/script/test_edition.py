"""Editorial marks come off; what is on the bamboo and its words stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.dataset.schema import bio
from cbs_bench.script.edition import glyphs_of, words_of


@pytest.mark.parametrize(
    ("printed", "tags", "glyphs", "kept"),
    [
        ("[天]生", "B-n I-n I-n B-v", "天 生", "B-n B-v"),
        ("[能]母", "B-d I-d I-d I-d", "能 母", "B-d I-d"),
        ("民=", "B-n O", "民", "B-n"),
        ("又（有）道", "B-v I-v I-v I-v B-n", "又 道", "B-v B-n"),
        ("埶【十六】乃", "B-v O O O O B-r", "埶 乃", "B-v B-r"),
        ("埶【16】乃", "B-v O O O O B-r", "埶 乃", "B-v B-r"),
        ("埶【簡１反】乃", "B-v O O O O O B-r", "埶 乃", "B-v B-r"),
        ("埶【乃】", "B-v O B-r O", "埶 乃", "B-v B-r"),
        ("人）能", "B-n O B-d", "人 能", "B-n B-d"),
        ("{日止頁}之", "B-n I-n I-n I-n I-n B-u", "{日止頁} 之", "B-n B-u"),
        ("{日{止頁}}之", "B-n I-n I-n I-n I-n I-n I-n B-u", "{日{止頁}} 之", "B-n B-u"),
        ("{日{止頁}", "B-n B-v B-u I-u I-u I-u", "{ 日 {止頁}", "B-n B-v B-u"),
        ("子[孫]", "B-n B-n I-n I-n", "子 孫", "B-n B-n"),
        ("][", "O O", "", ""),
    ],
)
def test_marks(printed, tags, glyphs, kept):
    assert glyphs_of(list(printed), tags.split()) == (glyphs.split(), kept.split())


ROWS = st.lists(
    st.tuples(
        st.sampled_from("天下又（）[]【】{}〈〉=十1"),
        st.sampled_from(["O", "B-n", "I-n", "B-v", "I-v"]),
    ),
    max_size=12,
)


@given(ROWS)
def test_every_row_gives_valid_tags_and_loses_no_order(row):
    tokens, tags = [token for token, _ in row], [tag for _, tag in row]
    glyphs, kept = glyphs_of(tokens, tags)
    assert len(glyphs) == len(kept)
    remaining = iter("".join(tokens))
    assert all(character in remaining for character in "".join(glyphs))
    assert bio(len(kept), words_of(kept)) == kept


NUMBER = "[〇一二三四五六七八九十百廿卅0-9０-９簡背正反上下]*"
NOTE = rf"(?!^)（[^）]*）|(?!^)〈[^〉]*〉|【{NUMBER}】"
COMPOSITION = "{[^{}]*}"
for _ in range(9):
    COMPOSITION = f"{{(?:[^{{}}]|{COMPOSITION})*}}"
PRINTED = re.compile(rf"(?P<mark>{NOTE}|[][〔〕（）〈〉【】=])|{COMPOSITION}|.")


@given(st.text("天又十1{}（）〈〉【】[=", max_size=20))
def test_glyphs_are_what_a_pattern_of_the_notation_matches(printed):
    expected = [m for m in PRINTED.finditer(printed) if m["mark"] is None]
    tags = [f"B-{place}" for place in range(len(printed))]
    glyphs, kept = glyphs_of(list(printed), tags)
    assert glyphs == [match.group() for match in expected]
    assert kept == [f"B-{match.start()}" for match in expected]


class Counted(list):
    """Tokens that count how often one is looked at."""

    looks = 0

    def __getitem__(self, place):
        found = super().__getitem__(place)
        self.looks += len(found) if isinstance(place, slice) else 1
        return found


@pytest.mark.parametrize(("bracket", "end"), ["{天", "（天", "〈天", "【天", "【】"])
def test_brackets_that_are_not_closed_take_linear_time(bracket, end):
    tokens = Counted(["天", *[bracket] * 2000, end])
    glyphs_of(tokens, ["O"] * len(tokens))
    looks = tokens.looks
    assert looks < 10 * len(tokens)
