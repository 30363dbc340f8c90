from collections import Counter

import cv2
import numpy as np

from builders.glyph_folders import GlyphFolders
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
