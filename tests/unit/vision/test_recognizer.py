import numpy as np
import pytest

from cbs_bench.vision.framing import Frame
from cbs_bench.vision.recognizer import Holders, Recognizer, incidence

GRAPHS = ["好", "明", "人"]
PARTS = ["女", "子", "日", "月"]


class Fixed:
    """Stands in for the network: the same answer for every crop."""

    def __init__(self, graphs, components, parts=PARTS):
        self._graphs, self._components = graphs, components
        self.card = {
            "input": {"height": 64, "width": 64, "channels": 1},
            "vocabulary": GRAPHS,
            "components": parts,
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


def test_an_unsure_graph_falls_back_to_what_is_seen_in_writing_order():
    (got,) = Recognizer(Fixed([0, 0, 0], [9, -9, -9, 9])).predict([BLANK])
    assert got.components == ["女", "月"]


def test_something_is_always_seen():
    (got,) = Recognizer(Fixed([0, 0, 0], [-9, -9, -9, -8])).predict([BLANK])
    assert len(got.components) == 1


def test_batches_answer_for_every_crop():
    assert len(Recognizer(Fixed([0, 0, 0], [0] * 4)).predict([BLANK] * 5, batch=2)) == 5
    assert Recognizer(Fixed([0, 0, 0], [0] * 4)).predict([]) == []


@pytest.mark.parametrize("shape", [(1, 1), (200, 3), (40, 30), (40, 30, 3)])
def test_any_crop_becomes_a_finite_square(shape):
    assert Frame().prepare(np.full(shape, 225, np.uint8)).shape == (64, 64)
    assert np.isfinite(Frame(trim=True).prepare(np.zeros(shape, np.uint8))).all()


def test_the_probability_of_a_component_is_that_of_the_graphs_that_hold_it():
    table = incidence([["女", "子"], ["女"], []], ["女", "子", "日"])
    graphs = np.float32([[0.5, 0.3, 0.2], [0.0, 0.1, 0.9]])
    assert Holders(table).sums(graphs) == pytest.approx(graphs @ table)


def test_of_equal_candidates_the_vocabulary_decides():
    (got,) = Recognizer(Fixed([1, 1, 1], [0] * 4)).predict([BLANK])
    assert [graph for graph, _ in got.candidates] == GRAPHS


def test_a_script_without_components_shows_none():
    # ONNX needs an output all the same.
    (got,) = Recognizer(Fixed([0, 0, 0], [9], parts=[])).predict([BLANK])
    assert got.components == []


def test_without_components_there_is_nothing_to_sum():
    assert Holders(np.zeros((3, 0), np.float32)).sums(np.ones((2, 3), np.float32)).shape == (2, 0)
