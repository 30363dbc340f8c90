"""A spaCy tokenizer with models of one's own reads with them wherever it goes."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest
import spacy

import cbs_bench
from cbs_bench.errors import ModelError
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.model_pair import SHIPPED

SLIP = Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips" / "01.webp"


@pytest.fixture
def folder(tmp_path):
    """A recogniser that is never sure."""
    folder = shutil.copytree(SHIPPED.recognizer, tmp_path / "mine")
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    card["calibration"]["threshold"] = 2.0
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


@pytest.fixture
def nlp(folder):
    made = {"@tokenizers": "cbs_bench.MultiGranularityTokenizer.v1", "path": str(folder)}
    return spacy.blank("lzh", config={"nlp": {"tokenizer": made}})


def by_disk(nlp, folder):
    nlp.to_disk(folder)
    return spacy.blank("lzh").from_disk(folder)


WAYS = {
    "disk": by_disk,
    "bytes": lambda nlp, _: spacy.blank("lzh").from_bytes(nlp.to_bytes()),
    "pickle": lambda nlp, _: pickle.loads(pickle.dumps(nlp)),
    "twice": lambda nlp, folder: WAYS["bytes"](by_disk(nlp, folder), None),
}


@pytest.mark.parametrize("way", WAYS)
def test_models_of_ones_own_go_where_their_tokenizer_goes(way, nlp, folder, tmp_path):
    read = nlp.tokenizer.tokenizer.read(SLIP)
    assert read.glyphs and not any(glyph.sure for glyph in read.glyphs)
    restored = WAYS[way](nlp, tmp_path / "saved")
    assert restored.tokenizer.to_bytes() == nlp.tokenizer.to_bytes()
    shutil.rmtree(folder)
    assert restored.tokenizer.tokenizer.read(SLIP) == read


def test_the_shipped_models_are_not_carried(nlp, tmp_path):
    same = shutil.copytree(SHIPPED.recognizer, tmp_path / "same")
    for models in (None, same):
        nlp.tokenizer.tokenizer = MultiGranularityTokenizer.load(models)
        assert len(nlp.tokenizer.to_bytes()) < (SHIPPED.recognizer / "model.onnx").stat().st_size
        assert WAYS["bytes"](nlp, None).tokenizer.tokenizer.models == SHIPPED


def test_a_model_that_is_gone_cannot_be_carried_and_is_named(nlp, folder):
    shutil.rmtree(folder)
    with pytest.raises(ModelError, match="mine: no model here"):
        nlp.to_bytes()


def test_a_tokenizer_saved_before_models_were_carried_is_still_read(nlp):
    header, _, body = spacy.blank("lzh").tokenizer.to_bytes().partition(b"\n")
    older = {name: value for name, value in json.loads(header).items() if name != "models"}
    nlp.tokenizer.from_bytes(json.dumps(older).encode() + b"\n" + body)
    assert nlp.tokenizer.tokenizer.models == SHIPPED
    assert [token.text for token in nlp("道可道")] == ["道", "可", "道"]
