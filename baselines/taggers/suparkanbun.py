"""SuPar-Kanbun: a RoBERTa of Classical Chinese that segments, tags and parses.

Koichi Yasuoka, https://github.com/KoichiYasuoka/SuPar-Kanbun. It needs torch and fetches its
model when it is first loaded, so that no extra of this package brings it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from cbs_bench.errors import PluginError
from cbs_bench.optional import load_optional
from cbs_bench.published_tagger import PublishedTagger
from cbs_bench.script.tagsets import UPOS


class SuParKanbunTagger(PublishedTagger):
    """The package's spaCy pipeline.

    Args:
        nlp: From a text to a ``Doc``.
    """

    tagset: ClassVar[tuple[str, ...] | None] = UPOS

    def __init__(self, nlp: Any) -> None:
        self._nlp = nlp

    @classmethod
    def load(cls) -> SuParKanbunTagger:
        """The package's default model, which the first call fetches.

        Raises:
            PluginError: If it is not installed, or its model cannot be fetched.
        """
        package = load_optional("suparkanbun", install="suparkanbun")
        try:
            return cls(package.load())
        except (OSError, ValueError) as error:
            raise PluginError(
                f"suparkanbun cannot load its model ({error})",
                remedy="run suparkanbun.load() once where the Hugging Face Hub can be reached",
            ) from error

    def forms(self, text: str) -> Iterator[tuple[str, str]]:
        """Each word and its universal part of speech."""
        for token in self._nlp(text):
            yield token.orth_, token.pos_
