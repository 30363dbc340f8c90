from __future__ import annotations

from baselines.subchar import SubcharTokenizer

TEXTS = [list("道可道非常道名可名非常名"), ["{日止頁}", "道"], ["{日止見}", "道"]] * 8


def test_an_unseen_graph_is_spelt_by_the_components_it_shares():
    tokenizer = SubcharTokenizer.train(TEXTS, vocab_size=40)
    tokens = tokenizer.tokenize(["{頁止日}"])
    assert {(token.start, token.end) for token in tokens} == {(0, 1)}
    assert {"日", "止", "頁"} <= set("".join(token.text for token in tokens))


def test_a_frequent_glyph_becomes_one_token_and_none_goes_past_its_end():
    tokens = SubcharTokenizer.train(TEXTS, vocab_size=200).tokenize(list("非常道"))
    assert [(token.start, token.end) for token in tokens] == [(0, 1), (1, 2), (2, 3)]
