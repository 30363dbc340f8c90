"""Byte-pair encoding over characters (Sennrich et al., ACL 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbs_bench.tokenizer.subword import MIN_FREQUENCY, UNKNOWN, SubwordTokenizer

if TYPE_CHECKING:
    import tokenizers


class BpeTokenizer(SubwordTokenizer):
    """Merges the most frequent pair of neighbours until the vocabulary is full."""

    @classmethod
    def learn(cls, lines: Sequence[str], vocab_size: int) -> tokenizers.Tokenizer:
        """Punctuation stands alone; the alphabet leaves room for merges."""
        from tokenizers import Tokenizer, models, trainers

        tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
        tokenizer.pre_tokenizer = cls.boundaries()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            min_frequency=MIN_FREQUENCY,
            special_tokens=[UNKNOWN],
            limit_alphabet=vocab_size * 3 // 4,
            show_progress=False,
        )
        tokenizer.train_from_iterator(lines, trainer)
        return tokenizer
