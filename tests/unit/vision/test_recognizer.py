import numpy as np
import pytest

from cbs_bench.vision.framing import Frame
from cbs_bench.vision.recognizer import Recognizer

GRAPHS = ["好", "明", "人"]
PARTS = ["女", "子", "日", "月"]


class Fixed:
    """Stands in for the network: the same answer for every crop."""

    def __init__(self, graphs, components):
        self._graphs, self._components = graphs, components
        self.card = {
            "input": {"height": 64, "width": 64, "channels": 1},
            "vocabulary": GRAPHS,
            "components": PARTS,
            "decompositions": [["女", "子"], ["日", "月"], []],
            "calibration": {"temperature": 1.0, "threshold": 0.8, "component_threshold": 0.3},
        }

    def run(self, pixels):
        assert np.isfinite(pixels).all()
        answers = (self._graphs, self._components)
        return [np.tile(np.float32(answer), (len(pixels), 1)) for answer in answers]


BLANK = np.full((30, 20), 225, np.uint8)


def test_candidates_are_probabilities_most_probable_first():
    (got,) = Recognizer(Fixed([0, 1, 3], [0] * 4)).predict([BLANK])
    assert [graph for graph, _ in got.candidates] == ["人", "明", "好"]
    assert sum(p for _, p in got.candidates) == pytest.approx(1)


def test_a_sure_graph_brings_its_own_components():
    (got,) = Recognizer(Fixed([9, 0, 0], [-9, -9, 9, 9])).predict([BLANK])
    assert got.components == ["女", "子"]


def test_batches_answer_for_every_crop():
    assert len(Recognizer(Fixed([0, 0, 0], [0] * 4)).predict([BLANK] * 5, batch=2)) == 5
    assert Recognizer(Fixed([0, 0, 0], [0] * 4)).predict([]) == []


@pytest.mark.parametrize("shape", [(1, 1), (200, 3), (40, 30), (40, 30, 3)])
def test_any_crop_becomes_a_finite_square(shape):
    assert Frame().prepare(np.full(shape, 225, np.uint8)).shape == (64, 64)
    assert np.isfinite(Frame(trim=True).prepare(np.zeros(shape, np.uint8))).all()


def test_of_equal_candidates_the_vocabulary_decides():
    (got,) = Recognizer(Fixed([1, 1, 1], [0] * 4)).predict([BLANK])
    assert [graph for graph, _ in got.candidates] == GRAPHS
