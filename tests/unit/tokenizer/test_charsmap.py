from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tokenizers.normalizers import Precompiled

from cbs_bench.tokenizer.charsmap import compile_charsmap

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
BASES = st.characters(codec="utf-8", exclude_categories=("M", "C"))


@given(st.dictionaries(BASES, WORDS, max_size=20), st.lists(BASES, max_size=20))
def test_keys_are_replaced_and_nothing_else(replacements, others):
    characters = [*others, *replacements]
    normalizer = Precompiled(compile_charsmap(replacements))
    assert normalizer.normalize_str("\n".join(characters)) == "\n".join(
        replacements.get(character, character) for character in characters
    )
