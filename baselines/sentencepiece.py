"""The unigram language model as SentencePiece trains it (Kudo & Richardson, EMNLP 2018).

Its pieces are run by the `tokenizers` library, which cuts as SentencePiece itself does. They are
a little longer than those of ``unigram``: 0.835 tokens a glyph of EvaHan instead of 0.843, by
``cbs-bench run tokenization``.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING

from cbs_bench.optional import load_optional
from cbs_bench.tokenizer.subword import UNKNOWN, SubwordTokenizer

if TYPE_CHECKING:
    import tokenizers

LONGEST_LINE = 1 << 24
"""Bytes; what is longer would be left out."""


class SentencePieceTokenizer(SubwordTokenizer):
    """The most probable segmentation, under pieces that ``unigram`` chooses otherwise."""

    @classmethod
    def learn(cls, lines: Sequence[str], vocab_size: int) -> tokenizers.Tokenizer:
        """Punctuation stands alone; the alphabet leaves room for pieces.

        Raises:
            PluginError: If `sentencepiece` is not installed.
        """
        from tokenizers import Tokenizer, models

        boundaries = cls.boundaries()
        clauses = [clause for line in lines for clause, _ in boundaries.pre_tokenize_str(line)]
        kept = {point for point, _ in Counter(chain(*clauses)).most_common(vocab_size * 3 // 4)}
        runs = (group for clause in clauses for group in groupby(clause, kept.__contains__))
        pieces = _pieces(["".join(run) for known, run in runs if known], vocab_size)
        unknown = [piece for piece, _ in pieces].index(UNKNOWN)
        tokenizer = Tokenizer(models.Unigram(pieces, unk_id=unknown))
        tokenizer.pre_tokenizer = boundaries
        return tokenizer


def _pieces(runs: Sequence[str], vocab_size: int) -> list[tuple[str, float]]:
    """Pieces of ``runs`` with their logarithmic probabilities, and :data:`UNKNOWN`."""
    sentencepiece = load_optional("sentencepiece", install="cbs-bench[peers]")
    if not runs:  # which SentencePiece refuses
        return [(UNKNOWN, 0.0)]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(runs),
        model_writer=model,
        model_type="unigram",
        vocab_size=vocab_size,
        hard_vocab_limit=False,  # a small text has fewer pieces
        character_coverage=1.0,
        normalization_rule_name="identity",
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        split_by_unicode_script=False,  # stand-ins are of no script
        max_sentence_length=LONGEST_LINE,
        unk_piece=UNKNOWN,
        bos_id=-1,
        eos_id=-1,
        num_threads=1,  # several sum in another order
        minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(processor.get_piece_size())
    return [(processor.id_to_piece(i), processor.get_score(i)) for i in ids]
