"""Guodian Laozi A, slips 1-26: photographs of whole slips with a box for every glyph."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cbs_bench.dataset import rows
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, ImageRef, Record, Rejection
from cbs_bench.script.labels import Label, parse

SOURCE, DOCUMENT = "郭店簡", "01A-老子甲"
LAYOUT = "the folder with slips.json, slips/ and glyphs/"


class Laozi(CorpusBuilder):
    """Reads ``slips.json`` and the images it names."""

    info = CorpusInfo(
        title="Guodian Laozi A, slips 1-26",
        summary=(
            "Photographs of 26 bamboo slips (Warring States, found 1993) with the box, strict "
            "transcription and reading of every glyph, and the glyphs' crops."
        ),
        licence="unknown",
        citation="荊門市博物館《郭店楚墓竹簡》, 文物出版社 1998",
        homepage="https://github.com/THUNLP/Chujian",
        limits=(
            "The photographs are 15 to 40 pixels wide and come without a licence: use them to "
            "evaluate, do not train on them or pass them on.",
            "The boxes were found by template matching of the crops and checked by sample.",
            "55 of the 736 glyphs are ○: the source could not encode them.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield each slip, its glyphs and its text; see the base class."""
        raw = rows.need(raw, LAYOUT)
        lookup = rows.component_lookup(self.options)
        table = raw / "slips.json"
        for slip in _slips(table):
            where = f"{table.name} slip {slip.get('slip')}"
            try:
                yield from _records(raw, slip, where, lookup)
            except (KeyError, TypeError, ValueError) as error:
                yield Rejection(where, f"field missing or broken: {error!r}")


def _slips(table: Path) -> list[dict[str, Any]]:
    try:
        slips = json.loads(table.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read it ({error})", path=table, remedy=f"--raw {LAYOUT}"
        ) from error
    if not isinstance(slips, list) or not all(isinstance(slip, dict) for slip in slips):
        raise InputError("not a list of slips", path=table, remedy=f"--raw {LAYOUT}")
    return slips


def _records(raw: Path, slip: Mapping[str, Any], where: str, lookup: rows.Lookup) -> list[Record]:
    number = f"{slip['slip']:02d}"
    name = f"{SOURCE}_{DOCUMENT}_{number}"
    place = {"source": SOURCE, "document": DOCUMENT, "slip": number}
    glyphs = slip["glyphs"]
    labels = [parse(glyph["graph"]) for glyph in glyphs]
    readings = [
        label.reading if glyph["reading"] is None else str(glyph["reading"])
        for glyph, label in zip(glyphs, labels, strict=True)
    ]
    components = [list(rows.parts(label, lookup)) for label in labels]
    objects = {
        "bbox": [[float(value) for value in glyph["box"]] for glyph in glyphs],
        "graph": [label.graph for label in labels],
        "reading": readings,
        "components": components,
        "order": list(range(len(glyphs))),
    }
    scan = {"id": name, "image": ImageRef(raw / slip["file"]), **place, "objects": objects}
    text = rows.text_row(
        name, (SOURCE, DOCUMENT, number), [label.graph for label in labels], readings
    )
    found = [("slips", scan), ("texts", text)]
    for glyph, label, reading, inside in zip(glyphs, labels, readings, components, strict=True):
        found.append(("glyphs", _glyph(raw, glyph, label, reading, inside) | place))
    return [Record(c, row, f"{where} {row['id']}", name, DOCUMENT) for c, row in found]


def _glyph(
    raw: Path, glyph: Mapping[str, Any], label: Label, reading: str, components: list[str]
) -> dict[str, Any]:
    crop = raw / glyph["crop"]
    return {
        "id": crop.stem,
        "image": ImageRef(crop),
        "label": label.raw,
        "graph": label.graph,
        "reading": reading,
        "components": components,
        "encoded": label.encoded,
        "status": label.status.value,
        "position": int(glyph["position"]),
    }
