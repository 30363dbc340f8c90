"""The columns of each config, as ``datasets.Features`` and as the Arrow schema of its files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cbs_bench.script.tagsets import bio_labels

if TYPE_CHECKING:
    from datasets import Features

CONFIGS = ("slips", "glyphs", "texts", "pos")
WITH_IMAGES = ("slips", "glyphs")


def features(config: str, tags: Sequence[str] = ()) -> Features:
    """The features of one config.

    Args:
        config: ``slips``, ``glyphs``, ``texts`` or ``pos``.
        tags: The tag set of the corpus, without ``B-`` and ``I-``; used by ``pos`` only.
    """
    from datasets import ClassLabel, Features, Image, List, Value

    text, number, strings = Value("string"), Value("int32"), List(Value("string"))
    place = {"source": text, "document": text, "slip": text}
    columns: dict[str, dict[str, Any]] = {
        "slips": {
            "id": text,
            "image": Image(),
            "width": number,
            "height": number,
            **place,
            "objects": {
                "bbox": List(List(Value("float32"), length=4)),
                "graph": strings,
                "reading": strings,
                "components": List(strings),
                "order": List(number),
            },
        },
        "glyphs": {
            "id": text,
            "image": Image(),
            "label": text,
            "graph": text,
            "reading": text,
            "components": strings,
            "encoded": Value("bool"),
            "status": text,
            **place,
            "position": number,
        },
        "texts": {"id": text, **place, "graphs": strings, "readings": strings, "text": text},
        "pos": {
            "id": text,
            "tokens": strings,
            "tags": List(ClassLabel(names=bio_labels(tags))),
            "words": List({"start": number, "end": number, "tag": text}),
            "text": text,
        },
    }
    return Features(columns[config])


def bio(length: int, words: Sequence[tuple[int, int, str]]) -> list[str]:
    """The BIO tag of each of ``length`` glyphs under half-open word spans.

    Examples:
        >>> bio(3, [(0, 2, "NOUN")])
        ['B-NOUN', 'I-NOUN', 'O']
    """
    labels = ["O"] * length
    for start, end, tag in words:
        labels[start:end] = [f"B-{tag}", *[f"I-{tag}"] * (end - start - 1)]
    return labels


def tags_of(pos_features: Features) -> tuple[str, ...]:
    """The inverse of ``features("pos", tags)``: the tag set of a file's features."""
    names = pos_features["tags"].feature.names
    return tuple(name[2:] for name in names if name.startswith("B-"))
