"""Views of a glyph dataset without its rare classes: at least 3, 10 or 20 images each.

The paper reports recognition at such thresholds (Chen et al., COLING 2025); a view repeats no
image, it only says which rows count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cbs_bench.dataset import reader
from cbs_bench.dataset.gold import is_predicted, lack_of_gold
from cbs_bench.errors import InputError
from cbs_bench.script.class_names import names_class
from cbs_bench.script.labels import parse

THRESHOLDS = (3, 10, 20)


@dataclass(frozen=True, slots=True)
class View:
    """The part of a dataset's ``glyphs`` whose class is frequent enough.

    Attributes:
        folder: The dataset.
        graphs: The classes, sorted.
    """

    folder: Path
    graphs: tuple[str, ...]

    def rows(self, split: str) -> Iterator[dict[str, Any]]:
        """Rows of a split, as :func:`cbs_bench.dataset.reader.rows` gives them."""
        wanted = frozenset(self.graphs)
        for row in reader.rows(self.folder, "glyphs", split):
            if row["graph"] in wanted and shows_class(row):
                yield row


def view(folder: Path, minimum: int) -> View:
    """The classes with at least ``minimum`` images in all splits together.

    Raises:
        InputError: If ``folder`` has no config ``glyphs``, or no class is so frequent.
    """
    import pyarrow.parquet as pq

    counts: Counter[str] = Counter()
    for split in reader.SPLITS:
        for shard in reader.shards(folder, "glyphs", split):
            found = pq.read_table(shard, columns=["label", "graph", "status", "source"]).to_pylist()
            counts.update(row["graph"] for row in found if shows_class(row))
    if not counts:
        remedy = "build it from a corpus with labelled glyphs"
        raise lack_of_gold("no class has an image", [folder], "glyphs", reader.SPLITS, remedy)
    graphs = frequent(counts, minimum)
    if not graphs:
        most = max(counts.values())
        raise InputError(
            f"no class has {minimum} images", path=folder, remedy=f"ask for at most {most}"
        )
    return View(folder, graphs)


def shows_class(row: Mapping[str, Any]) -> bool:
    """Whether a row of ``glyphs`` has a class, by somebody and not only by a model."""
    return not is_predicted(row) and names_class(parse(row["label"]))


def frequent(counts: Mapping[str, int], minimum: int) -> tuple[str, ...]:
    """The classes counted at least ``minimum`` times, sorted."""
    return tuple(sorted(graph for graph, count in counts.items() if count >= minimum))
