"""Extension attributes of other packages are theirs."""

from __future__ import annotations

import importlib
import warnings

import pytest
import spacy
from spacy.tokens import Doc, Token

from cbs_bench.nlp import attributes


@pytest.mark.parametrize(("of", "name"), [(Token, "confidence"), (Doc, "boxes")])
def test_an_attribute_of_another_package_is_left_alone_with_a_warning(of, name):
    of.set_extension(name, default=7, force=True)
    try:
        with pytest.warns(UserWarning) as told:
            importlib.reload(attributes)
        assert [str(one.message) for one in told] == [
            f"{of.__name__}._.{name} is another package's already and stays so; remove that "
            "extension before cbs_bench is loaded to read ours"
        ]
        doc = spacy.blank("lzh")("道")
        assert getattr((doc if of is Doc else doc[0])._, name) == 7
        assert doc[0]._.glyph_span == (0, 1)
    finally:
        of.remove_extension(name)
        importlib.reload(attributes)
    assert getattr((doc if of is Doc else doc[0])._, name) in (1.0, [])


def test_our_own_attributes_are_set_again_in_silence():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        importlib.reload(attributes)
    assert spacy.blank("lzh")("道")[0]._.confidence == 1.0
