"""What the benchmark of situations does with data that lack one."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

from cbs_bench.dataset import writer
from cbs_bench.interfaces import BuildOptions
from cbs_bench.training.slips import Slip
from cbs_bench.types import Box

ROOT = Path(__file__).resolve().parents[3]


class Blind:
    """A detector that finds nothing."""

    def detect(self, image):
        return []

    rank = detect


@pytest.fixture
def module(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    return importlib.import_module("benchmarks.situations")


def test_a_dataset_without_pictures_is_one_line(module, tmp_path, capsys):
    raw = tmp_path / "a-ud-test.conllu"
    sentence = "# text = 言\n1\t言\t言\tVERB\t_\t_\t0\troot\t_\t_\n"
    raw.write_text("\n".join(sentence for _ in range(8)), encoding="utf-8")
    writer.build("ud", raw=raw, out=tmp_path / "texts", options=BuildOptions())
    assert module.main(["--data", str(tmp_path / "texts")]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (
        "",
        f"benchmarks.situations: {tmp_path / 'texts'}: no test crop and no scan; build from more "
        "data\n",
    )


def test_scans_without_crops_are_laid_on_a_ground(module):
    slip = Slip(np.full((300, 30), 200, np.uint8), [Box(4, 20, 20, 20)], "test", 30)
    figures = module.situations(Blind(), [], [slip])
    assert figures.keys() == {"photographs"}
    assert figures["photographs"]["glyphs"] == 1


def test_neighbours_read_backwards_are_out_of_order(module):
    gold = [Box(0, 40 * place, 20, 20) for place in range(4)]
    assert module.in_order(gold, gold) == 1
    assert module.in_order([gold[1], gold[0], gold[2], gold[3]], gold) == pytest.approx(2 / 3)
    assert module.in_order([], gold) == 1
