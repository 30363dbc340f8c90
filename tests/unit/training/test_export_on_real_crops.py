"""What is exported answers on real crops as the network that was trained."""

from __future__ import annotations

from collections import Counter
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.dataset import writer
from cbs_bench.interfaces import BuildOptions
from cbs_bench.training.classes import choose_classes
from cbs_bench.training.crops import read_crops
from cbs_bench.training.export import export_onnx, quantise
from cbs_bench.training.networks import HeatmapNetwork
from cbs_bench.training.recognizer import fit
from cbs_bench.training.recognizer_card import INT8_TOLERANCE
from cbs_bench.training.settings import RecognizerSettings
from cbs_bench.training.slips import composed_slips
from cbs_bench.vision.detector import prepare_slip
from cbs_bench.vision.framing import Frame
from cbs_bench.vision.session import open_session

pytestmark = [pytest.mark.real, pytest.mark.train]

SIDE, CLASSES = 32, 12


def outputs(path, pixels):
    session = open_session(path)
    return session.run(None, {session.get_inputs()[0].name: pixels})


def trained(network, pixels):
    with torch.no_grad():
        found = network.cpu().eval()(torch.from_numpy(pixels))
    return [part.numpy() for part in (found if isinstance(found, tuple) else (found,))]


@pytest.fixture(scope="module")
def crops(real_data, tmp_path_factory):
    """The crops of the commonest graphs of the CHUBS sample."""
    data = tmp_path_factory.mktemp("data") / "chubs"
    raw = real_data / "chubs-sample-glyphs.zip"
    writer.build("chubs", raw=raw, out=data, options=BuildOptions())
    found = read_crops([data])
    graphs = {g for g, _ in Counter(crop.graph for crop in found).most_common(CLASSES)}
    return [crop for crop in found if crop.graph in graphs]


@pytest.fixture(scope="module")
def recognizer(crops, tmp_path_factory):
    """A small network after a few steps on them, and its export."""
    folder = tmp_path_factory.mktemp("model")
    settings = RecognizerSettings([], folder, side=SIDE, width=8, batch=16, steps=150)
    classes = choose_classes((crop.graph for crop in crops), None, 0)
    network = fit(crops, classes, settings, lambda line: None)
    export_onnx(network, torch.zeros(2, 1, SIDE, SIDE), folder / "m.onnx", free_size=False)
    pixels = np.array([Frame(SIDE).prepare(crop.pixels) for crop in crops])[:, None]
    labels = np.array([classes.graphs.index(crop.graph) for crop in crops])
    return SimpleNamespace(network=network, path=folder / "m.onnx", pixels=pixels, labels=labels)


def test_the_recogniser_keeps_its_answers(recognizer):
    wanted = trained(recognizer.network, recognizer.pixels)
    found = outputs(recognizer.path, recognizer.pixels)
    for got, expected in zip(found, wanted, strict=True):
        assert np.abs(got - expected).max() < 1e-4


def test_eight_bits_cost_half_a_point_at_most_but_for_chance(recognizer, tmp_path):
    quantise(recognizer.path, tmp_path / "int8.onnx", [row[None] for row in recognizer.pixels])
    # Each crop in nine places, so that one picture more or less is not already a point.
    places = list(product((-1, 0, 1), repeat=2))
    shifted = np.concatenate([np.roll(recognizer.pixels, place, (2, 3)) for place in places])
    labels = np.tile(recognizer.labels, len(places))
    full, small = (
        outputs(path, shifted)[0].argmax(1) == labels
        for path in (recognizer.path, tmp_path / "int8.onnx")
    )
    assert full.mean() > 0.5
    # Of the pictures on the fence, as many as chance has it fall to the other side.
    lost, won = int((full & ~small).sum()), int((small & ~full).sum())
    assert lost - won < INT8_TOLERANCE * len(labels) + 2 * np.sqrt(lost + won)
    assert (tmp_path / "int8.onnx").stat().st_size < recognizer.path.stat().st_size / 2


def test_the_detector_keeps_its_answers(crops, tmp_path):
    torch.manual_seed(0)
    network = HeatmapNetwork(width=8)
    with torch.no_grad():  # statistics of real slips, as after training
        for slip in (slips := composed_slips([crop.pixels for crop in crops], 3, 0)):
            network.train()(torch.from_numpy(padded(slip)))
    export_onnx(network.eval(), torch.zeros(2, 1, 256, 64), tmp_path / "m.onnx", free_size=True)
    for slip in slips:
        (wanted,), (got,) = (
            trained(network, padded(slip)),
            outputs(tmp_path / "m.onnx", padded(slip)),
        )
        assert np.abs(got - wanted).max() < 1e-4


def padded(slip):
    pixels = prepare_slip(slip.pixels, 64 / slip.pixels.shape[1])
    return np.pad(pixels, ((0, -pixels.shape[0] % 16), (0, 0)))[None, None]
