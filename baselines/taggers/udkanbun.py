"""UD-Kanbun: a MeCab lexicon of Classical Chinese with Universal Dependencies tags.

Koichi Yasuoka, https://github.com/KoichiYasuoka/UD-Kanbun. It was trained on the train file of
UD Kyoto, which is many times the dev file that the others learn from where that is all there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from cbs_bench.optional import load_optional
from cbs_bench.published_tagger import PublishedTagger
from cbs_bench.script.tagsets import UPOS


class UdKanbunTagger(PublishedTagger):
    """The package's pipeline.

    Args:
        parse: From a text to its words, which have a ``form`` and a ``upos``; a root comes first.
    """

    tagset: ClassVar[tuple[str, ...] | None] = UPOS

    def __init__(self, parse: Any) -> None:
        self._parse = parse

    @classmethod
    def load(cls) -> UdKanbunTagger:
        """The lexicon and the parser in the package.

        Raises:
            PluginError: If it is not installed.
        """
        return cls(load_optional("udkanbun", install="cbs-bench[peers]").load())

    def forms(self, text: str) -> Iterator[tuple[str, str]]:
        """Each word and its universal part of speech."""
        parsed = self._parse(text)
        for index in range(1, len(parsed)):
            yield parsed[index].form, parsed[index].upos
