"""The label notation of the corpus, and glyphs in running text.

Raw labels follow the palaeographers' apparatus: ``又（有）`` is the graph 又 read as 有,
``{日止頁}（夏）`` a graph without a code point composed of 日, 止 and 頁. One parser owns the
grammar. It never fails: what it cannot analyse to the end keeps its raw text as its graph and says
so by its status.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from cbs_bench.script.punctuation import is_punctuation

UNENCODED_MARK = "○"
LOST_MARK = "□"
NOT_TEXT = frozenset({"△", "●", "☆", "None", "K", "L", "？"})

_BRACKETS = {"（": "）", "(": ")", "〈": "〉", "[": "]"}
_BRACES = str.maketrans("｛｝", "{}")
_MARKS = frozenset({*"=？", *_BRACKETS})
_CHAIN = re.compile("[→-]")
_BRACE_OR_LINE_END = re.compile(r"[{}\n]")
_ZERO_WIDTH_JOINER = "\u200d"
_SIGNS = ("Lo", "Co", "Cn", "So")


class Status(StrEnum):
    """What kind of sign a label names."""

    ENCODED = "encoded"
    COMPOSED = "composed"
    UNENCODED = "unencoded"
    LOST = "lost"
    NOT_TEXT = "not_text"
    UNANALYSED = "unanalysed"


@dataclass(frozen=True, slots=True)
class Label:
    """One analysed label.

    Attributes:
        raw: The label as it stands in the corpus; ``str(label)`` gives it back.
        graph: What is written: code points, or a composition in braces; ``○`` where it
            cannot be encoded, ``□`` where it is lost or supplied by the editor; the raw label where
            it is not analysed.
        components: The parts of a composition in writing order; empty otherwise.
        readings: The chain of readings, last one last: ``X（Y→Z）`` has Y and Z.
        emendation: What the editor takes the graph for, ``X〈Y-Z〉`` has Y and Z.
        ligature: Whether a ligature or repetition mark ``=`` stands there.
        uncertain: Whether a ``？`` or an editor's ``[…]`` qualifies it.
        status: The kind of sign.
    """

    raw: str
    graph: str
    components: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    emendation: tuple[str, ...] = ()
    ligature: bool = False
    uncertain: bool = False
    status: Status = Status.UNANALYSED

    def __str__(self) -> str:
        return self.raw

    @property
    def reading(self) -> str:
        """What it is read as: the end of the chain, else the graph itself."""
        return (self.graph, *self.emendation, *self.readings)[-1]

    @property
    def encoded(self) -> bool:
        """Whether the graph is written with code points of its own."""
        return self.status is Status.ENCODED


def parse(raw: str) -> Label:
    """Analyse one raw label.

    Args:
        raw: Such as ``{日止頁}（夏）``; any string is accepted.

    Returns:
        The label; its status is ``unanalysed`` where the notation is none of ours.
    """
    if raw in NOT_TEXT:
        return Label(raw, raw, status=Status.NOT_TEXT)
    graph, rest = _head(raw)
    marks, leftover = _suffixes(rest)
    readings = tuple(part for text in marks["（"] for part in _chain_of(text))
    supplied = "".join(parse(text).reading for text in marks["["])
    if supplied and not graph and not leftover:
        # What an editor supplies is not on the slip: a reading of what is lost.
        graph, readings = LOST_MARK, (supplied, *readings)
    emendation = tuple(part for text in marks["〈"] for part in _chain_of(text))
    # Half of a label would be one graph for all that begin alike: `01-a` and `01-b`.
    analysed = bool(graph) and not leftover
    return Label(
        raw,
        graph if analysed else raw,
        compose_parts(graph) if analysed and graph.startswith("{") else (),
        readings,
        emendation,
        ligature=bool(marks["="]),
        uncertain=bool(marks["？"] or marks["["]) or "？" in graph or "[" in graph,
        status=_status_of(graph) if analysed else Status.UNANALYSED,
    )


def as_typed(label: str) -> str:
    """A label that somebody typed, in the one spelling of its class.

    White space around it is no part of it, input methods type full-width braces, and compatibility
    ideographs look like the characters that they stand for.

    Examples:
        >>> [as_typed(label) for label in ("之 ", "｛日止頁｝", "\uf967")]
        ['之', '{日止頁}', '不']
    """
    return unicodedata.normalize("NFC", label.strip()).translate(_BRACES)


def split_glyphs(text: str) -> list[str]:
    """Running text as glyphs, one string each; joined they are the text again.

    A composition ``{…}`` is one glyph; combining marks, variation selectors and what a
    zero-width joiner ties stay with their base. Private-use and unassigned code points are
    glyphs like any other.
    """
    glyphs: list[str] = []
    composition_end = _composition_ends(text)
    position = 0
    while position < len(text):
        end = composition_end.get(position, position + 1)
        while end < len(text) and _clings(text, end):
            end += 1
        glyphs.append(text[position:end])
        position = end
    return glyphs


def split_labels(text: str) -> list[str]:
    """Running text as labels, one a glyph: its marks and readings go with it.

    Punctuation is left out; marks that no graph precedes make a label that is not analysed.

    Examples:
        >>> split_labels("又（有）上B，{日止頁}（夏）孔子=")
        ['又（有）', '上B', '{日止頁}（夏）', '孔', '子=']
        >>> split_labels("=，之（")
        ['=', '之（']
    """
    labels: list[str] = []
    closing = ""
    for glyph in split_glyphs(text):
        is_mark = bool(closing) or glyph in _MARKS
        if is_mark or (labels and glyph in string.ascii_uppercase):
            labels.append(labels.pop() + glyph if labels else glyph)
            closing = "" if glyph == closing else closing or _BRACKETS.get(glyph, "")
        elif not is_punctuation(glyph):
            labels.append(glyph)
    return labels


def compose_parts(composition: str) -> tuple[str, ...]:
    """The components inside ``{…}``, nested compositions kept whole.

    Question marks, brackets, Latin letters and commas inside are the editor's notes on a part
    and no parts themselves.
    """
    return tuple(
        glyph
        for glyph in split_glyphs(composition[1:-1])
        if glyph.startswith("{") or unicodedata.category(glyph[0]) in _SIGNS
    )


def _head(raw: str) -> tuple[str, str]:
    """The graph at the front of a label, and what follows it."""
    if raw.startswith("{"):
        end = _composition_ends(raw).get(0)
        return (raw[:end], raw[end:]) if end else ("", raw)
    match = re.match(r"[^（）()〈〉\[\]{}=？,→\-\sA-Za-z]+", raw)
    if match is None:
        return "", raw
    graph, rest = match.group(), raw[match.end() :]
    # A letter tells variants of a character apart, 上 and 上B; in 1A it is part of a name.
    if unicodedata.category(graph[-1]) in _SIGNS:
        rest = re.sub(r"^[A-Z](?![a-z])", "", rest)
    return graph, rest


def _suffixes(rest: str) -> tuple[dict[str, list[str]], str]:
    """Marks after the graph by their first sign, and what is none of them.

    A reading may stand in brackets of ASCII as well; a number or a letter in them is none, but
    tells variants apart, 又(1) and 又(2).
    """
    marks: dict[str, list[str]] = {sign: [] for sign in "（〈[=？"}
    while rest:
        sign = rest[0]
        end = rest.find(_BRACKETS[sign]) if sign in _BRACKETS else 0
        inside = rest[1:end]
        if sign == "(" and not inside.isascii():
            sign = "（"
        if sign not in marks or end < 0:
            return marks, rest
        marks[sign].append(inside)
        rest = rest[end + 1 :]
    return marks, ""


def _chain_of(text: str) -> list[str]:
    return [part for part in (piece.rstrip("？") for piece in _CHAIN.split(text)) if part]


def _status_of(graph: str) -> Status:
    if graph.startswith("{"):
        return Status.COMPOSED
    if graph == UNENCODED_MARK:
        return Status.UNENCODED
    if graph == LOST_MARK:
        return Status.LOST
    if graph in NOT_TEXT or all(map(is_punctuation, graph)):
        return Status.NOT_TEXT
    return Status.ENCODED


def _composition_ends(text: str) -> dict[int, int]:
    """Where compositions begin, and one past the brace that closes each; none is empty.

    A brace that is not closed in its line begins none.
    """
    ends: dict[int, int] = {}
    opened: list[int] = []
    for sign in _BRACE_OR_LINE_END.finditer(text):
        if sign[0] == "{":
            opened.append(sign.start())
        elif sign[0] == "\n":
            opened.clear()
        elif opened:
            start = opened.pop()
            if sign.start() > start + 1:
                ends[start] = sign.end()
    return ends


def _clings(text: str, position: int) -> bool:
    character = text[position]
    return (
        unicodedata.category(character)[0] == "M"
        or character == _ZERO_WIDTH_JOINER
        or text[position - 1] == _ZERO_WIDTH_JOINER
    )
