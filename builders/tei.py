"""Transcriptions in TEI, with their apparatus turned into graphs and readings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from cbs_bench.dataset import rows, safe_xml
from cbs_bench.dataset.safe_xml import local_name
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, Record, Rejection
from cbs_bench.script.labels import LOST_MARK, UNENCODED_MARK
from cbs_bench.script.marked_text import MarkedText, Sign
from cbs_bench.walk import files_below

LAYOUT = "a TEI file or a folder of them"
EDITORIAL = frozenset(
    {"back", "c", "certainty", "del", "ex", "figure", "front", "fw", "head", "note", "pc", "rdg"}
)
"""Elements that are not text of the slip."""

PAIRS = {"orig": "reg", "sic": "corr", "abbr": "expan"}
"""What is written, and what an editor reads it as; they share a ``<choice>``."""

BLOCKS = frozenset({"p", "ab", "l"})
DIVISIONS = frozenset({"div", *(f"div{depth}" for depth in range(1, 8)), "text"})
MAX_GAP = 1000
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
        for file in files:
            try:
                root = safe_xml.read(file)
            except DataError as error:
                yield Rejection(file.name, f"{error.problem}; {error.remedy}")
                continue
            characters, shared = _characters(root), _source(root.find("{*}teiHeader"))
            for number, (work, text) in enumerate(_texts(root), start=1):
                label = f"TEI{number}-" if number > 1 else ""
                if text is None:
                    yield Rejection(f"{file.name} {label}".rstrip(" -"), "no <text> in it")
                    continue
                source, document = _source(work) or shared, _title(work) or file.stem
                for passage, signs in _passages(text, characters):
                    name = f"{label}{passage}"
                    row = _row(f"{file.stem}_{name}", (source, document, name), signs)
                    yield Record("texts", row, f"{file.name} {name}", row["id"], file.stem)


def _texts(root: Element) -> list[tuple[Element, Element | None]]:
    """Each ``<TEI>`` of a file, several in a ``<teiCorpus>``, and its ``<text>``."""
    works = [element for element in root.iter() if local_name(element) == "TEI"]
    if works:
        return [(work, work.find("{*}text")) for work in works]
    return [(root, next((e for e in root.iter() if local_name(e) == "text"), None))]


def _row(name: str, place: tuple[str, str, str], signs: list[Sign]) -> dict[str, Any]:
    graphs, readings = [sign.graph for sign in signs], [sign.reading for sign in signs]
    return rows.text_row(name, place, graphs, readings)


class _Reading:
    """The walk through one text: what was read so far, and the passage it is in."""

    def __init__(self, characters: dict[str, str], *, by_slip: bool) -> None:
        self.characters = characters
        self.by_slip = by_slip
        self.division = ""
        self.passages: dict[str, list[Sign]] = {"": []}
        self.text = MarkedText(self.passages[""])
        self._divisions: Counter[str] = Counter()
        self._homes: dict[str, str] = {}

    def enter(self, tag: str) -> None:
        """Begin a division; they are numbered in order."""
        self._divisions[tag] += 1
        self.division = f"{tag}{self._divisions[tag]}"

    def start(self, name: str) -> None:
        """Go on in the slip of this name; one in another division is another slip."""
        if self._homes.setdefault(name, self.division) != self.division:
            name = f"{self.division}-{name}"
        self.text.turn_to(self.passages.setdefault(name, []))

    def number(self) -> int:
        """The number of the next passage; what stands before the first one counts if it is."""
        return len(self.passages) + bool(self.passages[""])


def _passages(text: Element, characters: dict[str, str]) -> list[tuple[str, list[Sign]]]:
    """Name and signs of each slip, or of each paragraph, that has any."""
    by_slip = any(_is_slip(element) for element in text.iter())
    reading = _Reading(characters, by_slip=by_slip)
    _walk(text, reading)
    return [(name, signs) for name, signs in reading.passages.items() if signs]


def _walk(element: Element, reading: _Reading) -> None:
    tag, outer = local_name(element), reading.division
    if tag in DIVISIONS:
        reading.enter(tag)
    if tag in BLOCKS:
        reading.text.end_paragraph()
    if reading.by_slip and _is_slip(element):
        reading.start(element.get("n") or f"slip{reading.number()}")
    elif not reading.by_slip and tag in BLOCKS:
        reading.start(f"{tag}{reading.number()}")
    special = _signs_of(element, reading.characters)
    if special is not None:
        reading.text.add(special)
    elif tag not in EDITORIAL:
        _walk_inside(element, reading)
    if tag in BLOCKS:
        reading.text.end_paragraph()
    reading.division = outer


def _walk_inside(element: Element, reading: _Reading) -> None:
    reading.text.read(element.text or "")
    for child in element:
        _walk(child, reading)
        reading.text.read(child.tail or "")


def _signs_of(element: Element, characters: dict[str, str]) -> list[Sign] | None:
    """The signs of an element of the apparatus; None for any other."""
    tag = local_name(element)
    if tag == "g":
        name = (element.get("ref") or "").rpartition("#")[2]
        graph = _text(element) or characters.get(name, UNENCODED_MARK)
        return [Sign(graph, graph)]
    if tag == "gap":
        return [Sign(LOST_MARK, LOST_MARK) for _ in range(_extent(element))]
    if tag == "supplied":
        return [Sign(LOST_MARK, sign.reading) for sign in _inside(element, characters)]
    if tag == "choice":
        return _choice(element, characters)
    return None


def _inside(element: Element, characters: dict[str, str]) -> list[Sign]:
    reading = _Reading(characters, by_slip=False)
    _walk_inside(element, reading)
    return [sign for signs in reading.passages.values() for sign in signs]


def _choice(element: Element, characters: dict[str, str]) -> list[Sign]:
    """What is written with what it is read as, sign by sign where they are as many."""
    parts = {local_name(child): child for child in element}
    for written, read in PAIRS.items():
        if written in parts:
            graphs = [sign.graph for sign in _inside(parts[written], characters)]
            if read not in parts:
                return [Sign(graph, graph) for graph in graphs]
            readings = [sign.reading for sign in _inside(parts[read], characters)]
            if len(graphs) != len(readings):
                # A ligature: the first sign carries the whole reading.
                readings = ["".join(readings), *[""] * (len(graphs) - 1)]
            return [Sign(*pair) for pair in zip(graphs, readings, strict=False)]
    return _inside(next(iter(element)), characters) if len(element) else []


def _is_slip(element: Element) -> bool:
    """Whether a new slip starts here."""
    tag = local_name(element)
    unit = (element.get("unit") or "").lower()
    return tag == "pb" or (tag == "milestone" and unit in ("slip", "strip", "jian", "簡"))


def _extent(gap: Element) -> int:
    """Lost signs; one where the extent is unknown."""
    quantity = gap.get("quantity") or gap.get("extent") or "1"
    return min(max(int(quantity), 1), MAX_GAP) if quantity.isdecimal() else 1


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
