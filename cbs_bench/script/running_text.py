"""Glyphs as running text for programs that only know code points, and their words back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cbs_bench.types import Word

GETA = "\u3013"
"""The mark that typesetters put where they lack the sort (下駄記号)."""


def running_text(glyphs: Sequence[str]) -> str:
    """One code point a glyph; a composition, which has none, becomes a geta mark.

    Examples:
        >>> running_text(["道", "{日止頁}"])
        '道〓'
    """
    return "".join(glyph if len(glyph) == 1 else GETA for glyph in glyphs)


def words_in(text: str, forms: Iterable[tuple[str, str]]) -> list[Word]:
    """Spans of the words that a program found in ``text``.

    Args:
        text: What :func:`running_text` gave.
        forms: ``(form, tag)`` of each word in order. What the program left out, such as white
            space, belongs to no word; a form that is not in the rest of the text is dropped.

    Examples:
        >>> words_in("道可道", [("道", "NOUN"), ("可道", "VERB")])
        [Word(start=0, end=1, tag='NOUN'), Word(start=1, end=3, tag='VERB')]
    """
    words: list[Word] = []
    position = 0
    for form, tag in forms:
        start = text.find(form, position) if form else -1
        if start >= 0:
            position = start + len(form)
            words.append(Word(start, position, tag))
    return words
