"""WordPiece, as in BERT (Schuster & Nakajima, ICASSP 2012; Devlin et al., NAACL 2019)."""

from __future__ import annotations

from typing import Any

from cbs_bench.tokenizer.subword import MIN_FREQUENCY, UNKNOWN, SubwordTokenizer


class WordPieceTokenizer(SubwordTokenizer):
    """Longest match from the left; pieces inside a clause carry ``##``."""

    @classmethod
    def untrained(cls, vocab_size: int) -> tuple[Any, Any]:
        """Punctuation stands alone; half of the vocabulary is kept for the alphabet.

        Every character counts twice, as ``x`` and as ``##x``, so the alphabet is limited to
        a third of the vocabulary; without a limit the trainer overshoots ``vocab_size``.
        """
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(
            models.WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=1_000_000)
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Punctuation()
        trainer = trainers.WordPieceTrainer(
            vocab_size=vocab_size,
            min_frequency=MIN_FREQUENCY,
            special_tokens=[UNKNOWN],
            limit_alphabet=vocab_size // 3,
            show_progress=False,
        )
        return tokenizer, trainer
