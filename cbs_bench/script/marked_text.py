"""Running text with the brackets of editors, read into signs.

``待[恃]`` is 待 read as 恃; any other ``[…]`` or ``〔…〕`` was supplied by an editor: a lost graph.
Numbers of slips such as ``【16】`` and the mark ``=`` of ligatures and repetitions are no graphs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cbs_bench.script.edition import NUMERALS
from cbs_bench.script.labels import LOST_MARK, split_glyphs

_SLIP_NUMBER = re.compile(f"【[{''.join(sorted(NUMERALS))}]*】")
_REPETITION = frozenset("=＝")


@dataclass(slots=True, eq=False)
class Sign:
    """One sign of a text: its graph and what it is read as."""

    graph: str
    reading: str


class MarkedText:
    """A text that comes in pieces, as between the tags of XML; a bracket may span them.

    Args:
        signs: Where the signs are put.
    """

    def __init__(self, signs: list[Sign]) -> None:
        self._signs = signs
        self._last: Sign | None = None
        self._before: Sign | None = None
        self._inside: list[Sign] | None = None

    def turn_to(self, signs: list[Sign]) -> None:
        """Put what follows, another slip, elsewhere; no loan mark reaches back over the break."""
        self._signs = signs
        self._last = self._before = None

    def end_paragraph(self) -> None:
        """Leave a bracket that nobody closed: what follows it is written as it stands."""
        self._last = self._before = self._inside = None

    def add(self, signs: Iterable[Sign]) -> None:
        """Take signs that are no running text, such as those of ``<gap>``."""
        for sign in signs:
            self._signs.append(sign)
            self._last = sign
            if self._inside is not None:
                self._inside.append(sign)

    def read(self, text: str) -> None:
        """Take the next piece of running text; punctuation and white space are left out."""
        for glyph in split_glyphs(_SLIP_NUMBER.sub("", text)):
            if glyph in "[〔":
                self._before, self._inside = self._last, []
            elif glyph in "]〕":
                self._close(glyph)
            elif _is_sign(glyph):
                self.add([Sign(glyph, glyph)])

    def _close(self, bracket: str) -> None:
        inside, self._inside = self._inside or [], None
        loan = bracket == "]" and len(inside) == 1 and inside[0].graph != LOST_MARK
        if loan and self._before:
            self._before.reading = self._signs.pop().reading
            self._last = self._before
            return
        for sign in inside:
            sign.graph = LOST_MARK


def _is_sign(glyph: str) -> bool:
    """Letters, symbols, private-use and unassigned code points; not punctuation or marks."""
    if glyph in _REPETITION:
        return False
    category = unicodedata.category(glyph[0])
    return glyph.startswith("{") or (category[0] in "LSCN" and category != "Cc")
