from __future__ import annotations

import cv2
import numpy as np

from cbs_bench.dataset import reader, writer
from cbs_bench.interfaces import BuildOptions
from cbs_bench.training.crops import STRICTEST, left_out, read_crops


def build(tmp_path, labels, each, seed=0):
    """A dataset of noise with ``each`` crops of every label."""
    generator = np.random.default_rng(seed)
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


def test_of_a_crop_in_two_datasets_the_strictest_split_holds(tmp_path):
    data = build(tmp_path, ["道", "名"], 5)
    second = tmp_path / "again"
    writer.build("glyph_folders", raw=tmp_path / "raw", out=second, options=BuildOptions(seed=7))
    one, other = ({crop.id: crop.split for crop in read_crops([f])} for f in (data, second))
    assert one != other
    both = {crop.id: crop.split for crop in read_crops([data, second])}
    assert both == {name: max(one[name], other[name], key=STRICTEST.index) for name in one}


def test_equal_names_of_two_laboratories_are_not_one_crop(tmp_path):
    ours, theirs = (build(tmp_path / name, ["道"], 2, seed) for seed, name in enumerate("ab"))
    assert len(read_crops([ours, ours])) == 2
    assert len(read_crops([ours, theirs])) == 4


def test_crops_without_slips_keep_the_splits_of_their_dataset(tmp_path):
    data = build(tmp_path, ["道", "名"], 40)
    given = {row["id"]: s for s in reader.SPLITS for row in reader.rows(data, "glyphs", s)}
    assert set(given.values()) == set(reader.SPLITS)
    assert {crop.id: crop.split for crop in read_crops([data])} == given
