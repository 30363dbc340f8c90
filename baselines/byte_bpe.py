"""Byte-level byte-pair encoding, as in GPT-2 (Radford et al., 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from cbs_bench.tokenizer.subword import MIN_FREQUENCY, SubwordTokenizer

if TYPE_CHECKING:
    import tokenizers


class ByteBpeTokenizer(SubwordTokenizer):
    """BPE over UTF-8 bytes: nothing is unknown, a rare character is several pieces."""

    byte_level: ClassVar[bool] = True
    reversible: ClassVar[bool] = True

    @classmethod
    def learn(cls, lines: Sequence[str], vocab_size: int) -> tokenizers.Tokenizer:
        """The alphabet is the 256 bytes; punctuation stands alone."""
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                cls.boundaries(),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            min_frequency=MIN_FREQUENCY,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(lines, trainer)
        return tokenizer
