"""Which glyphs are punctuation, which editors add and editions print differently."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=65536)
def is_punctuation(glyph: str) -> bool:
    """Whether a glyph is punctuation by its category in Unicode.

    A composition such as ``{日止頁}`` begins with a brace and is none.
    """
    return len(glyph) == 1 and unicodedata.category(glyph).startswith("P")
