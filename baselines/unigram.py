"""The unigram language model (Kudo, ACL 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbs_bench.tokenizer.subword import UNKNOWN, SubwordTokenizer

if TYPE_CHECKING:
    import tokenizers


class UnigramTokenizer(SubwordTokenizer):
    """The most probable segmentation under a pruned piece inventory."""

    @classmethod
    def learn(cls, lines: Sequence[str], vocab_size: int) -> tokenizers.Tokenizer:
        """Punctuation stands alone."""
        from tokenizers import Tokenizer, models, trainers

        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = cls.boundaries()
        trainer = trainers.UnigramTrainer(
            vocab_size=vocab_size,
            special_tokens=[UNKNOWN],
            unk_token=UNKNOWN,
            show_progress=False,
        )
        tokenizer.train_from_iterator(lines, trainer)
        return tokenizer
