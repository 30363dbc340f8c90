"""Editorial marks in tagged transcriptions, read off so that only glyphs remain.

Editors print ``[天]`` for a supplied graph, ``又（有）`` for a reading, ``【十六】`` or
``【16】`` for the number of a slip and ``民=`` for a repetition mark. None of these signs is on the
bamboo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SUPPLIED = frozenset("[]〔〕")
GLOSSES = {"（": "）", "〈": "〉"}
SLIP_NUMBER = ("【", "】")
REPETITION = frozenset({"=", "\U00034ea1"})
"""The second is an unassigned code point that the POS rows of CHUBS have where the editions of the
same texts print ``=``: 命訓 ``小命日=成=則敬``, repeated as 日成日成則敬."""

NUMERALS = frozenset("〇一二三四五六七八九十百廿卅0123456789０１２３４５６７８９簡背正反上下")
"""What numbers of slips are written with."""

_CLOSING = {**GLOSSES, SLIP_NUMBER[0]: SLIP_NUMBER[1]}
_STRAY = SUPPLIED | frozenset("（）〈〉【】") | REPETITION


def glyphs_of(tokens: Sequence[str], tags: Sequence[str]) -> tuple[list[str], list[str]]:
    """The glyphs among ``tokens`` and their BIO tags.

    Glosses and slip numbers that open and close here are left out with what they hold; of those
    cut off by the end of the row only the bracket is. ``{`` to the ``}`` that closes it become one
    composition. A word whose first token is left out starts at the next one.

    Args:
        tokens: As printed, one a character.
        tags: ``O``, ``B-x`` or ``I-x`` of each.
    """
    glyphs: list[str] = []
    kept: list[str] = []
    previous, starts = "O", False
    for token, tag in _readable(tokens, tags):
        if token in _STRAY:
            starts |= tag.startswith("B-")
            continue
        follows = tag.startswith("I-") and tag[2:] == previous[2:] and not starts
        glyphs.append(token)
        kept.append(tag if tag == "O" or follows else f"B-{tag[2:]}")
        previous, starts = kept[-1], False
    return glyphs, kept


def words_of(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Half-open spans of the words that BIO tags mark; glyphs tagged ``O`` are in none."""
    words: list[tuple[int, int, str]] = []
    for place, tag in enumerate(tags):
        if tag.startswith("B-"):
            words.append((place, place + 1, tag[2:]))
        elif tag.startswith("I-") and words and words[-1][1:] == (place, tag[2:]):
            words[-1] = (words[-1][0], place + 1, tag[2:])
    return words


def _readable(tokens: Sequence[str], tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Tokens and tags without glosses and slip numbers, compositions joined."""
    closed = _closed(tokens)
    place = 0
    while place < len(tokens):
        end = closed.get(place, place)
        if end > place and _is_note(tokens, place, end):
            place = end + 1
            continue
        if tokens[place] != "{":
            end = place
        yield "".join(tokens[place : end + 1]), tags[place]
        place = end + 1


def _is_note(tokens: Sequence[str], place: int, end: int) -> bool:
    """Whether what is bracketed from ``place`` to ``end`` is a gloss or the number of a slip."""
    if tokens[place] == SLIP_NUMBER[0]:
        return all(NUMERALS.issuperset(tokens[inside]) for inside in range(place + 1, end))
    return tokens[place] in GLOSSES and place > 0


def _closed(tokens: Sequence[str]) -> dict[int, int]:
    """Place of each opening bracket to that of the one that closes it; only compositions nest."""
    found = _compositions(tokens)
    nearest: dict[str, int] = {}
    for place in reversed(range(len(tokens))):
        token = tokens[place]
        if token in _CLOSING and _CLOSING[token] in nearest:
            found[place] = nearest[_CLOSING[token]]
        nearest[token] = place
    return found


def _compositions(tokens: Sequence[str]) -> dict[int, int]:
    found: dict[int, int] = {}
    opened: list[int] = []
    for place, sign in enumerate(tokens):
        if sign == "{":
            opened.append(place)
        elif sign == "}" and opened:
            found[opened.pop()] = place
    return found
