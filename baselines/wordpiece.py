"""WordPiece, as in BERT (Schuster & Nakajima, ICASSP 2012; Devlin et al., NAACL 2019)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cbs_bench.tokenizer.subword import MIN_FREQUENCY, UNKNOWN, SubwordTokenizer
from cbs_bench.tokenizer.vocabulary import CONTINUATION_MARK

if TYPE_CHECKING:
    import tokenizers


class WordPieceTokenizer(SubwordTokenizer):
    """Longest match from the left; pieces inside a clause carry ``##``."""

    @classmethod
    def learn(cls, lines: Sequence[str], vocab_size: int) -> tokenizers.Tokenizer:
        """Punctuation stands alone; at most two thirds of the vocabulary are single characters.

        Most characters count twice, as ``x`` and as ``##x``, so the alphabet is limited to
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

    def _runs(self, points: str) -> Iterator[tuple[int, str | None]]:
        """A run ends, too, before what only begins a clause; the model would give it up whole."""
        for start, run in super()._runs(points):
            if run is None:
                yield start, None
                continue
            begin = 0
            for position in range(1, len(run) + 1):
                if position == len(run) or run[position] in self._openers:
                    yield start + begin, run[begin:position]
                    begin = position

    @cached_property
    def _openers(self) -> frozenset[str]:
        """Points known as ``x`` and not as ``##x``: training saw them at the head of clauses."""
        pieces = self.model.get_vocab().keys()
        return frozenset(
            point for point in self._alphabet if CONTINUATION_MARK + point not in pieces
        )
