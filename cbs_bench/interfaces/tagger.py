"""What a tagger promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cbs_bench.interfaces.task import RunRequest
from cbs_bench.interfaces.tokenizer import SlipTokenizer
from cbs_bench.registry import Registry
from cbs_bench.types import Glyph, Sentence, Word

NO_TAG = ""
"""The tag of a word that is only cut out; without tags the segmentation alone is scored."""


class WordTagger(ABC):
    """Cuts glyphs into words and tags them; one subclass a file in ``baselines/taggers/``.

    Attributes:
        takes_tokens: Whether it reads the tokens of a tokenizer; one that cuts glyphs by
            itself is run once, without tokenizer.
        tagset: The tags it gives: ``None`` for those it is trained on, none at all for a
            segmenter. Only its segmentation is scored on gold tags outside of them.
    """

    takes_tokens: ClassVar[bool]
    tagset: ClassVar[tuple[str, ...] | None] = None

    @classmethod
    @abstractmethod
    def train(
        cls,
        request: RunRequest,
        tokenizer: SlipTokenizer | None,
        train: Sequence[Sentence],
        validation: Sequence[Sentence],
    ) -> WordTagger:
        """A tagger ready to use.

        Args:
            request: The cell of the benchmark: names, seed and settings.
            tokenizer: The trained tokenizer whose tokens it reads; ``None`` if it takes none.
            train: Sentences to learn from.
            validation: Sentences to choose by; never the test split.

        Raises:
            PluginError: If a package or a model that it needs is missing.
        """

    @classmethod
    def label(cls, name: str, settings: Mapping[str, Any]) -> str:
        """What results call it.

        Args:
            name: Its registry name.
            settings: Those of the run.

        Raises:
            PluginError: If the settings lack what it needs.
        """
        return name

    @abstractmethod
    def tag(self, texts: Sequence[Sequence[str]]) -> list[list[Word]]:
        """The words of each text, in order, as spans over its glyphs."""

    def tag_reading(self, glyphs: Sequence[Glyph]) -> list[Word]:
        """The words of glyphs read from a scan; by default of their first candidates."""
        return self.tag([[glyph.graph for glyph in glyphs]])[0]

    def measures(self) -> dict[str, Any]:
        """What it can tell of its training, as JSON values."""
        return {}

    def tally(self) -> dict[str, int]:
        """What it counted at work since it was asked last, such as answers it could not read."""
        return {}


TAGGERS: Registry[WordTagger] = Registry(
    kind="tagger", package="baselines.taggers", group="cbs_bench.taggers", interface=WordTagger
)
