from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench.errors import InputError
from cbs_bench.script.components import ComponentTable, decompose, encoded_graphs
from cbs_bench.script.labels import parse
from cbs_bench.script.tagsets import bio_labels


@pytest.mark.parametrize(
    ("graph", "components"),
    [
        ("{日止頁}", ("日", "止", "頁")),
        ("{土土}", ("土", "土")),
        ("道", ("辶", "首")),
        ("品", ("口", "口", "口")),
        ("聖", ("𦔻", "王")),
        ("\ue000", ()),
        ("\U0003fffd", ()),
        ("A", ()),
    ],
)
def test_components_come_in_writing_order_with_repeats(graph, components):
    assert decompose(graph) == components


@settings(deadline=None)  # the first one reads the table
@given(st.text(max_size=4))
def test_anything_can_be_asked(graph):
    assert all(isinstance(part, str) and part for part in decompose(graph))


def test_the_table_covers_the_encoded_graphs():
    graphs = list(encoded_graphs())
    assert len(graphs) > 70_000
    assert all(len(decompose(graph)) > 1 for graph in graphs[::500])


def test_another_table_of_sequences(tmp_path):
    table = tmp_path / "ids.txt"
    lines = [
        "# comment",
        "道\t⿺辶首(G);⿺辵首(T)",
        "U+56FD\t国\t⿴囗玉[GTJ]",
        "一\t一",
        "福\t⿰示⿱一田",
    ]
    table.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    read = ComponentTable.from_ids(table)
    assert read.decompose("道") == ("辶", "首")
    assert read.decompose("国") == ("囗", "玉")
    assert read.decompose("福") == ("示", "一", "田")
    assert read.decompose("一") == ()
    assert "ids.txt" in read.source


def test_entities_of_a_table_are_left_out_and_end_no_sequence(tmp_path):
    table = tmp_path / "ids.txt"
    table.write_text("道\t⿱&CDP-8B5E;⿰辶首;⿰一二\n国\t⿴囗&U-i001;玉[G;T]\n", encoding="utf-8")
    read = ComponentTable.from_ids(table)
    assert read.decompose("道") == ("辶", "首")
    assert read.decompose("国") == ("囗", "玉")


def test_of_several_rows_of_a_graph_the_first_counts(tmp_path):
    table = tmp_path / "ids.txt"
    table.write_text("道\t⿺辶首\n道\t⿺辵首\n", encoding="utf-8")
    assert ComponentTable.from_ids(table).decompose("道") == ("辶", "首")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"nothing here"])
def test_a_table_that_is_none_is_named(tmp_path, content):
    table = tmp_path / "ids.txt"
    if content is not None:
        table.write_bytes(content)
    with pytest.raises(InputError, match=r"ids\.txt: .*; "):
        ComponentTable.from_ids(table)


def test_bio_labels_begin_outside():
    assert bio_labels(["a", "b"]) == ["O", "B-a", "I-a", "B-b", "I-b"]


@pytest.mark.real
def test_coverage_and_agreement_with_another_table(real_data):
    counts = json.loads((real_data / "chubs-label-counts.json").read_text(encoding="utf-8"))
    graphs = {graph for raw in counts if len(graph := parse(raw).graph) == 1}
    other = ComponentTable.from_ids(real_data / "ids" / "ids_lv2.txt")
    assert sum(bool(decompose(graph)) for graph in graphs) > 0.98 * len(graphs)
    both = [graph for graph in graphs if decompose(graph) and other.decompose(graph)]
    # The rest differ in how far a table goes (⺮ or 𥫗), not in the order of writing.
    assert sum(decompose(graph) == other.decompose(graph) for graph in both) > 0.7 * len(both)
