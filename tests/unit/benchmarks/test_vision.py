"""What the benchmark of the eyes leaves out, and that it says so."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from cbs_bench.dataset import writer
from cbs_bench.interfaces import BuildOptions

ROOT = Path(__file__).resolve().parents[3]
SENTENCE = (
    "# text = 不言\n1\t不\t不\tADV\t_\t_\t2\tadvmod\t_\t_\n2\t言\t言\tVERB\t_\t_\t0\troot\t_\t_\n"
)


@pytest.fixture
def measured(monkeypatch, capsys):
    monkeypatch.syspath_prepend(ROOT)
    vision = importlib.import_module("benchmarks.vision")

    def measured(data):
        status = vision.main(["--data", str(data), "--no-speed"])
        return status, *capsys.readouterr()

    return measured


def build(builder, raw, out):
    writer.build(builder, raw=raw, out=out, options=BuildOptions())
    return out


def test_crops_alone_are_recognised_and_put_together(measured, tmp_path):
    generator = np.random.default_rng(0)
    for name in ("道", "名"):
        (tmp_path / "raw" / name).mkdir(parents=True)
        for number in range(40):
            pixels = generator.integers(0, 256, (20, 20), np.uint8)
            cv2.imwrite(str(tmp_path / "raw" / name / f"{number}.png"), pixels)
    data = build("glyph_folders", tmp_path / "raw", tmp_path / "crops")
    status, out, err = measured(data)
    figures = json.loads(out)
    assert status == 0
    assert set(figures) == {"detection_composed", "recognition"}
    assert figures["detection_composed"]["model"]["glyphs"] > 0
    assert err == f"benchmarks.vision: {data}: no test scans; detection on them is left out\n"


def test_a_dataset_without_pictures_is_one_line(measured, tmp_path):
    raw = tmp_path / "a-ud-test.conllu"
    raw.write_text("\n".join(SENTENCE for _ in range(8)), encoding="utf-8")
    data = build("ud", raw, tmp_path / "texts")
    status, out, err = measured(data)
    assert (status, out) == (2, "")
    assert err == (
        f"benchmarks.vision: {data}: no test scan and no test crop; build from more data\n"
    )
