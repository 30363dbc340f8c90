"""A laboratory reads its scans, corrects some of them, and teaches the recogniser by these."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from itertools import islice

from cbs_bench.cli import main
from cbs_bench.dataset import reader

PAGE = "{http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15}"
LABELLED, NEW = 12, "{二也}"
"""How many scans are corrected, and what the laboratory calls the graph 也, a class of its own."""


def centre(glyph):
    points = [tuple(map(int, point.split(","))) for point in
              glyph.find(f"{PAGE}Coords").get("points").split()]  # fmt: skip
    return [sum(values) / len(values) for values in zip(*points, strict=True)]


def correct(path, boxes, graphs):
    """Write what is right into a PAGE file."""
    tree = ET.parse(path)
    for glyph in tree.iter(f"{PAGE}Glyph"):
        x, y = centre(glyph)
        right = [graph for (left, top, width, height), graph in zip(boxes, graphs, strict=True)
                 if left <= x <= left + width and top <= y <= top + height]  # fmt: skip
        if right:
            first = glyph.find(f"{PAGE}TextEquiv/{PAGE}Unicode")
            first.text = NEW if right[0] == "也" else right[0]
    tree.write(path, encoding="utf-8", xml_declaration=True)


def test_what_is_corrected_is_recognised_on_other_scans(mini, tmp_path, capsys):
    scans, more = tmp_path / "scans", tmp_path / "more"
    scans.mkdir(), more.mkdir()
    slips = list(islice(reader.rows(mini, "slips", "train"), LABELLED + 8))
    for number, slip in enumerate(slips):
        folder = scans if number < LABELLED else more
        (folder / f"{number:02}.png").write_bytes(slip["image"]["bytes"])
    assert main(["tokenize", str(scans), "--format", "page", "--out", str(scans)]) == 0
    for number, slip in enumerate(slips[:LABELLED]):
        objects = slip["objects"]
        correct(scans / f"{number:02}.png.xml", objects["bbox"], objects["graph"])
    data, models = tmp_path / "data", tmp_path / "models"
    assert main(["build", "scans", "--raw", str(scans), "--out", str(data)]) == 0
    capsys.readouterr()
    assert main(["adapt", "--data", str(data), "--out", str(models)]) == 0
    told = capsys.readouterr().out
    assert "graphs, 1 of them new to the recogniser" in told
    assert "left out in turn: top-1 " in told
    out = tmp_path / "read.jsonl"
    assert main(["tokenize", str(more), "--models", str(models), "--out", str(out)]) == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    read = [glyph["graph"] for line in lines for glyph in line["glyphs"]]
    assert len(lines) == 8
    assert NEW in read
    assert "也" not in read
