"""The text of a TEI edition, slip by slip: signs, with the apparatus of editors read off.

A slip may begin anywhere, within what an editor supplied too; where none is marked, paragraphs are
told apart.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple
from xml.etree.ElementTree import Element

from cbs_bench.dataset.safe_xml import local_name, text_of
from cbs_bench.script.labels import LOST_MARK, UNENCODED_MARK
from cbs_bench.script.marked_text import MarkedText, Sign

ELSEWHERE = frozenset({"back", "note", "rdg"})
"""Elements that are not text of the slip; a slip that begins in them is one of another witness."""

EDITORIAL = ELSEWHERE | frozenset(
    {"c", "certainty", "del", "desc", "ex", "figure", "front", "fw", "head", "pc", "rt"}
)
"""All elements that are not text of the slip."""

PAIRS = {"orig": "reg", "sic": "corr", "abbr": "expan"}
"""What is written, and what an editor reads it as; they share a ``<choice>``."""

BLOCKS = frozenset({"p", "ab", "l"})
DIVISIONS = frozenset({"div", *(f"div{depth}" for depth in range(1, 8)), "text"})
MAX_GAP = 1000
_EXTENT = re.compile(
    r"(?:ca?\.?|約)?\s*(\d{1,9})(?:\s*(?:char(?:acter)?|glyph|graph|ideograph|sign)s?|\s*個?字)*",
    re.IGNORECASE,
)
"""``quantity`` or ``extent`` of a gap, and its ``unit``."""


class _Stretch(NamedTuple):
    """Signs on one slip or in one paragraph, and the element that begins it."""

    start: Element | None
    division: str
    signs: list[Sign]


class _Reading:
    """The walk through one text: what was read so far."""

    def __init__(self, characters: dict[str, str], *, by_slip: bool) -> None:
        self.characters = characters
        self.by_slip = by_slip
        self.division = ""
        self.stretches = [_Stretch(None, "", [])]
        self.text = MarkedText(self.stretches[0].signs)
        self._divisions: Counter[str] = Counter()

    def enter(self, tag: str) -> None:
        """Begin a division; they are numbered in order."""
        self._divisions[tag] += 1
        self.division = f"{tag}{self._divisions[tag]}"

    def turn(self, start: Element) -> None:
        """Go on in the slip or paragraph that this element begins."""
        self.stretches.append(_Stretch(start, self.division, []))
        self.text.turn_to(self.stretches[-1].signs)


def passages(text: Element, characters: dict[str, str]) -> list[tuple[str, list[Sign]]]:
    """Name and signs of each slip, or of each paragraph, that has any.

    Args:
        text: The ``<text>`` of a work.
        characters: Those that its header declares, by id.
    """
    reading = _Reading(characters, by_slip=any(_is_slip(element) for element in text.iter()))
    _walk(text, reading)
    first, *others = reading.stretches
    passages = {"": first.signs}
    homes: dict[str, str] = {}
    for start, division, signs in others:
        name = _name(start, len(passages) + bool(first.signs))
        # One of the same name in another division is another slip.
        if homes.setdefault(name, division) != division:
            name = f"{division}-{name}"
        passages.setdefault(name, []).extend(signs)
    return [(name, signs) for name, signs in passages.items() if signs]


def _walk(element: Element, reading: _Reading) -> None:
    tag, outer = local_name(element), reading.division
    if tag in DIVISIONS:
        reading.enter(tag)
    if tag in BLOCKS:
        reading.text.end_paragraph()
    begins = _is_slip(element) if reading.by_slip else tag in BLOCKS
    if begins:
        reading.turn(element)
    special = _extract_of(element, reading.characters)
    if special is not None:
        _add(special, reading)
    elif tag not in EDITORIAL:
        _walk_inside(element, reading)
    elif tag not in ELSEWHERE:
        for slip in filter(_is_slip, element.iter()):
            reading.turn(slip)
    if tag in BLOCKS:
        reading.text.end_paragraph()
    reading.division = outer


def _walk_inside(element: Element, reading: _Reading) -> None:
    reading.text.read(element.text or "")
    for child in element:
        _walk(child, reading)
        reading.text.read(child.tail or "")


class _Extract(NamedTuple):
    """The signs of an element, and the slips that begin in it with the place of their first."""

    signs: list[Sign]
    turns: list[tuple[int, Element]]


def _add(extract: _Extract, reading: _Reading) -> None:
    done = 0
    for place, slip in extract.turns:
        reading.text.add(extract.signs[done:place])
        reading.turn(slip)
        done = place
    reading.text.add(extract.signs[done:])


def _extract_of(element: Element, characters: dict[str, str]) -> _Extract | None:
    """What an element of the apparatus holds; None for any other."""
    tag = local_name(element)
    if tag == "g":
        name = (element.get("ref") or "").rpartition("#")[2]
        graph = text_of(element) or characters.get(name, UNENCODED_MARK)
        return _Extract([Sign(graph, graph)], [])
    if tag == "gap":
        return _Extract([Sign(LOST_MARK, LOST_MARK) for _ in range(_extent(element))], [])
    if tag == "supplied":
        signs, turns = _inside(element, characters)
        return _Extract([Sign(LOST_MARK, sign.reading) for sign in signs], turns)
    if tag == "choice":
        signs, turns = _choice(element, characters)
        return _Extract(signs, turns or [(0, child) for child in element if _is_slip(child)])
    return None


def _inside(element: Element, characters: dict[str, str]) -> _Extract:
    reading = _Reading(characters, by_slip=True)
    _walk_inside(element, reading)
    found = _Extract([], [])
    for start, _, signs in reading.stretches:
        if start is not None:
            found.turns.append((len(found.signs), start))
        found.signs.extend(signs)
    return found


def _choice(element: Element, characters: dict[str, str]) -> _Extract:
    """What is written with what it is read as, sign by sign where they are as many."""
    parts = {local_name(child): child for child in element}
    for written, read in PAIRS.items():
        if written in parts:
            signs, turns = _inside(parts[written], characters)
            graphs = [sign.graph for sign in signs]
            if read not in parts:
                return _Extract([Sign(graph, graph) for graph in graphs], turns)
            signs, others = _inside(parts[read], characters)
            readings = [sign.reading for sign in signs]
            if len(graphs) != len(readings):
                # A ligature: the first sign carries the whole reading.
                readings = ["".join(readings), *[""] * (len(graphs) - 1)]
            pairs = zip(graphs, readings, strict=False)
            return _Extract([Sign(*pair) for pair in pairs], turns or others)
    return _inside(next(iter(element)), characters) if len(element) else _Extract([], [])


def _is_slip(element: Element) -> bool:
    """Whether a new slip starts here."""
    tag = local_name(element)
    unit = (element.get("unit") or "").lower()
    return tag == "pb" or (tag == "milestone" and unit in ("slip", "strip", "jian", "簡"))


def _name(start: Element | None, number: int) -> str:
    """The name of the slip or paragraph that begins with ``start`` and is the n-th one."""
    if start is None:
        return ""
    if _is_slip(start):
        return start.get("n") or f"slip{number}"
    return f"{local_name(start)}{number}"


def _extent(gap: Element) -> int:
    """Lost signs; one where the extent is unknown or in another unit."""
    quantity = gap.get("quantity") or gap.get("extent") or ""
    match = _EXTENT.fullmatch(f"{quantity} {gap.get('unit') or ''}".strip())
    return min(max(int(match[1]), 1), MAX_GAP) if match else 1
