"""Which graphs and components a recogniser is asked to tell apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cbs_bench.errors import InputError
from cbs_bench.script.class_names import names_class
from cbs_bench.script.components import decompose
from cbs_bench.script.labels import parse

MIN_GRAPHS_A_COMPONENT = 2


@dataclass(frozen=True)
class Classes:
    """The two vocabularies.

    Attributes:
        graphs: Graph classes in order.
        components: Component labels in order.
        decompositions: Components of each graph class, in writing order.
    """

    graphs: list[str]
    components: list[str]
    decompositions: list[list[str]]


def choose_classes(seen: Iterable[str], label_counts: Path | None, extra: int) -> Classes:
    """The graphs of the datasets and the most frequent ones of a corpus's label counts.

    Args:
        seen: Graphs of the datasets at hand.
        label_counts: JSON of raw labels and their counts, or ``None``.
        extra: How many graphs to take from it.
    """
    chosen = dict.fromkeys(sorted(set(seen)))
    if label_counts is not None:
        chosen |= dict.fromkeys(frequent_graphs(label_counts)[:extra])
    graphs = list(chosen)
    decompositions = [list(decompose(graph)) for graph in graphs]
    counts = Counter(part for parts in decompositions for part in set(parts))
    components = [part for part, n in counts.items() if n >= MIN_GRAPHS_A_COMPONENT]
    return Classes(graphs, sorted(components), decompositions)


def frequencies(
    graphs: Sequence[str], label_counts: Path | None, train: Iterable[str], held_out: Iterable[str]
) -> list[int]:
    """How often each graph is written in a corpus, as far as training may know.

    Args:
        graphs: The classes.
        label_counts: JSON of the corpus's raw labels and their counts, or ``None``.
        train: The graph of each training crop.
        held_out: That of each other crop, which is taken from the counts again.
    """
    counted = graph_counts(label_counts) if label_counts is not None else Counter[str]()
    trained, held = Counter(train), Counter(held_out)
    return [max(counted[graph] - held[graph], trained[graph]) for graph in graphs]


def frequent_graphs(label_counts: Path) -> list[str]:
    """Graphs of a label count file, most frequent first.

    Raises:
        InputError: If the file is not a JSON object of counts.
    """
    counts = graph_counts(label_counts)
    return sorted(counts, key=lambda graph: (-counts[graph], graph))


def graph_counts(label_counts: Path) -> Counter[str]:
    """How often each graph stands in a label count file; the reading does not matter.

    Raises:
        InputError: If the file is not a JSON object of counts.
    """
    try:
        counts = json.loads(label_counts.read_text(encoding="utf-8"))
        labels = [(parse(raw), int(count)) for raw, count in counts.items()]
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f"no label counts ({error})", path=label_counts, remedy="give {label: count} as JSON"
        ) from error
    graphs: Counter[str] = Counter()
    for label, count in labels:
        if names_class(label) and not label.uncertain and not label.ligature:
            graphs[label.graph] += count
    return graphs
