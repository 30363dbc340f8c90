from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="needs the extra train")

from benchmarks.sparsity import measure
from cbs_bench.training.checkpoint import Checkpoint
from cbs_bench.training.crops import Crop
from cbs_bench.training.loop import Schedule, optimise
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.training.sparsity import activation_penalty, factor_at, zero_share

pytestmark = pytest.mark.train


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20), st.floats(0.01, 100))
def test_the_factor_only_rises_and_ends_at_its_peak(places, peak):
    factors = [factor_at(place, peak) for place in [0.0, *sorted(places), 1.0]]
    assert all(now <= later + 1e-9 * peak for now, later in pairwise(factors))
    assert factors[0] == pytest.approx(peak / 10)
    assert factors[-1] == pytest.approx(peak)


def test_each_stage_ends_at_its_factor():
    factors = [factor_at(progress, 1.0) for progress in (0, 0.1, 0.25, 0.4, 0.7, 1)]
    assert factors == pytest.approx([0.1, 0.1, 0.25, 0.4, 0.7, 1.0])


@given(st.floats(0, 0.999))
def test_the_factor_never_jumps(place):
    assert factor_at(place + 0.001, 1.0) - factor_at(place, 1.0) < 0.002


def penalty_of(rows):
    network = torch.nn.Sequential(torch.nn.Identity(), torch.nn.ReLU())
    with activation_penalty(network, 1.0) as penalty:
        network(torch.tensor(rows))
        return float(penalty(1.0))


def test_few_activations_are_cheaper_than_small_ones():
    many = [[1.0, 2.0, 1.5, 0.5]]
    assert penalty_of(many) == pytest.approx(penalty_of([[0.1, 0.2, 0.15, 0.05]]), rel=1e-3)
    assert penalty_of([[1.0, -2.0, -1.5, -0.5]]) < penalty_of(many)


def test_only_the_last_batch_of_a_network_in_training_is_judged():
    network = torch.nn.Sequential(torch.nn.ReLU())
    dense, sparse = torch.ones(1, 4), torch.tensor([[1.0, -1.0, -1.0, -1.0]])
    with activation_penalty(network, 1.0) as penalty:
        network(dense)
        first = float(penalty(1.0))
        network.eval()
        network(sparse)
        network.train()
        network(dense)
        assert float(penalty(1.0)) == pytest.approx(first)
    assert not network[0]._forward_hooks


def test_every_relu_of_the_recogniser_is_counted():
    network, pictures = GlyphNetwork(["女子", "人"], 2, width=8).eval(), torch.randn(2, 1, 64, 64)
    assert 0.2 < zero_share(network, pictures) < 0.8
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.constant_(module.bias, -100.0)
    assert zero_share(network, pictures) == 1.0


def test_training_with_the_penalty_leaves_more_activations_at_zero(tmp_path):
    def trained(peak):
        torch.manual_seed(0)
        network = torch.nn.Sequential(
            torch.nn.Conv2d(1, 16, 3), torch.nn.BatchNorm2d(16), torch.nn.ReLU(),
            torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(16, 1),
        )  # fmt: skip
        pictures = torch.randn(32, 1, 12, 12)
        wanted = pictures.std(dim=(1, 2, 3))[:, None]
        with activation_penalty(network, peak) as penalty:
            optimise(
                network, lambda step: pictures,
                lambda batch: (network(batch) - wanted).square().mean(),
                Schedule(60, 3e-2), checkpoint=Checkpoint(tmp_path / f"{peak}.pt", {}),
                report=lambda line: None, penalty=penalty,
            )  # fmt: skip
        return zero_share(network, pictures)

    assert trained(10.0) > trained(0.0) + 0.1


def test_the_benchmark_scores_each_factor_on_the_same_crops(tmp_path):
    generator = np.random.default_rng(0)
    crops = [
        Crop(str(i), generator.integers(0, 256, (20, 20), np.uint8), "人女子"[i % 3], str(i), split)
        for i, split in enumerate(["train"] * 12 + ["validation"] * 2 + ["test"] * 2)
    ]
    settings = RecognizerSettings([], tmp_path, steps=1, batch=4, width=8, side=32)
    scores = measure(settings, crops, (0.0, 5.0))
    assert scores.pop("crops") == 4
    assert list(scores) == ["0", "5"]
    assert all(0 < row["zero_activations"] < 1 for row in scores.values())
    assert all((4 * row["top1"]).is_integer() for row in scores.values())
