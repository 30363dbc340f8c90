"""Editorial marks come off; what is on the bamboo and its words stay."""

from __future__ import annotations

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
        ("人）能", "B-n O B-d", "人 能", "B-n B-d"),
        ("{日止頁}之", "B-n I-n I-n I-n I-n B-u", "{日止頁} 之", "B-n B-u"),
        ("子[孫]", "B-n B-n I-n I-n", "子 孫", "B-n B-n"),
        ("][", "O O", "", ""),
    ],
)
def test_marks(printed, tags, glyphs, kept):
    assert glyphs_of(list(printed), tags.split()) == (glyphs.split(), kept.split())


ROWS = st.lists(
    st.tuples(
        st.sampled_from("天下又（）[]【】{}〈〉=十"),
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
