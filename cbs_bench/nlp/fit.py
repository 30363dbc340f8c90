"""Trains one spaCy pipeline for one tokenizer: same architecture and budget for all."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import spacy
from spacy.language import Language
from spacy.training import Example
from thinc.api import Adam, Model, NumpyOps, fix_random_seed

from cbs_bench.interfaces import SlipTokenizer
from cbs_bench.metrics.spans import Counts, count
from cbs_bench.nlp.corpus import Sentence, make_example
from cbs_bench.nlp.guide import NAME as GUIDE_FACTORY
from cbs_bench.nlp.tagger import DEFAULT_MODEL, words_of
from cbs_bench.nlp.tagger import NAME as FACTORY
from cbs_bench.types import Word

ENSEMBLE = "cbs_bench.TaggerEnsemble.v1"


@dataclass(frozen=True, slots=True)
class Budget:
    """What every tokenizer gets.

    Attributes:
        epochs: Passes over the training sentences.
        batch_glyphs: Glyphs, not tokens, in a batch, so that coarse tokenizers do not
            take fewer steps than fine ones.
        learning_rate: Adam's step size at the start; it falls linearly towards a tenth.
        dropout: Dropout of every layer.
        members: Networks that learn side by side and decide together.
    """

    epochs: int = 8
    batch_glyphs: int = 1000
    learning_rate: float = 0.002
    dropout: float = 0.3
    members: int = 1


@dataclass(frozen=True, slots=True)
class Fit:
    """A trained pipeline and how it got there.

    Attributes:
        nlp: The pipeline of the best epoch.
        curve: F1 on the validation sentences after each epoch.
    """

    nlp: Language
    curve: tuple[float, ...]


def fit_pipeline(
    name: str,
    tokenizer: SlipTokenizer,
    train: Sequence[Sentence],
    validation: Sequence[Sentence],
    *,
    budget: Budget,
    seed: int,
    embed: Mapping[str, Any] | None = None,
    guide: Language | None = None,
) -> Fit:
    """Train the word tagger on the tokens of ``tokenizer`` and keep its best epoch.

    Args:
        name: Registry name of the tokenizer.
        tokenizer: Trained on the training sentences only.
        train: Sentences to learn from.
        validation: Sentences that choose the epoch; never the test split.
        budget: Epochs, batch size and learning rate.
        seed: Seeds initial weights, dropout and the order of the sentences.
        embed: Settings of the embedding that differ from the tagger's default.
        guide: A pipeline trained on another corpus, whose opinion the tagger is shown.
    """
    fix_random_seed(seed)
    nlp = blank_pipeline(name, tokenizer, embed, budget.members, guide)
    examples = [make_example(nlp, sentence) for sentence in train]
    if guide is not None:
        for example in examples:
            nlp.get_pipe(GUIDE_FACTORY)(example.predicted)
    # The whole training set is given, because the tagger collects its labels from it.
    nlp.initialize(lambda: examples[:])
    model = nlp.get_pipe(FACTORY).model
    optimizer = Adam(budget.learning_rate)
    order = random.Random(seed)
    curve: list[float] = []
    best: bytes | None = None
    with _products_of_numpy(model):
        for epoch in range(budget.epochs):
            optimizer.learn_rate = budget.learning_rate * (1 - 0.9 * epoch / budget.epochs)
            order.shuffle(examples)
            for batch in _batches(examples, budget.batch_glyphs):
                nlp.update(batch, sgd=optimizer, drop=budget.dropout)
            with nlp.use_params(optimizer.averages):
                curve.append(evaluate(nlp, validation or train).f1)
                if curve[-1] == max(curve):
                    best = model.to_bytes()
    if best is not None:
        model.from_bytes(best)
    return Fit(nlp, tuple(curve))


@contextmanager
def _products_of_numpy(model: Model[Any, Any]) -> Iterator[None]:
    """Let ``model`` multiply matrices by numpy, which is faster than blis, thinc's default."""
    ops = {layer: layer.ops for layer in model.walk()}
    for layer, usual in ops.items():
        layer.ops = NumpyOps(use_blis=False) if isinstance(usual, NumpyOps) else usual
    try:
        yield
    finally:
        for layer, usual in ops.items():
            layer.ops = usual


def blank_pipeline(
    name: str,
    tokenizer: SlipTokenizer,
    embed: Mapping[str, Any] | None = None,
    members: int = 1,
    guide: Language | None = None,
) -> Language:
    """An untrained pipeline: ``tokenizer``, a guide if there is one, and the word tagger."""
    registered = {"@tokenizers": "cbs_bench.BaselineTokenizer.v1", "name": name}
    nlp = spacy.blank("lzh", config={"nlp": {"tokenizer": registered}})
    nlp.tokenizer.tokenizer = tokenizer
    model = deepcopy(DEFAULT_MODEL)
    model["tok2vec"]["embed"].update(embed or {})
    if members > 1:
        model = {"@architectures": ENSEMBLE, "member": model, "members": members}
    if guide is not None:
        nlp.add_pipe(GUIDE_FACTORY).pipeline = guide
    nlp.add_pipe(FACTORY, config={"model": model})
    return nlp


def predict(nlp: Language, texts: Iterable[Sequence[str]]) -> list[list[Word]]:
    """Words of each text, as spans over its glyphs."""
    docs = nlp.pipe([nlp.tokenizer.from_glyphs(glyphs) for glyphs in texts], batch_size=256)
    return [words_of(doc) for doc in docs]


def evaluate(nlp: Language, sentences: Sequence[Sentence]) -> Counts:
    """Micro counts over exact word spans."""
    total = Counts()
    found = predict(nlp, (sentence.glyphs for sentence in sentences))
    for sentence, words in zip(sentences, found, strict=True):
        total += count(words, sentence.words)
    return total


def _batches(examples: Sequence[Example], glyphs: int) -> list[list[Example]]:
    batches: list[list[Example]] = [[]]
    size = 0
    for example in examples:
        size += len(example.reference.text)
        batches[-1].append(example)
        if size >= glyphs:
            batches.append([])
            size = 0
    return [batch for batch in batches if batch]
