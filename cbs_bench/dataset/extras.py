"""What a build writes beside the rows: label counts and a contact sheet."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cbs_bench.dataset import contact_sheet
from cbs_bench.dataset.contact_sheet import ContactSheet
from cbs_bench.dataset.fewshot import THRESHOLDS, frequent, shows_class
from cbs_bench.script.class_names import names_class
from cbs_bench.script.labels import parse

LABEL_COUNTS = "label-counts.json"
FILES = (LABEL_COUNTS, contact_sheet.NAME)


class Extras:
    """Watches the rows go by; its memory depends on the number of labels, not of rows.

    Attributes:
        graphs: Images of each class.
        pictured: Whether there is a contact sheet, once written.
    """

    def __init__(self) -> None:
        self.graphs: Counter[str] = Counter()
        self.pictured = False
        self._labels: Counter[str] = Counter()
        self._glyphs, self._slips = ContactSheet(), ContactSheet()

    def see(self, config: str, row: Mapping[str, Any]) -> None:
        """Take note of a row that is written."""
        if config == "glyphs":
            self._labels[row["label"]] += 1
            if shows_class(row):
                self.graphs[row["graph"]] += 1
            self._glyphs.see(row["id"], row["image"]["bytes"])
        elif config == "slips":
            self._slips.see(row["id"], row["image"]["bytes"])

    def write(self, folder: Path) -> None:
        """Write the files there is something to say in."""
        if self._labels:
            counts = dict(sorted(self._labels.items()))
            text = json.dumps(counts, ensure_ascii=False, indent=0) + "\n"
            (folder / LABEL_COUNTS).write_text(text, encoding="utf-8", newline="\n")
        self.pictured = self._glyphs.write(folder) or self._slips.write(folder)

    def shared(self) -> list[tuple[str, list[str]]]:
        """Classes that stand under several labels, and these."""
        labels: dict[str, list[str]] = {}
        for label in map(parse, sorted(self._labels)):
            if names_class(label):
                labels.setdefault(label.graph, []).append(label.raw)
        return [(graph, found) for graph, found in labels.items() if len(found) > 1]

    def classless(self) -> Counter[str]:
        """Images of each label that names no class: nothing learns it or is scored by it."""
        labels = self._labels.items()
        return Counter({raw: count for raw, count in labels if not names_class(parse(raw))})

    def few_shot(self) -> list[tuple[int, int, int]]:
        """Threshold, classes that reach it, and their images."""
        sizes = []
        for minimum in THRESHOLDS:
            classes = frequent(self.graphs, minimum)
            sizes.append((minimum, len(classes), sum(self.graphs[graph] for graph in classes)))
        return sizes
