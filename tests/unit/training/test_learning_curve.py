import re

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra train")

from benchmarks.learning_curve import curve, power_law
from cbs_bench.errors import InputError
from cbs_bench.training.crops import Crop
from cbs_bench.training.settings import RecognizerSettings

pytestmark = pytest.mark.train


def test_a_power_law_is_found_again():
    numbers = np.array([100.0, 200.0, 400.0])
    assert power_law(numbers, 3 * numbers**-0.5) == pytest.approx((3, -0.5))


@pytest.mark.parametrize(
    ("same_passes", "steps"), [(False, ["8", "8", "8", "8"]), (True, ["1", "2", "4", "8"])]
)
def test_each_share_trains_on_part_of_the_crops_and_is_asked_the_same(
    tmp_path, capsys, same_passes, steps
):
    generator = np.random.default_rng(0)
    crops = [
        Crop(str(i), generator.integers(0, 256, (20, 20), np.uint8), "人女子"[i % 3], str(i), split)
        for i, split in enumerate(["train"] * 16 + ["test"] * 4)
    ]
    settings = RecognizerSettings([], tmp_path, steps=8, batch=4, width=8, side=32)
    points = curve(settings, crops, same_passes=same_passes)
    assert [number for number, _ in points] == [2, 4, 8, 16]
    assert all((4 * accuracy).is_integer() for _, accuracy in points)
    assert re.findall(r"(\d+) steps:", capsys.readouterr().err) == steps


def test_without_a_crop_to_score_nothing_is_trained(tmp_path):
    pixels = np.zeros((20, 20), np.uint8)
    crops = [Crop("a", pixels, "人", "1", "train"), Crop("b", pixels, "女", "2", "test")]
    with pytest.raises(InputError, match="no validation or test crop of a graph that training"):
        curve(RecognizerSettings([], tmp_path), crops)
