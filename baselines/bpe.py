"""Byte-pair encoding over characters (Sennrich et al., ACL 2016)."""

from __future__ import annotations

from typing import Any

from cbs_bench.tokenizer.subword import MIN_FREQUENCY, UNKNOWN, SubwordTokenizer


class BpeTokenizer(SubwordTokenizer):
    """Merges the most frequent pair of neighbours until the vocabulary is full."""

    @classmethod
    def untrained(cls, vocab_size: int) -> tuple[Any, Any]:
        """Punctuation stands alone; the alphabet leaves room for merges."""
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
        tokenizer.pre_tokenizer = pre_tokenizers.Punctuation()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            min_frequency=MIN_FREQUENCY,
            special_tokens=[UNKNOWN],
            limit_alphabet=vocab_size * 3 // 4,
            show_progress=False,
        )
        return tokenizer, trainer
