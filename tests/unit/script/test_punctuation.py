import pytest

from cbs_bench.script.punctuation import is_punctuation


@pytest.mark.parametrize("glyph", ["。", "、", "「", "》", ".", "—", "{"])
def test_what_editors_add_is_punctuation(glyph):
    assert is_punctuation(glyph)


@pytest.mark.parametrize("glyph", ["道", "{日止頁}", "\U000f1234", "○", "〇", "=", " ", ""])
def test_what_slips_show_is_none(glyph):
    assert not is_punctuation(glyph)
