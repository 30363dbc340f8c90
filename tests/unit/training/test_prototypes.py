"""Directions of graphs: composed of components, and rendered where no crop shows a graph."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.training import scored, unseen
from cbs_bench.training.crops import Crop
from cbs_bench.training.networks import GlyphNetwork
from cbs_bench.training.prototypes import ComposedPrototypes
from cbs_bench.vision.framing import Frame

pytestmark = pytest.mark.train

GRAPHS = ["日月", "月日", "日木月", "人"]
SIDE = 16


def test_a_direction_depends_on_components_and_their_order():
    torch.manual_seed(0)
    prototypes = ComposedPrototypes([*GRAPHS, "日月", ""], 8).eval()
    with torch.no_grad():
        prototypes.own.zero_()
        found = prototypes()
    assert torch.allclose(found[0], found[4])
    assert not torch.allclose(found[0], found[1])
    assert torch.equal(found[5], torch.zeros(8))


def test_learning_one_graph_moves_another_with_the_same_components():
    torch.manual_seed(0)
    prototypes = ComposedPrototypes(["日月", "日木月", "人"], 8)
    before = prototypes.eval()().detach().clone()
    optimizer = torch.optim.SGD(prototypes.parameters(), 0.1)
    prototypes.train()()[0].sum().backward()
    optimizer.step()
    moved = (prototypes.eval()() - before).abs().sum(dim=1) > 0
    assert moved.tolist() == [True, True, False]


def test_own_parts_are_left_out_in_training_alone_and_never_of_a_graph_without_components():
    torch.manual_seed(0)
    prototypes = ComposedPrototypes(["日月", ""], 8)
    drawn = torch.stack([prototypes.train()() for _ in range(40)])
    spread = drawn.std(dim=0).sum(dim=1)
    assert spread[0] > 0
    assert spread[1] == 0
    prototypes.eval()
    assert torch.equal(prototypes(), prototypes())


class Bars:
    """Stands in for rendered glyphs: a bar whose place tells the graph."""

    def each(self, number):
        labels = np.repeat(np.arange(len(GRAPHS) - 1), number)  # the last cannot be drawn
        generator = np.random.default_rng(0)
        yield np.stack([bar(label, generator) for label in labels])[:, None], labels


def bar(label, generator):
    pixels = generator.normal(0, 0.1, (SIDE, SIDE)).astype(np.float32)
    pixels[:, 4 * label : 4 * label + 3] += 3
    return pixels


def test_graphs_without_a_crop_are_found_by_their_rendered_pictures():
    torch.manual_seed(0)
    network = GlyphNetwork(GRAPHS, 3, width=4).eval()
    learned = torch.nn.functional.normalize(network.prototypes()).detach()
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    pixels[:, :3] = 255
    train = [Crop("1", pixels, GRAPHS[0], "slip", "train")]
    unseen.place_unseen(network, Bars(), train, [0], Frame(SIDE))
    placed = network.prototypes()
    assert torch.allclose(placed[0], learned[0])  # a crop shows it
    assert torch.allclose(placed[3], learned[3])  # nothing shows it
    generator = np.random.default_rng(1)
    pictures = torch.from_numpy(np.stack([bar(label, generator) for label in (1, 2)])[:, None])
    graphs, _ = network(pictures)
    assert (graphs[:, 1:3].argmax(dim=1) == torch.tensor([0, 1])).all()


@pytest.fixture
def placed(monkeypatch):
    """``placed(batch)``: prototypes beside ten crops, and when crops and batches had their turn."""
    generator = np.random.default_rng(0)
    pictures = generator.integers(0, 256, (10, SIDE, SIDE), dtype=np.uint8)
    train = [Crop("", pixels, GRAPHS[0], "slip", "train") for pixels in pictures]
    prepare = Frame.prepare

    def placed(batch):
        torch.manual_seed(0)
        network, turns = GlyphNetwork(GRAPHS, 3, width=4).eval(), []
        monkeypatch.setattr(scored, "BATCH", batch)
        monkeypatch.setattr(Frame, "prepare", lambda *of: turns.append("crop") or prepare(*of))
        network.backbone.register_forward_hook(lambda *_: turns.append("batch"))
        unseen.place_unseen(network, Bars(), train, [0] * len(train), Frame(SIDE))
        return network.prototypes(), turns[turns.index("crop") :]

    return placed


def test_crops_are_prepared_a_batch_at_a_time_and_place_graphs_as_all_at_once(placed):
    whole, _ = placed(100)
    parts, turns = placed(4)
    batch = [*["crop"] * 4, "batch"]
    assert turns == [*batch, *batch, *batch[2:]]
    torch.testing.assert_close(parts, whole)
