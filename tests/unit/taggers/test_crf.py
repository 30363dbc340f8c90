from __future__ import annotations

import pytest

from baselines.taggers.crf import CrfTagger, View, features, views_of
from cbs_bench.interfaces import BASELINES, RunRequest
from cbs_bench.types import Sentence, Token, Word

SENTENCES = [
    Sentence("a", tuple("聖人不言"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
    Sentence("b", ("{日止頁}", "可", "道"), (Word(0, 1, "n"), Word(1, 2, "d"), Word(2, 3, "v"))),
    Sentence("c", tuple("聖人可名"), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, 4, "v"))),
] * 4


def test_a_glyph_knows_its_token_its_place_and_its_parts():
    tokens = [
        Token("聖人", 0, 2, "subword"),
        Token("é", 2, 3, "subword"),
        Token("ģ", 2, 3, "subword"),
        Token("{日止}", 3, 4, "component", components=("日", "止")),
    ]
    assert views_of(["聖", "人", "道", "{日止}"], tokens) == [
        View("聖", "聖人", "B"),
        View("人", "聖人", "E"),
        View("道", "éģ", "S", ("é", "ģ")),
        View("{日止}", "{日止}", "S", ("日", "止")),
    ]


def test_features_tell_tokens_apart_and_see_the_edges():
    glyphs = ["道", "可", "道"]
    one = features(views_of(glyphs, [Token("道可道", 0, 3, "subword")]))
    three = features(
        views_of(glyphs, [Token(g, i, i + 1, "character") for i, g in enumerate(glyphs)])
    )
    assert len(one) == len(three) == 3
    assert "t0=M道可道" in one[1] and not any(f.startswith("t0=") for f in three[1])
    assert one[0] != one[2] and "c-1=⌷" in one[0] and "c1=⌷" in one[2]


@pytest.mark.parametrize("name", BASELINES.names())
def test_it_learns_from_the_tokens_of_every_tokenizer(name, tmp_path):
    pytest.importorskip("pycrfsuite", reason="extra `peers` is not installed")
    tokenizer = BASELINES.load(name).train([s.glyphs for s in SENTENCES], vocab_size=300, seed=0)
    tagger, again = (
        CrfTagger.train(RunRequest(tmp_path, name, seed), tokenizer, SENTENCES, [])
        for seed in (0, 1)
    )
    texts = [s.glyphs for s in SENTENCES]
    assert tagger.tag(texts) == [list(s.words) for s in SENTENCES]
    assert tagger.tag([["人", "聖"]]) == again.tag([["人", "聖"]])
