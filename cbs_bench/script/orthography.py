"""Respells a text as the slips would write it, by the spellings counted on real slips.

``又（有）`` counted 2,000 times and ``有`` 50 times say how often the word 有 is written 又. This
is a simulation for tests of tokenizers: the spelling of each sign is drawn on its own, while a
scribe kept to habits.
"""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from cbs_bench.errors import InputError
from cbs_bench.script.labels import Label, Status, parse, split_glyphs

_WRITTEN = (Status.ENCODED, Status.COMPOSED, Status.UNENCODED)


class Orthography:
    """Graphs by which each reading is written, with their frequencies.

    Args:
        counts: Number of images of each raw label.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        tallies: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for raw, count in counts.items():
            label = parse(raw)
            if _names_one_sign(label):
                tallies[label.reading][label.graph] += count
        self._spellings = {
            reading: (sorted(graphs), list(accumulate(graphs[graph] for graph in sorted(graphs))))
            for reading, graphs in tallies.items()
        }

    @classmethod
    def from_file(cls, path: Path) -> Orthography:
        """Read label counts: a JSON object of raw label to number of images.

        Raises:
            InputError: If the file is missing or holds something else.
        """
        remedy = "give the label-counts.json that `cbs-bench build chubs` writes"
        try:
            counts = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(
                f"cannot read the counts ({error})", path=path, remedy=remedy
            ) from error
        if not isinstance(counts, dict) or not counts:
            raise InputError("no object of label counts here", path=path, remedy=remedy)
        for raw, count in counts.items():
            if type(count) is not int or count < 1:
                problem = f"count {count!r} is no positive number"
                raise InputError(problem, path=path, row=raw, remedy=remedy)
        return cls(counts)

    def probabilities(self, reading: str) -> dict[str, float]:
        """How often each graph writes ``reading``; empty if it was never read."""
        graphs, sums = self._spellings.get(reading, ([], []))
        steps = zip(graphs, [0, *sums], sums, strict=False)
        return {graph: (high - low) / sums[-1] for graph, low, high in steps}

    def respell(self, readings: Sequence[str], *, name: str, seed: int = 0) -> list[str]:
        """One graph for each reading; what was never read on a slip stays as it is.

        Args:
            readings: Glyphs of a text in modern spelling.
            name: Of the row: its draws depend on nothing but this, ``seed`` and its length.
            seed: Draws other spellings.
        """
        draw = random.Random(f"{seed}\x1f{name}").random
        return [self._spell(reading, draw()) for reading in readings]

    def _spell(self, reading: str, drawn: float) -> str:
        if reading not in self._spellings:
            return reading
        graphs, sums = self._spellings[reading]
        return graphs[bisect(sums, drawn * sums[-1])]


def _names_one_sign(label: Label) -> bool:
    """Ligatures and readings of several characters have no place in a text of single signs."""
    return (
        label.status in _WRITTEN
        and not label.ligature
        and len(split_glyphs(label.graph)) == 1
        and len(split_glyphs(label.reading)) == 1
        and label.reading != "○"
    )
