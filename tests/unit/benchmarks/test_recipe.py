from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra train")

from benchmarks.recipe import learn_after
from cbs_bench.training import recognizer, record
from cbs_bench.training.classes import choose_classes
from cbs_bench.training.crops import Crop
from cbs_bench.training.settings import RecognizerSettings

pytestmark = pytest.mark.train


class Hand:
    """A font that draws every graph as a blot of its own."""

    path = Path("hand.ttf")

    def mask(self, graph):
        return np.random.default_rng(ord(graph)).random((80, 80)).astype(np.float32)


def test_what_one_run_learned_from_fonts_the_next_does_not_learn_anew(
    tmp_path, monkeypatch, capsys
):
    for module in (recognizer, record):
        monkeypatch.setattr(module, "find_fonts", lambda paths: [Hand()])
    generator = np.random.default_rng(0)
    crops = [
        Crop(str(i), generator.integers(0, 256, (20, 20), np.uint8), "人女"[i % 2], str(i), "train")
        for i in range(8)
    ]
    settings = RecognizerSettings(
        [], tmp_path / "one", fonts=[tmp_path], pretrain_steps=2, steps=1, batch=4, width=8, side=32
    )
    classes = choose_classes("人女", None, 0)
    learn_after(settings.out, crops, classes, settings)
    assert "going on" not in capsys.readouterr().err
    learn_after(settings.out, crops[:4], classes, replace(settings, out=tmp_path / "other"))
    assert "going on after step 2 of" in capsys.readouterr().err
