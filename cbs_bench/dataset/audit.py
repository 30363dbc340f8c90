"""``cbs-bench audit``: proves a dataset, or names every fault of it.

Faults are what makes scores wrong or a reader fail; measures describe what no one can mend, such
as how often one graph stands under several labels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cbs_bench.dataset import card, reader, schema
from cbs_bench.dataset.check import check_row
from cbs_bench.dataset.duplicates import NearDuplicates
from cbs_bench.dataset.images import BadRowError
from cbs_bench.dataset.repeats import LONG, Repeats
from cbs_bench.dataset.shards import file_digest, overall_digest
from cbs_bench.errors import InputError
from cbs_bench.wording import counted


@dataclass(slots=True)
class AuditReport:
    """What an audit found.

    Attributes:
        faults: One line each; empty for a sound dataset.
        measures: Numbers by config.
    """

    faults: list[str] = field(default_factory=list)
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = []
        for config, measures in self.measures.items():
            lines.append(f"{config}:")
            lines += [f"  {name}: {value}" for name, value in measures.items()]
        lines += [f"fault: {fault}" for fault in self.faults]
        lines.append(counted(len(self.faults), "fault") if self.faults else "no fault")
        return "\n".join(lines)


def audit(folder: Path) -> AuditReport:
    """Check a dataset.

    Files are compared with their checksums, the configs with the card, every row with its schema
    and rules, every image is decoded; ids are unique, no slip and no image is in two splits,
    near-duplicates of images included.

    Raises:
        InputError: If ``folder`` is no dataset.
    """
    report = AuditReport()
    manifest = reader.manifest(folder)
    report.faults.extend(_file_faults(folder, manifest))
    for config in manifest["counts"]:
        scan = _ConfigAudit(folder, config, by_document=bool(manifest.get("by_document")))
        for split in reader.SPLITS:
            try:
                scan.read(split, manifest["counts"][config].get(split, 0))
            except InputError as error:
                scan.faults.append(str(error))
        report.faults.extend(scan.faults)
        report.faults.extend(scan.leaks())
        report.measures[config] = scan.measures()
    return report


def _file_faults(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Files that are missing, changed or not the dataset's, and a card of another dataset."""
    files: dict[str, str] = manifest["files"]
    for name, digest in files.items():
        path = folder / name
        if not path.is_file():
            yield f"{name}: missing; build the dataset again"
        elif file_digest(path) != digest:
            yield f"{name}: checksum differs; the file was changed or damaged"
    if overall_digest(files) != manifest["fingerprint"]:
        yield f"{reader.MANIFEST}: fingerprint does not match the checksums"
    for path in sorted(folder.glob("*/*.parquet")):
        if path.relative_to(folder).as_posix() not in files:
            yield f"{path.relative_to(folder)}: not part of the dataset; load_dataset would read it"
    page = folder / "README.md"
    told = page.read_text(encoding="utf-8", errors="replace") if page.is_file() else ""
    if manifest["fingerprint"] not in told:
        yield "README.md: does not carry the fingerprint; load_dataset may serve stale rows"
    yield from (f"README.md: {fault}" for fault in card.config_faults(told, manifest["counts"]))


class _ConfigAudit:
    """Reads one config once and keeps ids, groups, label counts and image hashes."""

    def __init__(self, folder: Path, config: str, *, by_document: bool) -> None:
        self.faults: list[str] = []
        self._unit = ("source", "document") if by_document else ("source", "document", "slip")
        self._folder = folder
        self._config = config
        self._ids: set[str] = set()
        self._groups: dict[str, set[str]] = defaultdict(set)
        self._labels: dict[str, Counter[str]] = defaultdict(Counter)
        self._counts: Counter[str] = Counter()
        self._images = NearDuplicates()
        self._repeats = Repeats()

    def read(self, split: str, expected: int) -> None:
        """Check every row of a split, unless its columns are not those of the config.

        Raises:
            InputError: If a file cannot be read.
        """
        shards = reader.shards(self._folder, self._config, split)
        foreign = [fault for shard in shards for fault in _schema_faults(shard, self._config)]
        if foreign:
            self.faults += foreign
            return
        for number, row in enumerate(_rows(self._folder, self._config, split)):
            self._row(row, split, f"{self._config}/{split} row {number} ({row.get('id')})")
            self._counts[split] += 1
        if self._counts[split] != expected:
            self.faults.append(
                f"{self._config}/{split}: {self._counts[split]} rows, {reader.MANIFEST} says "
                f"{expected}"
            )

    def leaks(self) -> Iterator[str]:
        """Slips and images that are in more than one split."""
        for group, splits in sorted(self._groups.items()):
            if len(splits) > 1:
                shared = " and ".join(sorted(splits))
                yield f"{self._config}: {self._unit[-1]} {group} is in {shared}"
        for one, other in self._images.across_splits():
            yield f"{self._config}: {one} and {other} show the same image"

    def measures(self) -> dict[str, Any]:
        """Sizes, how learnable the labels of images are, and sentences in two splits."""
        found: dict[str, Any] = {"rows": dict(self._counts)}
        if self._labels:
            labels = Counter[str]()
            for under in self._labels.values():
                labels.update(under)
            total = labels.total()
            best = sum(under.most_common(1)[0][1] for under in self._labels.values())
            found |= {
                "graphs": len(self._labels),
                "labels": len(labels),
                "labels that occur once": sum(n == 1 for n in labels.values()),
                "share of the ten most frequent labels": round(
                    sum(n for _, n in labels.most_common(10)) / total, 4
                ),
                "ceiling of label accuracy from the written form alone": round(best / total, 4),
            }
        if self._config == "pos":
            repeated, long = self._repeats.counts()
            found["test sentences that are in train as well"] = repeated
            found[f"of these with {LONG} glyphs or more"] = long
        return found

    def _row(self, row: Mapping[str, Any], split: str, where: str) -> None:
        name = str(row.get("id"))
        if name in self._ids:
            self.faults.append(f"{where}: id occurs twice")
        self._ids.add(name)
        # Images of which no one knows the slip name none; each is a group of its own.
        if row.get(self._unit[-1]):
            self._groups[" ".join(str(row[column]) for column in self._unit)].add(split)
        try:
            check_row(self._config, row)
        except BadRowError as error:
            self.faults.append(f"{where}: {error}")
            return
        if "image" in row:
            self._images.add(f"{split}/{name}", split, row["image"]["bytes"])
        if self._config == "pos":
            self._repeats.see(split, row)
        if self._config == "glyphs":
            self._labels[row["graph"]][row["label"]] += 1


def _rows(folder: Path, config: str, split: str) -> Iterator[dict[str, Any]]:
    """The rows of a split; tags are names, as the words of a sentence have them."""
    names: dict[int, str] = {}
    for row in reader.rows(folder, config, split):
        if row.get("tags"):
            names = names or _tag_names(reader.shards(folder, config, split)[0])
            row["tags"] = [names.get(tag, str(tag)) for tag in row["tags"]]
        yield row


def _tag_names(shard: Path) -> dict[int, str]:
    import pyarrow.parquet as pq
    from datasets import Features

    found = Features.from_arrow_schema(pq.read_schema(shard))
    return dict(enumerate(found["tags"].feature.names))


def _schema_faults(shard: Path, config: str) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets import Features

    try:
        found = Features.from_arrow_schema(pq.read_schema(shard))
    except (OSError, pa.ArrowException):
        return  # reading its rows is about to say so
    tags = schema.tags_of(found) if config == "pos" and "tags" in found else ()
    if found != schema.features(config, tags):
        yield f"{config}/{shard.name}: columns are not those of the config {config!r}"
