from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra train")

from benchmarks.other_documents import folds
from cbs_bench.errors import InputError
from cbs_bench.training.crops import Crop

pytestmark = pytest.mark.train

BLANK = Crop("", np.zeros((4, 4), np.uint8), "人", "", "train")
SMALL = [
    replace(BLANK, id=f"{document}-{split}", document=document, split=split)
    for document in ("a", "b", "c", "d")
    for split in ("train", "validation", "test")
]
LARGE = [replace(BLANK, id=f"large-{i}", document="large") for i in range(20)]
NAMELESS = [replace(BLANK, id="nameless")]


def test_each_document_is_held_out_once_and_no_crop_of_it_is_learned():
    tested = []
    for crops in folds([*SMALL, *LARGE, *NAMELESS], 3, seed=0):
        held = {crop.document for crop in crops if crop.split == "test"}
        assert not held & {crop.document for crop in crops if crop.split != "test"}
        assert len(crops) == 8 + 20 + 1  # all but the real test split
        tested += sorted(held)
    assert sorted(tested) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("number", [1, 5])
def test_there_must_be_documents_for_each_fold(number):
    with pytest.raises(InputError, match=f"cannot part 4 documents into {number} folds"):
        next(folds([*SMALL, *LARGE], number, seed=0))
