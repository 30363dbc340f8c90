"""The unigram language model (Kudo, ACL 2018)."""

from __future__ import annotations

from typing import Any

from cbs_bench.tokenizer.subword import UNKNOWN, SubwordTokenizer


class UnigramTokenizer(SubwordTokenizer):
    """The most probable segmentation under a pruned piece inventory."""

    @classmethod
    def untrained(cls, vocab_size: int) -> tuple[Any, Any]:
        """Punctuation stands alone."""
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Punctuation()
        trainer = trainers.UnigramTrainer(
            vocab_size=vocab_size,
            special_tokens=[UNKNOWN],
            unk_token=UNKNOWN,
            show_progress=False,
        )
        return tokenizer, trainer
