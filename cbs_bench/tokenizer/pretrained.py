"""The text side for a user of `transformers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers.processors import TemplateProcessing

from cbs_bench.optional import load_optional
from cbs_bench.tokenizer.huggingface import huggingface_tokenizer
from cbs_bench.tokenizer.multigranularity import MultiGranularityTokenizer
from cbs_bench.tokenizer.vocabulary import SPECIAL_TOKENS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

MAX_LENGTH = 512
"""Tokens a model of the size of BERT has positions for."""


def pretrained_tokenizer(
    tokenizer: MultiGranularityTokenizer, *, max_length: int = MAX_LENGTH
) -> PreTrainedTokenizerFast:
    """The tokenizer as `transformers` trains and saves it, with the special tokens of BERT.

    What its ``save_pretrained`` writes is read by ``AutoTokenizer.from_pretrained`` where this
    package is not installed (by ``PreTrainedTokenizerFast`` before transformers 5). Ids are those
    of :meth:`MultiGranularityTokenizer.encode` between ``[CLS]`` and ``[SEP]``. A special token
    written out in a text is read as that token, unless ``split_special_tokens=True``.

    Args:
        tokenizer: Any, trained or the one in this package.
        max_length: Where ``truncation=True`` cuts.

    Raises:
        PluginError: If `transformers` is not installed.
    """
    transformers = load_optional("transformers", install="cbs-bench[hf]")
    pad, unknown, cls, sep, mask = SPECIAL_TOKENS
    exported = huggingface_tokenizer(tokenizer)
    exported.post_processor = TemplateProcessing(
        single=f"{cls} $A {sep}",
        pair=f"{cls} $A {sep} $B:1 {sep}:1",
        special_tokens=[(token, SPECIAL_TOKENS.index(token)) for token in (cls, sep)],
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=exported,
        model_max_length=max_length,
        pad_token=pad,
        unk_token=unknown,
        cls_token=cls,
        sep_token=sep,
        mask_token=mask,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        clean_up_tokenization_spaces=False,
    )
