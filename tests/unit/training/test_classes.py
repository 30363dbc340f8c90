import json

import pytest

from cbs_bench.errors import InputError
from cbs_bench.training.classes import choose_classes, frequencies, frequent_graphs

COUNTS = {"又（有）": 5, "又": 4, "好": 3, "如": 2, "○": 90, "□": 80, "None": 70, "人=": 60}


@pytest.fixture
def counts(tmp_path):
    path = tmp_path / "counts.json"
    path.write_text(json.dumps(COUNTS), encoding="utf-8")
    return path


def test_the_graph_counts_and_not_the_reading(counts):
    assert frequent_graphs(counts)[:3] == ["又", "好", "如"]


def test_held_out_crops_tell_nothing_of_how_frequent_a_graph_is(counts):
    graphs = ["又", "好", "如", "人"]
    found = frequencies(graphs, counts, ["又", "人", "人"], ["又", "如", "如", "如"])
    assert found == [8, 3, 0, 2]
    assert frequencies(graphs, None, ["又", "人", "人"], ["好"]) == [1, 0, 0, 2]


def test_what_is_no_character_is_no_class(counts):
    assert not {"○", "□", "None"} & set(frequent_graphs(counts))


def test_seen_graphs_come_with_the_frequent_ones_and_their_components(counts):
    classes = choose_classes(["人"], counts, extra=3)
    assert classes.graphs[0] == "人"
    assert set(classes.graphs) == {"人", "又", "好", "如"}
    assert "女" in classes.components
    assert classes.decompositions[classes.graphs.index("好")] == ["女", "子"]


def test_a_file_that_is_no_counts_is_named(tmp_path):
    path = tmp_path / "counts.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=r"counts\.json"):
        frequent_graphs(path)
