from __future__ import annotations

import cv2
import numpy as np

from cbs_bench.dataset import reader, writer
from cbs_bench.interfaces import BuildOptions
from cbs_bench.training.crops import read_crops


def test_crops_without_slips_keep_the_splits_of_their_dataset(tmp_path):
    generator = np.random.default_rng(0)
    for name in ("道", "名"):
        (tmp_path / "raw" / name).mkdir(parents=True)
        for number in range(40):
            pixels = generator.integers(0, 256, (20, 20), np.uint8)
            cv2.imwrite(str(tmp_path / "raw" / name / f"{number}.png"), pixels)
    data = tmp_path / "out"
    writer.build("glyph_folders", raw=tmp_path / "raw", out=data, options=BuildOptions())
    given = {row["id"]: s for s in reader.SPLITS for row in reader.rows(data, "glyphs", s)}
    assert set(given.values()) == set(reader.SPLITS)
    assert {crop.id: crop.split for crop in read_crops([data])} == given
