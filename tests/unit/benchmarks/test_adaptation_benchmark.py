from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra train")

from benchmarks import adaptation
from cbs_bench.errors import InputError
from cbs_bench.training.crops import Crop
from cbs_bench.training.settings import RecognizerSettings

pytestmark = pytest.mark.train


def crops_of(document, slips, graphs):
    generator = np.random.default_rng(0)
    return [
        Crop(
            f"{document}-{slip}-{graph}", generator.integers(0, 256, (40, 30), np.uint8), graph,
            f"{document}-{slip}", "train", document,
        )
        for slip in range(slips)
        for graph in graphs
    ]  # fmt: skip


def test_slips_are_learned_from_or_scored_and_whole():
    crops = crops_of("a", 6, "人大")
    for learned, scored in adaptation.draws(crops, seed=0):
        slips = [crop.slip for crop in learned]
        assert len(set(slips)) == 4
        assert slips == sorted(slips, key=slips.index)
        assert {crop.slip for crop in scored} == {crop.slip for crop in crops} - set(slips)


def test_the_document_with_most_crops_is_new_to_the_recogniser(tmp_path, monkeypatch):
    crops = [*crops_of("new", 9, "人大木"), *crops_of("old", 3, "人大"), *crops_of("seen", 1, "木")]
    learned_by = []
    monkeypatch.setattr(adaptation, "read_crops", lambda data: crops)
    learn = adaptation.learn
    monkeypatch.setattr(
        adaptation, "learn", lambda crops, *rest: learned_by.extend(crops) or learn(crops, *rest)
    )
    monkeypatch.setattr(adaptation, "LEARNED", (0, 6, 900))
    settings = RecognizerSettings([], tmp_path, side=32, width=4, batch=4, steps=2)
    found = adaptation.measure(settings)
    assert list(found) == ["0", "6"]
    assert all(set(row) == {"top1", "top5"} for row in found.values())
    assert {c.document for c in learned_by if c.split != "test"} == {"old", "seen"}


def test_crops_without_documents_are_refused(tmp_path, monkeypatch):
    crops = [replace(crop, document="") for crop in crops_of("a", 2, "人大")]
    monkeypatch.setattr(adaptation, "read_crops", lambda data: crops)
    with pytest.raises(InputError, match="no crop tells its document; give --data with documents"):
        adaptation.measure(RecognizerSettings([], tmp_path))
