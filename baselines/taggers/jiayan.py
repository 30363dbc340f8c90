"""Jiayan's word tokenizer: the most probable path through a lexicon of Classical Chinese.

Jiajie Yan, https://github.com/jiaeyan/Jiayan. Its tagger and its other tokenizer need models
that no package carries; this one brings its lexicon and gives words without tags.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar

from cbs_bench.interfaces import NO_TAG
from cbs_bench.optional import load_optional
from cbs_bench.published_tagger import PublishedTagger


class JiayanTagger(PublishedTagger):
    """The package's ``WordNgramTokenizer``.

    Args:
        cutter: From a text to its words; ``PREFIX`` holds its lexicon.
    """

    tagset: ClassVar[tuple[str, ...] | None] = ()

    def __init__(self, cutter: Any) -> None:
        self._cutter = cutter

    @classmethod
    def load(cls) -> JiayanTagger:
        """The lexicon in the package.

        Raises:
            PluginError: If it is not installed.
        """
        with _without_kenlm():
            module = load_optional("jiayan.tokenizer.ngram_tokenizer", install="cbs-bench[peers]")
        # The class's own constructor writes a cache into the installed package.
        cutter = module.WordNgramTokenizer.__new__(module.WordNgramTokenizer)
        cutter.PREFIX, cutter.total = cutter.gen_prefix_dict(module.dict_path)
        return cls(cutter)

    def forms(self, text: str) -> Iterator[tuple[str, str]]:
        """Each word; what Jiayan does not take for Han it leaves uncut, and is cut here."""
        for form in self._cutter.tokenize(text):
            for part in [form] if form in self._cutter.PREFIX else form:
                yield part, NO_TAG


@contextmanager
def _without_kenlm() -> Iterator[None]:
    """Let Jiayan be imported without kenlm, which has to be compiled.

    The package imports it for its other tokenizer; this one never calls it.
    """
    stand_in = ModuleType("kenlm")
    found = sys.modules.setdefault("kenlm", stand_in)
    try:
        yield
    finally:
        if found is stand_in:
            del sys.modules["kenlm"]
