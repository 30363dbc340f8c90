from collections import Counter

import cv2
import numpy as np
import pytest

from builders.glyph_folders import GlyphFolders
from cbs_bench.dataset import writer
from cbs_bench.interfaces import BuildOptions


def splits_by_class(raw, seed=0):
    builder = GlyphFolders(BuildOptions(seed=seed))
    return Counter((r.row["label"], r.split) for r in builder.records(raw))


def test_every_class_of_three_is_tested_and_none_is_only_tested(tmp_path):
    for size in (1, 2, 3, 4, 30):
        folder = tmp_path / f"class{size}"
        folder.mkdir()
        for number in range(size):
            (folder / f"{number}.png").write_bytes(f"{size} {number}".encode())
    found = splits_by_class(tmp_path)
    sizes = {
        size: tuple(found[f"class{size}", s] for s in ("train", "validation", "test"))
        for size in (1, 2, 3, 4, 30)
    }
    assert sizes == {1: (1, 0, 0), 2: (2, 0, 0), 3: (2, 0, 1), 4: (2, 1, 1), 30: (24, 3, 3)}


@pytest.mark.parametrize("names", [("4E00", "4E01"), ("01-a", "01-b"), ("1A", "1B"), ("šin", "ša")])
def test_folders_that_begin_alike_are_classes_of_their_own(names, tmp_path):
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(name.encode())
    rows = [record.row for record in GlyphFolders().records(tmp_path)]
    assert sorted(row["graph"] for row in rows) == sorted(names)
    assert {(row["status"], row["encoded"]) for row in rows} == {("unencoded", False)}


def test_images_whose_paths_give_one_name_are_all_kept(tmp_path):
    for name in ("a_b/c.png", "a/b_c.png", "a/b_c-2.png", "a/d.jpg", "a/d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    found = {record.where: record.row["id"] for record in GlyphFolders().records(tmp_path)}
    assert found == {
        "a/b_c-2.png": "a_b_c-2",
        "a/b_c.png": "a_b_c",
        "a/d.jpg": "a_d",
        "a/d.png": "a_d-2",
        "a_b/c.png": "a_b_c-3",
    }


def summary(folder, images):
    """What a build says of noise in class folders, by number of images."""
    generator = np.random.default_rng(0)
    for name, number in images.items():
        (folder / "raw" / name).mkdir(parents=True)
        for image in range(number):
            pixels = generator.integers(0, 256, (24, 24), np.uint8)
            cv2.imwrite(str(folder / "raw" / name / f"{image}.png"), pixels)
    raw, out = folder / "raw", folder / "out"
    return str(writer.build("glyph_folders", raw=raw, out=out, options=BuildOptions()))


def test_a_class_of_several_folders_is_told(tmp_path):
    told = summary(tmp_path, dict.fromkeys(("又（右）", "又（有）", "天", "ka"), 1))
    assert "classes under several labels: 1 (first: 又 under 又（右）, 又（有）)" in told
    assert "no class" not in told


def test_folders_that_name_no_class_are_told(tmp_path):
    told = summary(tmp_path, {"K": 2, "None": 3, "a=b": 1, "天": 1, "ka": 1})
    assert "\n  glyphs whose label is no class: 6 (None, K, a=b)" in told


def test_of_many_folders_that_name_no_class_the_largest_are_told(tmp_path):
    told = summary(tmp_path, {"L": 6, "K": 5, "None": 4, "○": 3, "□": 2, "△": 1})
    assert "\n  glyphs whose label is no class: 21 (L, K, None, ○, □, …)" in told


def test_images_that_are_the_same_are_in_one_split(tmp_path):
    generator = np.random.default_rng(0)
    same, shared = generator.integers(0, 256, (2, 24, 24), np.uint8)

    def write(label, number, pixels):
        (tmp_path / label).mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / label / f"{number}.jpg"), pixels)

    for number in range(20):
        other = generator.integers(0, 256, (3, 24, 24), np.uint8)
        # A little brighter, so that the files differ.
        write("one", number, np.clip(same, 0, 230) + number if number % 2 else other[0])
        write("two", number, shared if number < 3 else other[1])
        write("three", number, shared if number < 3 else other[2])
    for seed in range(5):
        records = GlyphFolders(BuildOptions(seed=seed)).records(tmp_path)
        split = {record.row["id"]: record.split for record in records}
        assert len({split[f"one_{number}"] for number in range(1, 20, 2)}) == 1
        # Nothing could be right about an image that has two labels.
        assert {split[f"{label}_{n}"] for label in ("two", "three") for n in range(3)} == {"train"}
        assert set(split.values()) == {"train", "validation", "test"}
