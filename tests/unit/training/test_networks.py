import logging

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.errors import InputError
from cbs_bench.training.checkpoint import Checkpoint
from cbs_bench.training.export import export_onnx, quantise
from cbs_bench.training.loop import Schedule, optimise
from cbs_bench.training.networks import GlyphNetwork, HeatmapNetwork
from cbs_bench.vision.session import open_session

pytestmark = pytest.mark.train

GRAPHS = ["女子", "日月", "月月", "日止頁", "", "人", "水火"]


def outputs(path, pixels):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: pixels})


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_exported_recogniser_answers_as_the_trained_one(mirrored, tmp_path, caplog):
    torch.manual_seed(0)
    network = GlyphNetwork(GRAPHS, 5, width=8, mirrored=mirrored).eval()
    export_onnx(network, torch.zeros(2, 1, 64, 64), tmp_path / "m.onnx", free_size=False)
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not said  # of packages that torch could use
    assert logging.getLogger("torch.onnx").level != logging.ERROR
    pixels = np.random.default_rng(0).standard_normal((3, 1, 64, 64), np.float32)
    expected = network(torch.from_numpy(pixels))
    for got, wanted in zip(outputs(tmp_path / "m.onnx", pixels), expected, strict=True):
        assert np.abs(got - wanted.detach().numpy()).max() < 1e-4


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_quantised_recogniser_opens_and_answers_nearly_the_same(mirrored, tmp_path):
    torch.manual_seed(0)
    network = GlyphNetwork(GRAPHS, 5, width=8, mirrored=mirrored).eval()
    full, small = tmp_path / "full.onnx", tmp_path / "small.onnx"
    export_onnx(network, torch.zeros(2, 1, 64, 64), full, free_size=False)
    pixels = np.random.default_rng(0).standard_normal((20, 1, 64, 64), np.float32)
    quantise(full, small, [row[None] for row in pixels])
    (got, _), (wanted, _) = (open_session(path).run(None, {"x": pixels}) for path in (small, full))
    assert np.corrcoef(got.ravel(), wanted.ravel())[0, 1] > 0.99


def test_a_mirrored_recogniser_answers_the_same_to_a_mirror_image():
    torch.manual_seed(0)
    pixels = torch.randn(3, 1, 32, 32)
    for mirrored in (False, True):
        network = GlyphNetwork(GRAPHS, 5, width=8, mirrored=mirrored).eval()
        graphs, components = network(pixels)
        others = network(pixels.flip(-1))
        assert torch.allclose(graphs, others[0], atol=1e-5) == mirrored
        assert torch.allclose(components, others[1], atol=1e-5) == mirrored


def test_the_exported_detector_takes_any_size(tmp_path):
    torch.manual_seed(0)
    network = HeatmapNetwork(width=8).eval()
    assert sum(p.numel() for p in HeatmapNetwork().parameters()) < 1_000_000
    export_onnx(network, torch.zeros(2, 1, 256, 64), tmp_path / "m.onnx", free_size=True)
    for shape in ((1, 1, 64, 64), (3, 1, 400, 96)):
        pixels = np.random.default_rng(0).standard_normal(shape, np.float32)
        wanted = network(torch.from_numpy(pixels)).detach().numpy()
        assert np.abs(outputs(tmp_path / "m.onnx", pixels)[0] - wanted).max() < 1e-4


def test_training_goes_on_from_its_checkpoint(tmp_path):
    network = torch.nn.Linear(2, 1)
    seen = []

    def loss_of(batch):
        seen.append(batch)
        return network(torch.ones(1, 2)).square().sum()

    for steps in (3, 5):
        optimise(
            network, lambda step: step, loss_of, Schedule(steps, 1e-2),
            checkpoint=Checkpoint(tmp_path / "c.pt", {}), report=lambda line: None,
        )  # fmt: skip
    assert seen == [0, 1, 2, 3, 4]


def test_a_run_that_was_broken_off_ends_as_an_unbroken_one(tmp_path):
    def run(name, breaks_at=None):
        torch.manual_seed(0)
        network = torch.nn.Linear(4, 1)

        def loss_of(batch):
            if batch == breaks_at:
                raise KeyboardInterrupt
            told = torch.randn(3, 4, generator=torch.Generator().manual_seed(batch))
            return (network(told) - batch).square().mean()

        optimise(
            network, lambda step: step, loss_of, Schedule(8, 0.1, save_every=3),
            checkpoint=Checkpoint(tmp_path / name, {}), report=lambda line: None,
        )  # fmt: skip
        return network.weight

    with pytest.raises(KeyboardInterrupt):
        run("broken.pt", breaks_at=5)
    assert torch.equal(run("broken.pt"), run("whole.pt"))


def test_a_loss_that_is_no_number_ends_the_run(tmp_path):
    network = torch.nn.Linear(2, 1)

    def loss_of(step):
        return network(torch.full((1, 2), float("nan") if step == 2 else 1.0)).sum()

    with pytest.raises(InputError, match="the loss of step 3 is nan; give a lower learning_rate"):
        optimise(
            network, lambda step: step, loss_of, Schedule(5, 1e-2),
            checkpoint=Checkpoint(tmp_path / "c.pt", {}), report=lambda line: None,
        )  # fmt: skip
    assert torch.isfinite(network.weight).all()


def test_what_is_kept_is_the_mean_of_the_weights_on_the_way(tmp_path):
    network = torch.nn.Linear(2, 1)
    start = network.weight.detach().clone()
    looks = []

    def score_of(average):
        looks.append((average.weight.detach().clone(), network.weight.detach().clone()))
        return float(len(looks))

    optimise(
        network, lambda step: step,
        lambda batch: -network(torch.ones(1, 2)).sum(),  # every weight rises with every step
        Schedule(6, 1e-1, weight_decay=0.0, save_every=1),
        checkpoint=Checkpoint(tmp_path / "c.pt", {}), report=lambda line: None,
        score_of=score_of,
    )  # fmt: skip
    for average, now in looks:
        assert (start < average).all()
        assert (average < now).all()
    assert torch.equal(network.weight, looks[-1][0])


def test_training_stops_where_validation_no_longer_gains_and_keeps_the_best(tmp_path):
    network = torch.nn.Linear(2, 1)
    scores, weights = iter([0.5, 0.9, 0.1, 0.1, 1.0]), []

    def score_of(average):
        weights.append(average.weight.detach().clone())
        return next(scores)

    optimise(
        network, lambda step: step,
        lambda batch: network(torch.ones(1, 2)).square().sum(),
        Schedule(10, 1e-2, save_every=1, patience=2),
        checkpoint=Checkpoint(tmp_path / "c.pt", {}), report=lambda line: None,
        score_of=score_of,
    )  # fmt: skip
    assert len(weights) == 4
    assert torch.equal(network.weight, weights[1])
