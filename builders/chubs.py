"""CHUBS: glyph images of Chu bamboo slips under the labels of the palaeographers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from cbs_bench.dataset import hub, rows
from cbs_bench.dataset.annotations.search import annotated
from cbs_bench.dataset.annotations.yolo import UNNAMED
from cbs_bench.dataset.images import UNREADABLE
from cbs_bench.dataset.scan_files import files_of_scans
from cbs_bench.dataset.scan_rows import Place, annotated_records
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, ImageRef, Record, Rejection
from cbs_bench.script.edition import glyphs_of, words_of
from cbs_bench.script.labels import Label, parse
from cbs_bench.script.tagsets import CHUBS, bio_fault
from cbs_bench.walk import IMAGE_SUFFIXES

LAYOUT = "the CHUBS download, its glyphs.zip or glyphs folder, or chen-yingfa/CHUBS from the Hub"
GLYPHS, PACKED = "glyphs", "glyphs.zip"
SUBCHARS = "_subchars"
SPLITS = {
    "train": "train",
    "dev": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}

_STEM = re.compile(
    r"(?P<source>[^_]+)_(?P<document>.+)_(?P<slip>[^_]+)_(?P<name>[^_]+)-(?P<position>\d+)"
)


class Chubs(CorpusBuilder):
    """Reads what lies at ``--raw`` of the published layout.

    Glyphs come from ``glyphs.zip`` or its folder, parts of speech from ``*_examples.json``, and
    scans from images with boxes in YOLO form. The whole may be one archive, but for the scans.
    """

    tags = CHUBS
    info = CorpusInfo(
        title="CHUBS",
        summary=(
            "Images of single glyphs of the Chu bamboo slips (Warring States), cut from the "
            "published photographs and labelled with strict transcription and reading."
        ),
        licence="Apache 2.0",
        citation=(
            "Yingfa Chen et al. 2025. Multi-Modal Multi-Granularity Tokenizer for Chu Bamboo "
            "Slips. COLING 2025."
        ),
        homepage="https://github.com/THUNLP/Chujian",
        limits=(
            "The source states its licence as: permissive, such as Apache 2.0.",
            "The files are JPEG data under a .png name; they are kept byte for byte.",
            "又（有） and 又 are one graph under two labels: no reader of the written form alone "
            "can tell them apart; `graph` merges them.",
            "Rows whose `status` is `not_text` or `unencoded` name no character.",
            "In `pos` editorial brackets, glosses and = marks are read off; unassigned code "
            "points stand for unencoded graphs, as in the source.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``glyphs``, ``pos`` and scans in order of file name; see the base class."""
        raw = rows.need(hub.fetch(raw), LAYOUT, packed=True)
        lookup = rows.component_lookup(self.options)
        packed = raw / PACKED
        found = False
        parts = (
            _glyphs(packed, lookup) if packed.is_file() else (),
            _glyphs(raw, lookup),
            _tagged(raw),
            _scans(raw, lookup),
        )
        for item in chain.from_iterable(parts):
            found = True
            yield item
        if not found:
            raise InputError("no glyph image here", path=raw, remedy=f"--raw {LAYOUT}")


def _glyphs(home: Path, lookup: rows.Lookup) -> Iterator[Record | Rejection]:
    """Glyphs, and what is neither a glyph nor read elsewhere."""
    packed = (home / PACKED).is_file()
    alone = home.name in (GLYPHS, PACKED)
    members = list(rows.members(home, LAYOUT))
    marked = alone or packed or any(f"/{GLYPHS}/" in f"/{name}" for name, _ in members)
    analysed: dict[str, tuple[Label, list[str]]] = {}
    for name, image in members:
        # A hundred thousand names: plain strings are five times as fast as paths.
        folder, _, file = name.rpartition("/")
        stem, _, suffix = file.rpartition(".")
        if name.lower().endswith(rows.ARCHIVES) and not (packed and name == PACKED):
            yield Rejection(name, "an archive in the raw data is not read; unpack it")
        if f".{suffix.lower()}" not in IMAGE_SUFFIXES:
            continue
        if alone or GLYPHS in folder.split("/"):
            if packed:
                continue  # the same ones, unpacked
        elif not _STEM.fullmatch(stem):
            if home.is_file():
                yield Rejection(name, "a scan in an archive is not read; unpack it")
            continue
        elif marked:
            yield Rejection(name, f"a glyph outside of the folder {GLYPHS}; move it there")
            continue
        raw_label = folder.rpartition("/")[2]
        if raw_label not in analysed:
            label = parse(raw_label)
            analysed[raw_label] = label, list(rows.parts(label, lookup))
        yield _glyph(name, stem, image, *analysed[raw_label])


def _glyph(
    name: str, stem: str, image: ImageRef, label: Label, components: list[str]
) -> Record | Rejection:
    match = _STEM.fullmatch(stem)
    if match is None:
        return Rejection(name, "name is not <source>_<document>_<slip>_<id>-<position>")
    if label.raw in ("", GLYPHS):
        return Rejection(name, "no folder names the label")
    document = f"{match['source']}_{match['document']}"
    row = {
        "id": stem,
        "image": image,
        "label": label.raw,
        "graph": label.graph,
        "reading": label.reading,
        "components": components,
        "encoded": label.encoded,
        "status": label.status.value,
        "source": match["source"],
        "document": match["document"],
        "slip": match["slip"],
        "position": int(match["position"]),
    }
    # Fragments that share their number are one slip, as they are to whoever reads the row.
    return Record("glyphs", row, name, f"{document}_{match['slip']}", document)


def _tagged(raw: Path) -> Iterator[Record | Rejection]:
    """Rows of ``*_examples.json``; ``_subchars`` files hold the same rows taken apart."""
    files = {
        PurePosixPath(name): file
        for name, file in rows.members(raw, LAYOUT)
        if name.lower().endswith(".json") and "_examples" in name.rpartition("/")[2]
    }
    whole = {path.stem for path in files}
    for path, file in files.items():
        base = path.stem.removesuffix(SUBCHARS)
        if base != path.stem and base in whole:
            continue
        split = SPLITS.get(path.stem.partition("_")[0].lower())
        if split is None:
            yield Rejection(str(path), "no split begins its name, such as train_")
            continue
        for number, example in enumerate(_examples(file)):
            where = f"{path.name} row {number}"
            row = _sentence(f"{path.stem}-{example.get('id', number)}", example)
            if isinstance(row, str):
                yield Rejection(where, row)
            else:
                yield Record("pos", row, where, row["id"], path.stem, split)


def _examples(file: ImageRef) -> list[Mapping[str, Any]]:
    try:
        examples = json.loads(rows.content(file).decode("utf-8-sig"))
        if not isinstance(examples, list) or not all(isinstance(row, dict) for row in examples):
            raise ValueError("not a list of examples")
    except UNREADABLE as error:
        raise InputError(
            f"cannot read it ({error})", path=file.path, row=file.member, remedy="load it again"
        ) from error
    return examples


def _sentence(name: str, example: Mapping[str, Any]) -> dict[str, Any] | str:
    """The row of an example, or what is wrong with it."""
    tokens, tags = example.get("input"), example.get("label")
    if not isinstance(tokens, list) or not isinstance(tags, list) or len(tokens) != len(tags):
        return "input and label are not two lists of one length"
    if not all(isinstance(value, str) and value for value in (*tokens, *tags)):
        return "input and label are not all text"
    fault = bio_fault(tags)
    if fault:
        return f"label is no BIO sequence: {fault}"
    glyphs, kept = glyphs_of(tokens, tags)
    if not glyphs:
        return "no glyph in it: editorial marks only"
    return rows.pos_row(name, glyphs, words_of(kept))


def _scans(raw: Path, lookup: rows.Lookup) -> Iterator[Record | Rejection]:
    """Scans with boxes in any form; no image among the glyphs, nor one named like a glyph."""
    if raw.is_file() or raw.name == GLYPHS:
        return
    images = [
        file
        for file in files_of_scans(raw, IMAGE_SUFFIXES)
        if not _STEM.fullmatch(file.stem) and GLYPHS not in file.relative_to(raw).parent.parts
    ]
    pages, faults = annotated(raw, images) if images else ({}, [])
    yield from (Rejection(fault.where, fault.reason) for fault in faults)
    for image in images:
        page = pages.get(image)
        if page is not None and page.fault == UNNAMED:
            page = replace(page, fault="")  # CHUBS marks where glyphs are, and no more
        yield from annotated_records(Place(raw, image, "CHUBS"), page, lookup)
