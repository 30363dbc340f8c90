"""Transcriptions in TEI, with their apparatus turned into graphs and readings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from cbs_bench.dataset import rows, safe_xml
from cbs_bench.dataset.names import unique_names
from cbs_bench.dataset.safe_xml import local_name
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, Record, Rejection
from cbs_bench.script.labels import LOST_MARK, UNENCODED_MARK
from cbs_bench.script.marked_text import MarkedText, Sign
from cbs_bench.walk import files_below

LAYOUT = "a TEI file or a folder of them"
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

_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


class Tei(CorpusBuilder):
    """One row a slip where slips are marked (``<pb>``, ``<milestone>``), else one a paragraph."""

    takes = frozenset[str]()
    info = CorpusInfo(
        title="TEI transcriptions",
        summary=(
            "Texts of manuscripts from TEI files: the strict transcription as far as the files "
            "give it, and how each sign is read."
        ),
        licence="unknown",
        citation="Cite the edition named in the TEI headers.",
        homepage="the files given as --raw",
        limits=(
            "Many TEI editions are normalised: there the graphs are the editors' characters and "
            "not those on the slips.",
            "What editors supply (`<supplied>`) is a reading of a lost graph □.",
            "Headings, notes and punctuation are left out.",
            "A slip whose number occurs in an earlier division is named after its own (`div2-1`), "
            "one of a further text in its file after that text (`TEI2-1`).",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``texts`` in order of file and place; see the base class."""
        raw = rows.need(raw, LAYOUT)
        files = files_below(raw, [".xml"]) if raw.is_dir() else [raw]
        if not files:
            raise InputError("no .xml file here", path=raw, remedy=f"--raw {LAYOUT}")
        home = raw if raw.is_dir() else raw.parent
        names = unique_names(file.relative_to(home) for file in files)
        groups: dict[tuple[str, ...], str] = {}
        for inside, file_name in names.items():
            for item in _rows(home / inside, inside.as_posix(), file_name):
                if isinstance(item, Rejection):
                    yield item
                    continue
                where, row = item
                # Files of one title are one document, as they are to whoever reads the rows.
                document, slip = (row["source"], row["document"]), row["slip"]
                yield Record(
                    "texts",
                    row,
                    where,
                    groups.setdefault((*document, slip), row["id"]),
                    groups.setdefault(document, inside.stem),
                )


def _rows(file: Path, where: str, name: str) -> Iterator[tuple[str, dict[str, Any]] | Rejection]:
    """Place and row of each passage of a file, or why there is none."""
    try:
        root = safe_xml.read(file)
    except DataError as error:
        yield Rejection(where, f"{error.problem}; {error.remedy}")
        return
    characters, shared = _characters(root), _source(root.find("{*}teiHeader"))
    for number, (work, text) in enumerate(_texts(root), start=1):
        label = f"TEI{number}-" if number > 1 else ""
        if text is None:
            yield Rejection(f"{where} {label}".rstrip(" -"), "no <text> in it")
            continue
        source, document = _source(work) or shared, _title(work) or name
        for passage, signs in _passages(text, characters):
            slip = f"{label}{passage}"
            graphs, readings = [s.graph for s in signs], [s.reading for s in signs]
            place = (source, document, slip)
            yield f"{where} {slip}", rows.text_row(f"{name}_{slip}", place, graphs, readings)


def _texts(root: Element) -> list[tuple[Element, Element | None]]:
    """Each ``<TEI>`` of a file, several in a ``<teiCorpus>``, and its ``<text>``."""
    works = [element for element in root.iter() if local_name(element) == "TEI"]
    if works:
        return [(work, work.find("{*}text")) for work in works]
    return [(root, next((e for e in root.iter() if local_name(e) == "text"), None))]


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


def _passages(text: Element, characters: dict[str, str]) -> list[tuple[str, list[Sign]]]:
    """Name and signs of each slip, or of each paragraph, that has any."""
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
        graph = _text(element) or characters.get(name, UNENCODED_MARK)
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


def _characters(root: Element) -> dict[str, str]:
    """Characters the header declares, by id: as code points or as a composition."""
    found = {}
    for element in root.iter():
        if local_name(element) in ("char", "glyph"):
            mappings = [_text(e) for e in element.iter() if local_name(e) == "mapping"]
            written = next((m for m in mappings if m), UNENCODED_MARK)
            found[element.get(_XML_ID, "")] = _composition(written)
    return found


def _composition(written: str) -> str:
    """One graph: description characters are left out, several parts stand in braces."""
    parts = [c for c in written if not "\u2ff0" <= c <= "\u2fff"]
    return "".join(parts) if len(parts) < 2 or written.startswith("{") else f"{{{''.join(parts)}}}"


def _title(root: Element) -> str:
    found = (e for e in root.iter() if local_name(e) == "titleStmt")
    titles = (_text(e) for statement in found for e in statement if local_name(e) == "title")
    return next(titles, "")


def _source(element: Element | None) -> str:
    """The collection that the manuscript lies in."""
    names = ("collection", "repository", "settlement")
    inside = () if element is None else element.iter()
    found = {local_name(e): _text(e) for e in inside if local_name(e) in names}
    return next((found[name] for name in names if found.get(name)), "")


def _text(element: Element) -> str:
    return "".join("".join(element.itertext()).split())
