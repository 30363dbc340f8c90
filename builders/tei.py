"""Transcriptions in TEI, with their apparatus turned into graphs and readings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from cbs_bench.dataset import rows, safe_xml
from cbs_bench.dataset.names import unique_names
from cbs_bench.dataset.safe_xml import local_name, text_of
from cbs_bench.dataset.tei_text import passages
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, Record, Rejection
from cbs_bench.script.labels import UNENCODED_MARK
from cbs_bench.walk import files_below

LAYOUT = "a TEI file or a folder of them"
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
        for passage, signs in passages(text, characters):
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


def _characters(root: Element) -> dict[str, str]:
    """Characters the header declares, by id: as code points or as a composition."""
    found = {}
    for element in root.iter():
        if local_name(element) in ("char", "glyph"):
            mappings = [text_of(e) for e in element.iter() if local_name(e) == "mapping"]
            written = next((m for m in mappings if m), UNENCODED_MARK)
            found[element.get(_XML_ID, "")] = _composition(written)
    return found


def _composition(written: str) -> str:
    """One graph: description characters are left out, several parts stand in braces."""
    parts = [c for c in written if not "\u2ff0" <= c <= "\u2fff"]
    return "".join(parts) if len(parts) < 2 or written.startswith("{") else f"{{{''.join(parts)}}}"


def _title(root: Element) -> str:
    found = (e for e in root.iter() if local_name(e) == "titleStmt")
    titles = (text_of(e) for statement in found for e in statement if local_name(e) == "title")
    return next(titles, "")


def _source(element: Element | None) -> str:
    """The collection that the manuscript lies in."""
    names = ("collection", "repository", "settlement")
    inside = () if element is None else element.iter()
    found = {local_name(e): text_of(e) for e in inside if local_name(e) in names}
    return next((found[name] for name in names if found.get(name)), "")
