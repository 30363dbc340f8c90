"""``cbs-bench build``: from a builder's records to a dataset folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from cbs_bench import source
from cbs_bench.dataset import card, reader, schema
from cbs_bench.dataset.batches import Batch, Finished, batched, finish_batch, read_images
from cbs_bench.dataset.build_report import REJECTED, BuildReport
from cbs_bench.dataset.check import check_record
from cbs_bench.dataset.extras import Extras
from cbs_bench.dataset.folder import whole_or_nothing
from cbs_bench.dataset.images import BadRowError
from cbs_bench.dataset.parallel import in_order
from cbs_bench.dataset.shards import ShardWriter, overall_digest
from cbs_bench.dataset.splits import DOCUMENTS_NEEDED, split_of
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import BUILDERS, BuildOptions, CorpusBuilder, Record, Rejection
from cbs_bench.script.tagsets import bio_labels

if TYPE_CHECKING:
    from pyarrow import Schema

SHOWN = 3
"""Rejections that are told where no row is good, so that no file tells them."""


def build(
    name: str,
    *,
    raw: Path | None,
    out: Path,
    options: BuildOptions,
    workers: int = 1,
    strict: bool = False,
    progress: Callable[[int], None] | None = None,
) -> BuildReport:
    """Write the dataset of one corpus; nothing half-written is ever left.

    Args:
        name: The builder's registry name.
        raw: The raw data; ``None`` for a corpus that is part of the package.
        out: The dataset's folder; a dataset that is there already is replaced.
        options: What the builder should do.
        workers: Processes that read and check images; the result does not depend on it.
        strict: Fail on the first row that would be left out.
        progress: Called with the number of rows so far, now and then.

    Raises:
        InputError: If the raw data are not this corpus, hold no good row, or ``out`` is taken;
            if a file of ``options`` is missing, or is none that the builder takes.
        DataError: If ``strict`` and a row is bad.
        PluginError: If there is no such builder, or it fails.
    """
    kind = BUILDERS.load(name)
    _check_files(name, kind, {"ids": options.ids, "orthography": options.orthography})
    with source.errors_named(source.files(kind)), whole_or_nothing(out) as draft:
        builder = kind(options)
        report = BuildReport(name, out, by_document=_has_enough(builder.documents(raw)))
        writing = _Writing(builder, draft, report, strict=strict)
        try:
            tasks = batched(map(writing.admit, builder.records(raw)))
            for batch, images in in_order(read_images, tasks, workers):
                writing.add(batch, finish_batch(batch, images))
                if progress is not None:
                    progress(writing.rows)
            if not report.counts:
                reason = "; ".join(writing.first_rejected) or "the raw data are empty"
                raise InputError(f"no good row ({reason})", path=raw, remedy="check --raw")
            writing.close()
        finally:
            writing.abandon()
    return report


def _check_files(name: str, builder: type[CorpusBuilder], files: Mapping[str, Path | None]) -> None:
    """Refuse what the builder would ignore, and files that are not there."""
    for option, path in files.items():
        if path is None:
            continue
        if option not in builder.takes:
            raise InputError(f"{name} takes no --{option}", path=path, remedy="leave it out")
        if not path.is_file():
            raise InputError("no such file", path=path, remedy=f"give --{option} a file")


def _has_enough(documents: Iterable[str]) -> bool:
    """Whether the corpus has enough documents to keep each within one split."""
    found = set()
    for document in documents:
        found.add(document)
        if len(found) >= DOCUMENTS_NEEDED:
            return True
    return False


class _Writing:
    """The open files of one build."""

    def __init__(
        self, builder: CorpusBuilder, folder: Path, report: BuildReport, *, strict: bool
    ) -> None:
        self.rows = 0
        self.first_rejected: list[str] = []
        self._builder = builder
        self._folder = folder
        self._report = report
        self._strict = strict
        self._tags = {tag: n for n, tag in enumerate(bio_labels(card.tags_of(builder)))}
        self._schemas: dict[str, Schema] = {}
        self._shards: dict[tuple[str, str], ShardWriter] = {}
        self._ids: dict[str, set[str]] = {}
        self._extras = Extras()
        # Names of files need not be text; escaped by a backslash they are still good JSON.
        self._rejected: TextIO = (folder / REJECTED).open(
            "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        )

    def admit(self, item: Record | Rejection) -> tuple[Record, str, Schema] | Rejection:
        """A record with its split and schema, if what only the whole corpus can tell allows it."""
        if isinstance(item, Rejection):
            return item
        try:
            check_record(item.config, item.row)
        except BadRowError as error:
            return Rejection(item.where, str(error))
        if item.split not in (None, *reader.SPLITS):
            known = ", ".join(reader.SPLITS)
            return Rejection(item.where, f"no split {item.split!r}: choose one of {known}")
        name, seen = str(item.row["id"]), self._ids.setdefault(item.config, set())
        if name in seen:
            return Rejection(item.where, f"id occurs twice: {name}")
        if "tags" in item.row:
            foreign = [tag for tag in item.row["tags"] if tag not in self._tags]
            if foreign:
                return Rejection(item.where, f"tag is not in the tag set: {foreign[0][2:]}")
            numbers = [self._tags[tag] for tag in item.row["tags"]]
            item = replace(item, row={**item.row, "tags": numbers})
        seen.add(name)
        split = split_of(
            item, by_document=self._report.by_document, seed=self._builder.options.seed
        )
        return item, split, self._schema(item.config)

    def add(self, batch: Batch | Rejection, finished: Finished) -> None:
        for rejection in finished.rejected:
            self._reject(rejection)
        if isinstance(batch, Rejection) or not finished.rows:
            return
        counts = self._report.counts.setdefault(batch.config, dict.fromkeys(reader.SPLITS, 0))
        counts[batch.split] += len(finished.rows)
        self.rows += len(finished.rows)
        self._shard(batch).add(finished.table)
        for row in finished.rows:
            if "source" in row:
                self._report.sources[batch.config, row["source"], batch.split] += 1
            if batch.config == "pos":
                self._report.repeats.see(batch.split, row)
            self._extras.see(batch.config, row)

    def close(self) -> None:
        digests: dict[str, str] = {}
        for shard in self._shards.values():
            digests.update(shard.close())
        report = self._report
        report.fingerprint = overall_digest(digests)
        report.counts = {c: report.counts[c] for c in schema.CONFIGS if c in report.counts}
        manifest = {
            "format": reader.FORMAT,
            "builder": report.builder,
            "fingerprint": report.fingerprint,
            "by_document": report.by_document,
            "counts": report.counts,
            "files": dict(sorted(digests.items())),
        }
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        (self._folder / reader.MANIFEST).write_text(text, encoding="utf-8", newline="\n")
        report.shared = self._extras.shared()
        report.classless = self._extras.classless()
        self._extras.write(self._folder)
        page = card.card(self._builder, report, self._extras)
        (self._folder / "README.md").write_text(page, encoding="utf-8", newline="\n")

    def abandon(self) -> None:
        self._rejected.close()
        for shard in self._shards.values():
            shard.abandon()

    def _reject(self, rejection: Rejection) -> None:
        if self._strict:
            raise DataError(
                rejection.reason, path=rejection.where, remedy="mend it, or build without --strict"
            )
        if len(self.first_rejected) < SHOWN:
            self.first_rejected.append(f"{rejection.where}: {rejection.reason}")
        line = {"where": rejection.where, "reason": rejection.reason}
        self._rejected.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._report.reject(rejection.where, rejection.reason)

    def _schema(self, config: str) -> Schema:
        if config not in self._schemas:
            self._schemas[config] = schema.arrow_schema(config, card.tags_of(self._builder))
        return self._schemas[config]

    def _shard(self, batch: Batch) -> ShardWriter:
        key = (batch.config, batch.split)
        if key not in self._shards:
            folder = self._folder / batch.config
            self._shards[key] = ShardWriter(folder, batch.split, batch.schema)
        return self._shards[key]
