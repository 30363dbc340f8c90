"""The dataset card: YAML that ``datasets`` reads, and a page that people read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cbs_bench.dataset import contact_sheet, reader, schema
from cbs_bench.dataset.build_report import BuildReport
from cbs_bench.dataset.extras import LABEL_COUNTS, Extras
from cbs_bench.dataset.repeats import LONG
from cbs_bench.dataset.rows import component_source
from cbs_bench.interfaces import CorpusBuilder

LICENCES = {
    "Apache 2.0": "apache-2.0",
    "CC BY-SA 4.0": "cc-by-sa-4.0",
    "MIT": "mit",
    "unknown": "unknown",
}
"""The Hub's names; any other licence is ``other`` there and spelled out on the page."""


def tags_of(builder: CorpusBuilder) -> tuple[str, ...]:
    """The tag set of a corpus with ``pos``: the class attribute ``tags`` of its builder."""
    return tuple(getattr(builder, "tags", ()))


def card(builder: CorpusBuilder, report: BuildReport, extras: Extras) -> str:
    """The text of ``README.md``."""
    lines = ["---", *_yaml(_front(builder, report)), "---", "", *_page(builder, report, extras)]
    return "\n".join(lines) + "\n"


def _yaml(values: dict[str, Any]) -> Iterator[str]:
    """JSON is YAML as well, and needs no further package; an entry of a list has its own line."""
    for key, value in values.items():
        if isinstance(value, list) and value:
            yield f"{key}:"
            yield from (f"- {json.dumps(entry, ensure_ascii=False)}" for entry in value)
        else:
            yield f"{key}: {json.dumps(value, ensure_ascii=False)}"


def _front(builder: CorpusBuilder, report: BuildReport) -> dict[str, Any]:
    tasks = {"slips": "object-detection", "glyphs": "image-classification"}
    kinds = [tasks[c] for c in report.counts if c in tasks]
    if "pos" in report.counts:
        kinds.append("token-classification")
    return {
        "pretty_name": builder.info.title,
        "license": LICENCES.get(builder.info.licence, "other"),
        "language": ["lzh"],
        "task_categories": kinds,
        "configs": [_config(name, report) for name in report.counts],
    }


def _config(name: str, report: BuildReport) -> dict[str, Any]:
    """One entry of ``configs``.

    The cache of ``datasets`` knows a local folder by its base name and these values, not by the
    contents of its files: without the fingerprint, rebuilt data would give the old rows.
    """
    return {
        "config_name": name,
        "data_files": _data_files(name, report.counts[name]),
        "description": f"fingerprint {report.fingerprint}",
    }


def _data_files(config: str, counts: Mapping[str, int]) -> list[dict[str, str]]:
    """Where ``load_dataset`` finds the splits that have rows."""
    return [
        {"split": split, "path": f"{config}/{split}-*.parquet"}
        for split in reader.SPLITS
        if counts.get(split)
    ]


def config_faults(card: str, counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Where the configs that a card tells are not those of its dataset.

    Args:
        card: The text of ``README.md``.
        counts: Rows by config and split.
    """
    import yaml

    try:
        head = yaml.safe_load(card.partition("---\n")[2].partition("\n---\n")[0])
        told = {entry["config_name"]: entry["data_files"] for entry in head["configs"]}
    except (yaml.YAMLError, LookupError, TypeError):
        yield "tells no configs; load_dataset would guess them"
        return
    for config in told:
        if config not in counts:
            yield f"tells a config {config!r}, which the dataset does not have"
    for config, splits in counts.items():
        if config not in told:
            yield f"does not tell the config {config!r}; load_dataset would not find it"
        elif told[config] != _data_files(config, splits):
            yield f"the files of the config {config!r} are not those of the dataset"


def _page(builder: CorpusBuilder, report: BuildReport, extras: Extras) -> Iterator[str]:
    info = builder.info
    yield from (f"# {info.title}", "", info.summary, "")
    yield from ("```python", "from datasets import load_dataset", "")
    first = next(iter(report.counts))
    split = next(s for s in reader.SPLITS if report.counts[first][s])
    yield from (f'rows = load_dataset("DIR", "{first}", split="{split}")', "```", "")
    if extras.pictured:
        yield from (f"![A sample of the images]({contact_sheet.NAME})", "")
    yield from _sizes(report)
    yield from _few_shot(extras)
    unit = "document" if report.by_document else "slip (where there is none: sentence)"
    yield from (
        f"Rows of one {unit} are never in two splits, unless the source itself fixes its splits.",
        "",
    )
    yield from _columns(builder, report)
    limits = [*info.limits, *_repeats(report)]
    if limits or report.rejected:
        yield from ("## Limits", "")
        yield from (f"- {limit}" for limit in limits)
        yield from (f"- Left out, {n} raw rows: {why}." for why, n in report.rejected.most_common())
        yield ""
    yield from ("## Provenance", "")
    yield f"- Raw data: {info.homepage}"
    yield f"- Licence as stated by the source: {info.licence}"
    yield f"- Cite: {info.citation}"
    yield f"- Built with `cbs-bench build {report.builder}`, seed {builder.options.seed}"
    if builder.options.orthography:
        yield (
            "- A simulation: every sign was respelled at random as slips spell it, by the label "
            f"counts {builder.options.orthography.name}; tags are unchanged"
        )
    if report.counts.keys() & {"slips", "glyphs"}:
        yield f"- Components: {component_source(builder.options)}"
    yield f"- Fingerprint of the data: `{report.fingerprint}`"


def _sizes(report: BuildReport) -> Iterator[str]:
    yield from ("## Size", "", f"| config | {' | '.join(reader.SPLITS)} |", "|---|--:|--:|--:|")
    for config, splits in report.counts.items():
        yield f"| `{config}` | {' | '.join(f'{splits[s]:,}' for s in reader.SPLITS)} |"
    yield ""
    pairs = sorted({(config, source) for config, source, _ in report.sources})
    if pairs:
        yield from (f"| config | source | {' | '.join(reader.SPLITS)} |", "|---|---|--:|--:|--:|")
        for config, source in pairs:
            numbers = (f"{report.sources[config, source, s]:,}" for s in reader.SPLITS)
            yield f"| `{config}` | {source} | {' | '.join(numbers)} |"
        yield ""


def _repeats(report: BuildReport) -> Iterator[str]:
    repeated, long = report.repeats.counts()
    if repeated:
        yield (
            f"Of the {report.repeats.sentences:,} sentences of `test`, {repeated:,} are in `train` "
            f"as well, {long:,} of them of {LONG} glyphs or more."
        )


def _few_shot(extras: Extras) -> Iterator[str]:
    """How many classes have enough images to learn from."""
    if not extras.graphs:
        return
    yield from ("| images a class | classes | images |", "|---|--:|--:|")
    for minimum, classes, images in extras.few_shot():
        yield f"| at least {minimum} | {classes:,} | {images:,} |"
    yield from ("", f"`{LABEL_COUNTS}` holds the number of images of each raw label.", "")


def _columns(builder: CorpusBuilder, report: BuildReport) -> Iterator[str]:
    yield from ("## Columns", "")
    for config in report.counts:
        names = schema.columns(config, tags_of(builder))
        yield f"- `{config}`: {', '.join(f'`{name}`' for name in names)}"
    yield ""
    if "pos" in report.counts:
        yield from (f"Tags (as BIO over glyphs): {' '.join(tags_of(builder))}", "")
