"""Tokenization: what a tokenizer does to unseen text, measured without a model behind it.

A glyph *survives* if what its tokens say tells it apart from every other glyph of the dataset
and from one that no corpus has. ``[UNK]`` never does; nor do components that two graphs share.
The counts are ``[surviving, glyphs, glyphs]`` for each sentence, so that F1 is the share of
glyphs whose identity reaches the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES, RunRequest, SlipTokenizer, Task, TaskInfo
from cbs_bench.nlp.corpus import Sentence, read_sentences
from cbs_bench.nlp.tokenizers import DEFAULT_VOCAB_SIZE
from cbs_bench.tokenizer.coverage import cut
from cbs_bench.tokenizer.nesting import flatten
from cbs_bench.tokenizer.subword import UNKNOWN
from cbs_bench.types import Token

NO_SUCH_GLYPH = "{〓〓}"
"""A composition of geta marks, the printers' stand-in for a missing sort: in no corpus."""


class TokenizationTask(Task):
    """Intrinsic measures of each tokenizer, trained on the training split."""

    info = TaskInfo(
        summary="what survives tokenization, and at what length",
        metric="glyphs whose tokens tell them apart from every other glyph",
        needs=("pos",),
    )

    def run(self, request: RunRequest) -> Iterator[dict[str, Any]]:
        """Train on the training split, measure on the test split."""
        train = read_sentences(request.data, "train")
        test = read_sentences(request.data, "test")
        if not train or not test:
            raise InputError(
                "the pos config needs rows in its train and test splits",
                path=request.data,
                remedy="build it from a corpus with more than one slip or document",
            )
        tokenizer = BASELINES.load(request.tokenizer).train(
            (sentence.glyphs for sentence in train),
            vocab_size=int(request.settings.get("vocab_size", DEFAULT_VOCAB_SIZE)),
            seed=request.seed,
        )
        shown = cut(tokenizer, (sentence.glyphs for sentence in train), request.tokenizer)
        rows = cut(tokenizer, (sentence.glyphs for sentence in test), request.tokenizer)
        learned = {text for tokens in shown for text in _texts(tokens)}
        seen = glyphs_of(train)
        alive = surviving(tokenizer, seen | glyphs_of(test))
        marked = [_marked(s.glyphs, tokens, alive) for s, tokens in zip(test, rows, strict=True)]
        slices = {
            "all": _rows(marked, lambda glyph: True),
            "unseen graph": _rows(marked, lambda glyph: glyph not in seen),
        }
        yield {
            "track": "transcription",
            "split": "test",
            "slices": slices,
            "extra": {**measures(test, rows, learned), **_survival(slices)},
        }


def glyphs_of(sentences: Iterable[Sentence]) -> set[str]:
    """The distinct glyphs."""
    return {glyph for sentence in sentences for glyph in sentence.glyphs}


def surviving(tokenizer: SlipTokenizer, glyphs: Iterable[str]) -> set[str]:
    """Those of ``glyphs`` whose tokens, each glyph cut by itself, no other one shares."""
    spelt = {glyph: _texts(tokenizer.tokenize([glyph])) for glyph in {*glyphs, NO_SUCH_GLYPH}}
    sharing = Counter(spelt.values())
    return {glyph for glyph, texts in spelt.items() if sharing[texts] == 1} - {NO_SUCH_GLYPH}


def measures(
    test: Sequence[Sentence], rows: Sequence[Sequence[Token]], learned: set[str]
) -> dict[str, float]:
    """Length, unknowns and use of the vocabulary.

    Tokens are those of the flat sequence: a glyph given as components is as many tokens.

    Args:
        test: The sentences measured.
        rows: The tokens of each.
        learned: The token types of the training text.

    Returns:
        ``unknown_rate``, glyphs under ``[UNK]`` by all glyphs; ``untrained_rate``, tokens that
        the training text never showed, and whose embeddings no model can have learned, by all
        tokens; ``fertility``, tokens by glyphs; ``sequence_length``, tokens by sentences;
        ``vocabulary_use``, token types of the training text that the test text uses.
    """
    glyphs = sum(len(sentence.glyphs) for sentence in test)
    unknown = sum(t.end - t.start for tokens in rows for t in tokens if t.text == UNKNOWN)
    flat = [text for tokens in rows for text in _texts(tokens)]
    return {
        "unknown_rate": unknown / glyphs,
        "untrained_rate": sum(text not in learned for text in flat) / len(flat),
        "fertility": len(flat) / glyphs,
        "sequence_length": len(flat) / len(test),
        "vocabulary_use": len(learned.intersection(flat)) / len(learned),
    }


def _texts(tokens: Iterable[Token]) -> tuple[str, ...]:
    return tuple(token.text for token in flatten(tokens))


def _survival(slices: dict[str, list[list[int]]]) -> dict[str, float | None]:
    """``reversibility``, sentences that survive whole; ``unseen_coverage``, unseen glyphs."""
    unseen = sum(gold for *_, gold in slices["unseen graph"])
    alive = sum(correct for correct, *_ in slices["unseen graph"])
    whole = [correct == gold for correct, _, gold in slices["all"]]
    return {
        "reversibility": sum(whole) / len(whole),
        "unseen_coverage": alive / unseen if unseen else None,
    }


def _rows(
    marked: Sequence[Sequence[tuple[str, bool]]], keep: Callable[[str], bool]
) -> list[list[int]]:
    kept = [[lives for glyph, lives in row if keep(glyph)] for row in marked]
    return [[sum(row), len(row), len(row)] for row in kept]


def _marked(
    glyphs: Sequence[str], tokens: Iterable[Token], alive: set[str]
) -> list[tuple[str, bool]]:
    """Each glyph of a sentence and whether it survives there; ``[UNK]`` may swallow several."""
    unknown = [token for token in tokens if token.text == UNKNOWN]
    lost = {position for token in unknown for position in range(token.start, token.end)}
    return [(g, g in alive and position not in lost) for position, g in enumerate(glyphs)]
