"""The ``pos`` config of a built dataset as sentences, and as examples for ``spacy train``.

A config of spaCy reads a split by ``@readers = "cbs_bench.PosCorpus.v1"``. The command
``spacy evaluate`` reads a ``DocBin`` instead, and its table has no row for words::

    docs = [example.reference for example in pos_corpus("build/kyoto", "test")(nlp)]
    DocBin(docs=docs).to_disk("test.spacy")

    python -m spacy evaluate model/model-best test.spacy --per-component --output scores.json

writes ``word_p``, ``word_r`` and ``word_f`` under ``cbs_bench_word_tagger``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import ConfigValidationError

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.metrics.spans import bio_from_words
from cbs_bench.nlp.docs import make_doc
from cbs_bench.nlp.tagger import joint_labels
from cbs_bench.nlp.tokenizers import SpacyTokenizer
from cbs_bench.types import Sentence, Token, Word

__all__ = ["Sentence", "make_example", "pos_corpus", "read_sentences"]


def read_sentences(folder: Path, split: str) -> list[Sentence]:
    """The rows of one split of a ``pos`` config.

    Raises:
        InputError: If ``folder`` is no dataset or has no ``pos`` config.
    """
    return [
        Sentence(
            row["id"],
            tuple(row["tokens"]),
            tuple(Word(w["start"], w["end"], w["tag"]) for w in row["words"]),
        )
        for row in reader.rows(folder, "pos", split)
        if row["tokens"]
    ]


def pos_corpus(path: str | Path, split: str) -> Callable[[Language], Iterator[Example]]:
    """``cbs_bench.PosCorpus.v1``: one split of a dataset that ``cbs-bench build`` wrote.

    Args:
        path: Folder of the dataset.
        split: ``train``, ``validation`` or ``test``.

    Returns:
        What ``spacy train`` calls with the pipeline to get its examples.

    Raises:
        ConfigValidationError: If there is no such split; the commands of spaCy show this one
            without a traceback.
    """
    try:
        reader.shards(Path(path), "pos", split)
    except InputError as error:
        raise ConfigValidationError(title="No corpus to read", desc=str(error)) from error

    def read(nlp: Language) -> Iterator[Example]:
        if not isinstance(nlp.tokenizer, SpacyTokenizer):
            raise InputError(
                f"a pos config cannot be read with a {type(nlp.tokenizer).__name__}",
                remedy='set nlp.tokenizer to {"@tokenizers": '
                '"cbs_bench.MultiGranularityTokenizer.v1"}',
            )
        for sentence in read_sentences(Path(path), split):
            yield make_example(nlp, sentence)

    return read


def make_example(nlp: Language, sentence: Sentence) -> Example:
    """A sentence as the pipeline's tokenizer cuts it, with the joint labels of its tokens.

    While that tokenizer is untrained each glyph is a token: it learns from such examples.
    """
    gold = _cut(nlp.tokenizer, sentence.glyphs)
    tags = bio_from_words(sentence.words, len(sentence.glyphs))
    for token, label in zip(gold, joint_labels(gold, tags), strict=True):
        token.tag_ = label
    return Example(_cut(nlp.tokenizer, sentence.glyphs), gold)


def _cut(tokenizer: SpacyTokenizer, glyphs: Sequence[str]) -> Doc:
    if tokenizer.tokenizer is not None:
        return tokenizer.from_glyphs(glyphs)
    tokens = [Token(glyph, i, i + 1, "character") for i, glyph in enumerate(glyphs)]
    return make_doc(tokenizer.vocab, glyphs, tokens)
