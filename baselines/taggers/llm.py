"""A large language model that learns from ten demonstrations in its prompt.

The in-context baseline of Chen et al. (COLING 2025): ten tagged sentences of the training split,
then one sentence a request, each shown as the tokens of the tokenizer under test. Any
OpenAI-compatible endpoint will do; see :mod:`cbs_bench.chat`.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from cbs_bench.chat import KEY, Chat
from cbs_bench.errors import DataError, PluginError
from cbs_bench.interfaces import RunRequest, SlipTokenizer, WordTagger
from cbs_bench.metrics.spans import OUTSIDE, bio_from_words, words_from_bio
from cbs_bench.script.tagsets import CHUBS
from cbs_bench.tokenizer.grouping import by_glyphs
from cbs_bench.tokenizer.nesting import flatten
from cbs_bench.types import Glyph, Sentence, Token, Word

DEMONSTRATIONS = 10
SEPARATOR = "|"

INSTRUCTION = """\
You cut sentences of Classical Chinese into words and tag them.
The user gives the tokens of one sentence as a JSON array of strings. Answer with a JSON array of \
as many strings and with nothing else: the label of each token.
A label says of each character of its token whether a word begins there (B-) or goes on (I-), and \
of which part of speech the word is, or O where there is no word. The labels of several \
characters are joined by {separator}. Tokens that are pieces of one character all have its label.
Parts of speech: {tags}
"""

_ARRAY = re.compile(r"\[[^\[\]]*\]")


class LlmTagger(WordTagger):
    """Tags by asking; an answer that cannot be read counts, and scores as no words.

    Args:
        chat: The model.
        tokenizer: Cuts the sentences.
        tags: The parts of speech it may give.
        demonstrations: Tagged sentences that it is shown.
    """

    takes_tokens: ClassVar[bool] = True

    def __init__(
        self,
        chat: Chat,
        tokenizer: SlipTokenizer,
        tags: Sequence[str],
        demonstrations: Sequence[Sentence],
    ) -> None:
        self._chat = chat
        self._tokenizer = tokenizer
        self._tags = frozenset(tags)
        self._prompt = list(_prompt(tokenizer, tags, demonstrations))
        self._answers = self._malformed = 0

    @classmethod
    def label(cls, name: str, settings: Mapping[str, Any]) -> str:
        """The model's name with ours, so that every model has an entry of its own.

        Raises:
            PluginError: If no endpoint or model is given.
        """
        _, model = _endpoint(settings)
        return "-".join(filter(None, [name, *re.split(r"[^\w.]+", model)]))

    @classmethod
    def train(
        cls,
        request: RunRequest,
        tokenizer: SlipTokenizer | None,
        train: Sequence[Sentence],
        validation: Sequence[Sentence],
    ) -> LlmTagger:
        """Draw the demonstrations by the seed of the request; nothing is trained.

        Raises:
            InputError: If the endpoint's address is none.
            PluginError: If no endpoint, model or tokenizer is given.
        """
        if tokenizer is None:
            raise PluginError("the llm tagger shows tokens", remedy="name a tokenizer")
        url, model = _endpoint(request.settings)
        chat = Chat(url, model, os.environ.get(KEY, "").strip())
        drawn = random.Random(request.seed).sample(train, min(DEMONSTRATIONS, len(train)))
        return cls(chat, tokenizer, tags_of(train), drawn)

    def tag(self, texts: Sequence[Sequence[str]]) -> list[list[Word]]:
        """The words of each text."""
        return [self._words(self._tokenizer.tokenize(glyphs)) if glyphs else [] for glyphs in texts]

    def tag_reading(self, glyphs: Sequence[Glyph]) -> list[Word]:
        """The words of glyphs read from a scan."""
        return self._words(self._tokenizer.tokenize_reading(glyphs)) if glyphs else []

    def tally(self) -> dict[str, int]:
        """Answers since the last call, and how many of them could not be read."""
        counts = {"answers": self._answers, "malformed_answers": self._malformed}
        self._answers = self._malformed = 0
        return counts

    def _words(self, tokens: Sequence[Token]) -> list[Word]:
        question = {"role": "user", "content": _shown(tokens)}
        answer = self._chat.ask([*self._prompt, question])
        self._answers += 1
        try:
            return words_in_answer(answer, tokens, self._tags)
        except DataError:
            self._malformed += 1
            return []


def _endpoint(settings: Mapping[str, Any]) -> tuple[str, str]:
    given = settings.get("llm", {})
    if not given.get("url") or not given.get("model"):
        raise PluginError(
            "the llm tagger needs an endpoint and a model", remedy="give --llm-url and --llm-model"
        )
    return given["url"], given["model"]


def tags_of(train: Sequence[Sentence]) -> list[str]:
    """The ten tags of CHUBS where the sentences use no others, else those that they use."""
    used = {word.tag for sentence in train for word in sentence.words}
    return list(CHUBS) if used <= set(CHUBS) else sorted(used)


def labels_of(tokens: Sequence[Token], words: Sequence[Word]) -> list[str]:
    """The label of each token, as the model shall give it.

    Args:
        tokens: Tokens in order; together they cover every glyph.
        words: The words over the same glyphs.

    Examples:
        >>> tokens = [Token("君子", 0, 2, "subword"), Token("不", 2, 3, "subword")]
        >>> labels_of(tokens, [Word(0, 2, "n"), Word(2, 3, "d")])
        ['B-n|I-n', 'B-d']
    """
    flat = list(flatten(tokens))
    tags = bio_from_words(words, max((token.end for token in flat), default=0))
    return [
        SEPARATOR.join(tags[group[0].start : group[-1].end])
        for group in by_glyphs(flat)
        for _ in group
    ]


def words_in_answer(answer: str, tokens: Sequence[Token], tags: frozenset[str]) -> list[Word]:
    """The words that an answer tells: its last JSON array has the label of each token.

    Raises:
        DataError: If it has none, or not a label for every token.
    """
    arrays = _ARRAY.findall(answer)
    try:
        labels = json.loads(arrays[-1]) if arrays else None
    except ValueError:
        labels = None
    if labels is None:
        raise DataError("no JSON array in the answer")
    flat = list(flatten(tokens))
    if len(labels) != len(flat):
        raise DataError(f"{len(labels)} labels for {len(flat)} tokens")
    given = iter(labels)
    bio = [OUTSIDE] * max(token.end for token in flat)
    for group in by_glyphs(flat):
        label, *_ = [next(given) for _ in group]
        parts = label.split(SEPARATOR) if isinstance(label, str) else []
        if len(parts) != group[-1].end - group[0].start:
            raise DataError(f"label {label!r} for {group[0].text!r}")
        bio[group[0].start : group[-1].end] = parts
    if unknown := {tag for tag in bio if tag != OUTSIDE and tag[2:] not in tags}:
        raise DataError(f"unknown label {min(unknown)!r}")
    return words_from_bio(bio)


def _prompt(
    tokenizer: SlipTokenizer, tags: Sequence[str], demonstrations: Sequence[Sentence]
) -> Iterator[dict[str, str]]:
    instruction = INSTRUCTION.format(separator=SEPARATOR, tags=", ".join(tags))
    yield {"role": "system", "content": instruction}
    for sentence in demonstrations:
        tokens = tokenizer.tokenize(sentence.glyphs)
        yield {"role": "user", "content": _shown(tokens)}
        labels = labels_of(tokens, sentence.words)
        yield {"role": "assistant", "content": json.dumps(labels, ensure_ascii=False)}


def _shown(tokens: Sequence[Token]) -> str:
    """The texts of the tokens; a glyph given as components is as many tokens."""
    return json.dumps([token.text for token in flatten(tokens)], ensure_ascii=False)
