"""Our word tagger as the benchmark runs it, and where a peer takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from spacy.language import Language

from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES, TAGGERS, RunRequest, SlipTokenizer, WordTagger
from cbs_bench.nlp.corpus import read_sentences
from cbs_bench.nlp.fit import Budget, Fit, fit_pipeline, predict
from cbs_bench.nlp.scored_sentences import ScoredSentences
from cbs_bench.nlp.tagger import words_of
from cbs_bench.nlp.tokenizers import DEFAULT_VOCAB_SIZE
from cbs_bench.tokenizer.coverage import cut
from cbs_bench.types import Glyph, Sentence, Word


class SpacyTagger(WordTagger):
    """The spaCy pipeline of a tokenizer.

    Args:
        fit: The pipeline and how it was trained.
    """

    takes_tokens: ClassVar[bool] = True

    def __init__(self, fit: Fit) -> None:
        self._fit = fit

    @classmethod
    def train(
        cls,
        request: RunRequest,
        tokenizer: SlipTokenizer | None,
        train: Sequence[Sentence],
        validation: Sequence[Sentence],
    ) -> SpacyTagger:
        """Train on ``train``; ``validation`` chooses the epoch."""
        if tokenizer is None:
            raise TypeError("our tagger reads the tokens of a tokenizer")
        budget = Budget(**request.settings.get("budget", {}))
        guide = None if request.guide is None else _train_guide(request, request.guide, budget)
        fit = fit_pipeline(
            request.tokenizer,
            tokenizer,
            train,
            validation,
            budget=budget,
            seed=request.seed,
            guide=guide,
        )
        return cls(fit)

    def tag(self, texts: Sequence[Sequence[str]]) -> list[list[Word]]:
        """The words of each text."""
        return predict(self._fit.nlp, texts)

    def tag_reading(self, glyphs: Sequence[Glyph]) -> list[Word]:
        """The words of glyphs read from a scan; an unsure one shows its components."""
        nlp = self._fit.nlp
        return words_of(nlp(nlp.tokenizer.from_reading(glyphs)))

    def measures(self) -> dict[str, Any]:
        """The learning curve."""
        return {"validation_f1": [round(f1, 4) for f1 in self._fit.curve]}


def train_tagger(
    request: RunRequest, train: Sequence[Sentence], validation: Sequence[Sentence]
) -> tuple[WordTagger, SlipTokenizer | None]:
    """The tagger of a request, and the tokenizer whose tokens it reads, if it reads any.

    Both learn from ``train`` alone; ``validation`` is there to choose by.
    """
    kind = SpacyTagger if request.tagger is None else TAGGERS.load(request.tagger)
    tokenizer = None
    if kind.takes_tokens:
        tokenizer = _train_tokenizer(request, train)
        # A tokenizer that returns something else would be blamed on the peer that reads it.
        cut(tokenizer, (sentence.glyphs for sentence in train[:1]), request.tokenizer)
    return kind.train(request, tokenizer, train, validation), tokenizer


def _train_tokenizer(request: RunRequest, train: Sequence[Sentence]) -> SlipTokenizer:
    return BASELINES.load(request.tokenizer).train(
        (sentence.glyphs for sentence in train),
        vocab_size=int(request.settings.get("vocab_size", DEFAULT_VOCAB_SIZE)),
        seed=request.seed,
    )


def _train_guide(request: RunRequest, corpus: Path, budget: Budget) -> Language:
    """A pipeline with the same kind of tokenizer and as many networks, trained on another corpus.

    No sentence of it that holds one to be scored is learned from.

    Raises:
        InputError: If no other sentence is left.
    """
    scored = ScoredSentences([request.data])
    sentences = read_sentences(corpus, "train")
    train = [sentence for sentence in sentences if not scored.any_in(sentence.glyphs)]
    if not train:
        raise InputError(
            "no sentence is left to train a guide on",
            path=corpus,
            remedy="give a corpus whose training split holds others than those to be scored",
        )
    return fit_pipeline(
        request.tokenizer,
        _train_tokenizer(request, train),
        train,
        read_sentences(corpus, "validation"),
        budget=budget,
        seed=request.seed,
    ).nlp
