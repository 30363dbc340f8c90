"""``lzh``: Classical Chinese as a spaCy language, with our tokenizer as its default.

``spacy.blank("lzh")`` finds it through an entry point; ISO 639-3 gives the code.
"""

from __future__ import annotations

from typing import ClassVar

from spacy.language import BaseDefaults, Language
from thinc.api import Config

CONFIG = Config().from_str(
    """
    [nlp]
    [nlp.tokenizer]
    @tokenizers = "cbs_bench.MultiGranularityTokenizer.v1"
    """
)


class ClassicalChineseDefaults(BaseDefaults):
    """Left to right, no letter case."""

    config = CONFIG
    writing_system: ClassVar = {"direction": "ltr", "has_case": False, "has_letters": False}


class ClassicalChinese(Language):
    """The pipeline class behind ``spacy.blank("lzh")``."""

    lang = "lzh"
    Defaults = ClassicalChineseDefaults
