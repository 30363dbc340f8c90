"""CHUBS: glyph images of Chu bamboo slips under the labels of the palaeographers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from cbs_bench.dataset import rows
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, ImageRef, Record, Rejection
from cbs_bench.script.labels import parse

LAYOUT = "glyphs.zip or its folder: glyphs/<label>/<source>_<document>_<slip>_<id>-<position>.png"
SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})

_STEM = re.compile(
    r"(?P<source>[^_]+)_(?P<document>.+)_(?P<slip>[^_]+)_(?P<name>[^_]+)-(?P<position>\d+)"
)


class Chubs(CorpusBuilder):
    """Reads the published ``glyphs.zip``, or the folder it unpacks to."""

    info = CorpusInfo(
        title="CHUBS glyphs",
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
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``glyphs`` in order of file name; see the base class."""
        raw = rows.need(raw, LAYOUT)
        lookup = rows.component_lookup(self.options)
        found = False
        for name, image in rows.members(raw, LAYOUT):
            path = PurePosixPath(name)
            if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
                continue
            found = True
            yield _record(path, image, lookup)
        if not found:
            raise InputError("no glyph image here", path=raw, remedy=f"--raw {LAYOUT}")


def _record(path: PurePosixPath, image: ImageRef, lookup: rows.Lookup) -> Record | Rejection:
    match = _STEM.fullmatch(path.stem)
    if match is None:
        return Rejection(str(path), "name is not <source>_<document>_<slip>_<id>-<position>")
    if not path.parent.name:
        return Rejection(str(path), "no folder names the label")
    label = parse(path.parent.name)
    document = f"{match['source']}_{match['document']}"
    row = {
        "id": path.stem,
        "image": image,
        "label": label.raw,
        "graph": label.graph,
        "reading": label.reading,
        "components": list(rows.parts(label, lookup)),
        "encoded": label.encoded,
        "status": label.status.value,
        "source": match["source"],
        "document": match["document"],
        "slip": match["slip"],
        "position": int(match["position"]),
    }
    return Record("glyphs", row, str(path), f"{document}_{match['slip']}", document)
