from __future__ import annotations

import pickle
import sys

import pytest

from cbs_bench.errors import PluginError
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.pretrained import pretrained_tokenizer

transformers = pytest.importorskip(
    "transformers", reason="transformers is not installed: pip install 'cbs-bench[hf]'"
)

PLAIN = MultiGranularityTokenizer.load()
TEXT = "道可道{日止頁}晏é{日{止頁}}\U0003fffd"


@pytest.fixture(scope="module")
def pretrained():
    return pretrained_tokenizer(PLAIN, max_length=64)


@pytest.fixture
def reloaded(pretrained, tmp_path, monkeypatch):
    pretrained.save_pretrained(tmp_path)
    monkeypatch.setitem(sys.modules, "cbs_bench", None)  # any import of it fails
    return transformers.AutoTokenizer.from_pretrained(tmp_path)


def test_ids_stand_between_the_special_tokens(pretrained):
    assert pretrained(TEXT).input_ids == [2, *PLAIN.encode(TEXT).ids, 3]
    assert pretrained(TEXT, add_special_tokens=False).input_ids == PLAIN.encode(TEXT).ids
    assert (
        pretrained("道", "可").input_ids
        == pretrained("道").input_ids + pretrained("可").input_ids[1:]
    )


def test_saved_it_is_read_without_this_package(pretrained, reloaded):
    assert reloaded(TEXT).input_ids == pretrained(TEXT).input_ids
    assert reloaded.decode(reloaded(TEXT).input_ids, skip_special_tokens=True) == TEXT
    assert reloaded.special_tokens_map == pretrained.special_tokens_map
    assert (len(reloaded), reloaded.model_max_length) == (len(PLAIN.vocabulary), 64)


def test_special_tokens_have_their_ids(pretrained):
    assert sorted(pretrained.all_special_ids) == [0, 1, 2, 3, 4]
    assert pretrained.mask_token_id == 4
    assert pretrained("道[MASK]", add_special_tokens=False).input_ids[1:] == [4]
    literal = pretrained("道[MASK]", add_special_tokens=False, split_special_tokens=True)
    assert literal.input_ids == PLAIN.encode("道[MASK]").ids


def test_batches_are_padded_and_truncated(pretrained):
    batch = pretrained(["道", "道可道非常道"], padding=True, truncation=True, max_length=5)
    assert [len(ids) for ids in batch.input_ids] == [5, 5]
    assert batch.attention_mask == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]
    assert batch.input_ids[0][3:] == [pretrained.pad_token_id] * 2
    assert len(pretrained("道" * 100, truncation=True).input_ids) == 64


def test_offsets_point_into_the_text(pretrained):
    batch = pretrained("道{日止}晏", return_offsets_mapping=True, add_special_tokens=False)
    assert batch.offset_mapping == [(0, 1), (1, 3), (3, 4), (5, 6), (5, 6)]


def test_the_collator_of_masked_language_models_takes_it(pretrained):
    collator = transformers.DataCollatorForLanguageModeling(
        pretrained, mlm_probability=0.5, return_tensors="np", seed=0
    )
    batch = collator([pretrained(text) for text in ("道可道非常道晏" * 4, "名可名")])
    masked = batch["labels"] != -100
    assert masked.any()
    assert not masked[:, 0].any()
    assert (batch["input_ids"][masked] == pretrained.mask_token_id).any()


def test_it_is_pickled_for_workers(pretrained):
    assert pickle.loads(pickle.dumps(pretrained))(TEXT).input_ids == pretrained(TEXT).input_ids


def test_without_transformers_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(PluginError, match=r"pip install 'cbs-bench\[hf\]'"):
        pretrained_tokenizer(PLAIN)
