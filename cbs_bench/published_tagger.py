"""A tagger that others have published: it cuts running text by itself and learns nothing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Self

from cbs_bench.interfaces import RunRequest, SlipTokenizer, WordTagger
from cbs_bench.script.running_text import running_text, words_in
from cbs_bench.types import Sentence, Word


class PublishedTagger(WordTagger):
    """What adapters to such systems share; each names its ``tagset``."""

    takes_tokens: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def load(cls) -> Self:
        """The system, ready to use.

        Raises:
            PluginError: If its package is not installed or lacks its model.
        """

    @abstractmethod
    def forms(self, text: str) -> Iterable[tuple[str, str]]:
        """``(form, tag)`` of each word of ``text`` in order; the tag is empty if it gives none."""

    @classmethod
    def train(
        cls,
        request: RunRequest,
        tokenizer: SlipTokenizer | None,
        train: Sequence[Sentence],
        validation: Sequence[Sentence],
    ) -> Self:
        """Load the system; the sentences are not looked at."""
        return cls.load()

    def tag(self, texts: Sequence[Sequence[str]]) -> list[list[Word]]:
        """The words of each text."""
        lines = [running_text(glyphs) for glyphs in texts]
        return [words_in(line, self.forms(line)) if line else [] for line in lines]
