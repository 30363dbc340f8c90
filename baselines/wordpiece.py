"""WordPiece, as in BERT (Schuster & Nakajima, ICASSP 2012; Devlin et al., NAACL 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbs_bench.tokenizer.subword import MIN_FREQUENCY, UNKNOWN, SubwordTokenizer

if TYPE_CHECKING:
    import tokenizers


class WordPieceTokenizer(SubwordTokenizer):
    """Longest match from the left; pieces inside a clause carry ``##``."""

    @classmethod
    def learn(cls, lines: Sequence[str], vocab_size: int) -> tokenizers.Tokenizer:
        """Punctuation stands alone; half of the vocabulary is kept for the alphabet.

        Every character counts twice, as ``x`` and as ``##x``, so the alphabet is limited to
        a third of the vocabulary; without a limit the trainer overshoots ``vocab_size``.
        """
        from tokenizers import Tokenizer, models, trainers

        tokenizer = Tokenizer(
            models.WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=1_000_000)
        )
        tokenizer.pre_tokenizer = cls.boundaries()
        trainer = trainers.WordPieceTrainer(
            vocab_size=vocab_size,
            min_frequency=MIN_FREQUENCY,
            special_tokens=[UNKNOWN],
            limit_alphabet=vocab_size // 3,
            show_progress=False,
        )
        tokenizer.train_from_iterator(lines, trainer)
        return tokenizer
