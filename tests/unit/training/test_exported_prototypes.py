"""The prototypes in exported networks: quantised or not, of one view or two."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.training.export import export_onnx, quantise
from cbs_bench.training.exported_prototypes import ExportedPrototypes
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.prototypes import FixedPrototypes
from cbs_bench.vision.session import open_session

pytestmark = pytest.mark.train

PICTURES = np.random.default_rng(0).normal(size=(6, 1, 32, 32)).astype(np.float32)


@pytest.fixture(scope="module", params=[False, True], ids=["one view", "two views"])
def exported(request, tmp_path_factory):
    """A network that learned nothing, and the paths of its full and its quantised version."""
    torch.manual_seed(0)
    network = GlyphNetwork([["a", "b"], ["c"], [], ["a"]], 3, 8, 2, mirrored=request.param).eval()
    network.prototypes = FixedPrototypes(network.prototypes())
    folder = tmp_path_factory.mktemp("exported")
    full, small = folder / "full.onnx", folder / "small.onnx"
    export_onnx(network, torch.zeros(2, 1, 32, 32), full, free_size=False)
    quantise(full, small, list(PICTURES[:, None]))
    return network, {"full": full, "quantised": small}


@pytest.mark.parametrize("version", ["full", "quantised"])
def test_factors_are_those_of_the_network(exported, version):
    network, paths = exported
    found = ExportedPrototypes(paths[version])
    near = 1e-5 if version == "full" else 0.05
    with torch.no_grad():
        directions = torch.nn.functional.normalize(network.prototypes()).numpy()
        seen = torch.nn.functional.normalize(network.backbone(torch.from_numpy(PICTURES))).numpy()
    np.testing.assert_allclose(found.directions, directions, atol=near)
    np.testing.assert_allclose(found.features(PICTURES)[0], seen, atol=near)
    assert len(found.features(PICTURES)) == 1 + network.mirrored


@pytest.mark.parametrize("version", ["full", "quantised"])
def test_a_crop_is_most_like_a_prototype_made_of_it(exported, version):
    _, paths = exported
    found = ExportedPrototypes(paths[version])
    sights = found.features(PICTURES)[0]
    longer = found.replaced(np.concatenate([found.directions, sights]))
    graphs, _ = open_session(longer).run(None, {"x": PICTURES})
    assert graphs.argmax(axis=1).tolist() == [4, 5, 6, 7, 8, 9]


def test_the_same_prototypes_change_nothing(exported):
    _, paths = exported
    found = ExportedPrototypes(paths["full"])
    before = open_session(paths["full"]).run(None, {"x": PICTURES})
    after = open_session(found.replaced(found.directions)).run(None, {"x": PICTURES})
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_replacing_twice_leaves_nothing_of_the_first(exported, tmp_path):
    _, paths = exported
    found = ExportedPrototypes(paths["quantised"])
    once = found.replaced(np.eye(40, found.directions.shape[1], dtype=np.float32))
    (tmp_path / "model.onnx").write_bytes(once)
    twice = ExportedPrototypes(tmp_path / "model.onnx").replaced(found.directions)
    assert twice == found.replaced(found.directions)
