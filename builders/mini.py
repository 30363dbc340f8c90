"""The corpus inside this package: Guodian Laozi A, slips 1-39, on rendered slips."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbs_bench.dataset import rows
from cbs_bench.dataset.splits import share
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, ImageRef, Record
from cbs_bench.script.labels import LOST_MARK, Label, parse
from cbs_bench.script.tagsets import CHUBS

if TYPE_CHECKING:
    from PIL.Image import Image

SOURCE, DOCUMENT = "Guodian", "Laozi-A"
SUFFIXES = (".webp", ".jpg", ".png")
HELD_OUT = 4
"""Slips of 39 in ``validation`` and as many in ``test``."""


class Mini(CorpusBuilder):
    """Reads the package data; ``raw`` may name a folder of the same form."""

    tags = CHUBS
    info = CorpusInfo(
        title="mini: Guodian Laozi A, slips 1-39 (illustration)",
        summary=(
            "The text of 39 bamboo slips (Warring States) with readings, words and parts of "
            "speech, on slips rendered by computer. An illustration for the demonstration and "
            "the tests, not a gold standard: words and tags were read with a language model and "
            "no palaeographer has checked them. Do not rank systems by it or cite it as an "
            "edition."
        ),
        licence="Apache 2.0",
        citation="cbs-bench, corpus mini; the text follows 《郭店楚墓竹簡》, 文物出版社 1998",
        homepage="package data cbs_bench/corpora/mini (ANNOTATION.md, slips/MADE.md)",
        limits=(
            "The scans are rendered from fonts, not photographed.",
            "57 of 1,073 legible glyphs are unsure; 15 are lost (□).",
            "The text of slips 27-39 was compared with no image.",
            "One document: words recur in all splits.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record]:
        """Yield ``slips``, ``glyphs``, ``texts`` and ``pos`` of each slip; see the base class."""
        folder = rows.need(raw, "DIR, or leave it out") if raw else _package_folder()
        lookup = rows.component_lookup(self.options)
        slips = {slip["slip"]: slip["glyphs"] for slip in _lines(folder / "slips.jsonl")}
        sentences = defaultdict(list)
        for sentence in _lines(folder / "sentences.jsonl"):
            sentences[sentence["slip"]].append(sentence)
        splits = _splits(slips, self.options.seed)
        boxes = _boxes(folder / "slips" / "boxes.json")
        for number, glyphs in slips.items():
            name = f"{SOURCE}_{DOCUMENT}_{number}"
            found = [("texts", _text(name, number, glyphs))]
            found += [("pos", _pos(name, sentence)) for sentence in sentences[number]]
            if number in boxes:
                found += _pictures(folder, name, number, glyphs, boxes[number], lookup)
            for config, row in found:
                where = f"slip {number} {config} {row['id']}"
                yield Record(config, row, where, name, DOCUMENT, splits[number])


def _package_folder() -> Path:
    import cbs_bench.corpora

    return Path(cbs_bench.corpora.__path__[0]) / "mini"


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read it ({error})",
            path=path,
            remedy="give --raw a copy of cbs_bench/corpora/mini, or leave it out",
        ) from error


def _boxes(path: Path) -> dict[str, list[list[float]]]:
    """Boxes of each slip that has a scan; none where no scans were rendered."""
    return dict(_lines(path)[0]) if path.exists() else {}


def _splits(slips: Mapping[str, object], seed: int) -> dict[str, str]:
    """A fixed number of slips each, because few slips drawn one by one can leave a split empty."""
    drawn = sorted(slips, key=lambda number: share(number, seed))
    held_out = ["test"] * HELD_OUT + ["validation"] * HELD_OUT
    return dict.fromkeys(drawn, "train") | dict(zip(drawn, held_out, strict=False))


def _text(name: str, number: str, glyphs: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    graphs, readings = [g["graph"] for g in glyphs], [g["reading"] for g in glyphs]
    return rows.text_row(name, (SOURCE, DOCUMENT, number), graphs, readings)


def _pos(name: str, sentence: Mapping[str, Any]) -> dict[str, Any]:
    words = [(word["start"], word["end"], word["tag"]) for word in sentence["words"]]
    return rows.pos_row(f"{name}:{sentence['start']}", sentence["graphs"], words)


def _pictures(
    folder: Path,
    name: str,
    number: str,
    glyphs: Sequence[Mapping[str, str]],
    boxes: Sequence[Sequence[float]],
    lookup: rows.Lookup,
) -> list[tuple[str, dict[str, Any]]]:
    """The scan of a slip, and its legible glyphs cut out."""
    from PIL import Image

    files = [folder / "slips" / f"{number}{suffix}" for suffix in SUFFIXES]
    file = next((path for path in files if path.exists()), files[0])
    place = {"source": SOURCE, "document": DOCUMENT, "slip": number}
    labels = [parse(glyph["graph"]) for glyph in glyphs]
    components = [list(rows.parts(label, lookup)) for label in labels]
    readings = [glyph["reading"] for glyph in glyphs]
    objects = {
        "bbox": [list(box) for box in boxes],
        "graph": [label.graph for label in labels],
        "reading": readings,
        "components": components,
        "order": list(range(len(glyphs))),
    }
    found = [("slips", {"id": name, "image": ImageRef(file), **place, "objects": objects})]
    with Image.open(file) as scan:
        for order, (label, inside) in enumerate(zip(labels, components, strict=True)):
            if label.graph != LOST_MARK:
                row = _glyph(f"{name}-{order + 1:02d}", label, readings[order], inside)
                image = {"image": _crop(scan, boxes[order]), "position": order + 1}
                found.append(("glyphs", row | place | image))
    return found


def _glyph(name: str, label: Label, reading: str, components: list[str]) -> dict[str, Any]:
    return {
        "id": name,
        "label": label.graph if label.graph == reading else f"{label.graph}（{reading}）",
        "graph": label.graph,
        "reading": reading,
        "components": components,
        "encoded": label.encoded,
        "status": label.status.value,
    }


def _crop(scan: Image, box: Sequence[float]) -> bytes:
    """A PNG of the box, rounded outwards to whole pixels."""
    x, y, width, height = box
    corners = (int(x), int(y), int(-(-(x + width) // 1)), int(-(-(y + height) // 1)))
    buffer = io.BytesIO()
    scan.crop(corners).save(buffer, "PNG")
    return buffer.getvalue()
