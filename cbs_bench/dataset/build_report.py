"""What a build did, as its summary and the dataset card tell it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cbs_bench.dataset import reader
from cbs_bench.dataset.gold import PREDICTED
from cbs_bench.dataset.repeats import Repeats

REJECTED = "rejected.jsonl"
"""The file of a dataset that names every raw row left out, and why."""


@dataclass(slots=True)
class BuildReport:
    """What a build did; ``str()`` of it is a short summary.

    Attributes:
        builder: Its registry name.
        out: The dataset's folder.
        counts: Rows by config and split.
        sources: Rows by ``(config, source, split)``; configs without sources are not in it.
        rejected: Raw rows left out, by reason without its particulars.
        examples: Where the first one of each reason is.
        shared: Classes that stand under several labels, and these.
        classless: Images of each label that names no class.
        repeats: Test sentences that are in train as well.
        by_document: Whether splits keep whole documents together.
        fingerprint: The digest of the data.
    """

    builder: str
    out: Path
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    sources: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    shared: list[tuple[str, list[str]]] = field(default_factory=list)
    classless: Counter[str] = field(default_factory=Counter)
    repeats: Repeats = field(default_factory=Repeats)
    by_document: bool = False
    fingerprint: str = ""

    def reject(self, where: str, reason: str) -> None:
        """Count a raw row that is left out."""
        kind = reason.split(":", maxsplit=1)[0]
        self.rejected[kind] += 1
        self.examples.setdefault(kind, where)

    def untrained(self) -> list[str]:
        """A line for each config that has no row to learn from."""
        return [
            f"{config}: no row in train, so that nothing can learn from it, only be scored; "
            "see that the training data lie at --raw, or draw other splits by --seed"
            for config, splits in self.counts.items()
            if not splits["train"]
        ]

    def __str__(self) -> str:
        lines = [f"{self.builder}: {self.out}"]
        for config, splits in self.counts.items():
            shown = ", ".join(f"{split} {splits[split]}" for split in reader.SPLITS)
            lines.append(f"  {config:<7} {shown}")
        scans = sum(self.sources["slips", PREDICTED, split] for split in reader.SPLITS)
        if scans:
            lines.append(f"  {scans} of the slips were read by models and corrected by nobody")
        if self.shared:
            graph, labels = self.shared[0]
            first = f"{graph} under {', '.join(labels)}"
            lines.append(f"  classes under several labels: {len(self.shared)} (first: {first})")
        if self.classless:
            first = ", ".join(label for label, _ in self.classless.most_common(5))
            more = ", …" if len(self.classless) > 5 else ""
            lines.append(
                f"  glyphs whose label is no class: {self.classless.total()} ({first}{more})"
            )
        for reason, number in self.rejected.most_common(5):
            lines.append(f"  rejected {number}: {reason} (first: {self.examples[reason]})")
        if self.rejected:
            lines.append(f"  each one in {self.out / REJECTED}")
        return "\n".join(lines)
