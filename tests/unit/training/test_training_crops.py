from __future__ import annotations

import cv2
import numpy as np

from cbs_bench.dataset import reader, writer
from cbs_bench.interfaces import BuildOptions
from cbs_bench.training.crops import left_out, read_crops


def build(tmp_path, labels, each):
    """A dataset of noise with ``each`` crops of every label."""
    generator = np.random.default_rng(0)
    for name in labels:
        (tmp_path / "raw" / name).mkdir(parents=True)
        for number in range(each):
            pixels = generator.integers(0, 256, (20, 20), np.uint8)
            cv2.imwrite(str(tmp_path / "raw" / name / f"{number}.png"), pixels)
    out = tmp_path / "out"
    writer.build("glyph_folders", raw=tmp_path / "raw", out=out, options=BuildOptions())
    return out


def test_names_are_classes_and_marks_are_none(tmp_path):
    data = build(tmp_path, ["šu", "ša", "1A", "1B", "又（有）", "又（右）", "○", "None", "孫="], 1)
    assert sorted(crop.graph for crop in read_crops([data])) == sorted(
        ["šu", "ša", "1A", "1B", "又", "又"]
    )


def test_what_is_left_out_is_counted_by_reason(tmp_path):
    data = build(tmp_path, ["○", "孫=", "ka"], 3)
    assert left_out([data]) == "3 unencoded, 3 ligature, 1 of test"


def test_crops_without_slips_keep_the_splits_of_their_dataset(tmp_path):
    data = build(tmp_path, ["道", "名"], 40)
    given = {row["id"]: s for s in reader.SPLITS for row in reader.rows(data, "glyphs", s)}
    assert set(given.values()) == set(reader.SPLITS)
    assert {crop.id: crop.split for crop in read_crops([data])} == given
