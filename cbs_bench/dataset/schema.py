"""The columns of each config: as ``datasets.Features`` and as the Arrow schema of its files.

Both come from one table in the form in which ``datasets`` keeps features in Parquet metadata, so
that a build need not import ``datasets``, which takes longer than reading ten thousand images.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cbs_bench.script.tagsets import bio_labels

if TYPE_CHECKING:
    from datasets import Features
    from pyarrow import DataType, Schema

CONFIGS = ("slips", "glyphs", "texts", "pos")


def columns(config: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    """The features of one config, as Parquet metadata spell them.

    Args:
        config: ``slips``, ``glyphs``, ``texts`` or ``pos``.
        tags: The tag set of the corpus, without ``B-`` and ``I-``; used by ``pos`` only.
    """
    text, number, image = _value("string"), _value("int32"), {"_type": "Image"}
    strings = _list(text)
    place = {"source": text, "document": text, "slip": text}
    known: dict[str, dict[str, Any]] = {
        "slips": {
            "id": text,
            "image": image,
            "width": number,
            "height": number,
            **place,
            "objects": {
                "bbox": _list(_list(_value("float32"), length=4)),
                "graph": strings,
                "reading": strings,
                "components": _list(strings),
                "order": _list(number),
            },
        },
        "glyphs": {
            "id": text,
            "image": image,
            "label": text,
            "graph": text,
            "reading": text,
            "components": strings,
            "encoded": _value("bool"),
            "status": text,
            **place,
            "position": number,
        },
        "texts": {"id": text, **place, "graphs": strings, "readings": strings, "text": text},
        "pos": {
            "id": text,
            "tokens": strings,
            "tags": _list({"names": bio_labels(tags), "_type": "ClassLabel"}),
            "words": _list({"start": number, "end": number, "tag": text}),
            "text": text,
        },
    }
    return known[config]


def features(config: str, tags: Sequence[str] = ()) -> Features:
    """The features of one config; arguments as for :func:`columns`."""
    from datasets import Features

    return Features.from_dict(columns(config, tags))


def arrow_schema(config: str, tags: Sequence[str] = ()) -> Schema:
    """``features(config, tags).arrow_schema``, without ``datasets``."""
    import pyarrow as pa

    found = columns(config, tags)
    metadata = {"huggingface": json.dumps({"info": {"features": found}})}
    return pa.schema([(name, _arrow(kind)) for name, kind in found.items()], metadata)


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


def _value(dtype: str) -> dict[str, Any]:
    return {"dtype": dtype, "_type": "Value"}


def _list(feature: dict[str, Any], **length: int) -> dict[str, Any]:
    return {"feature": feature, **length, "_type": "List"}


def _arrow(kind: Mapping[str, Any]) -> DataType:
    """The Arrow type of a feature; a mapping of names to features is a struct."""
    import pyarrow as pa

    match kind.get("_type"):
        case "Value":
            return pa.type_for_alias(kind["dtype"])
        case "Image":
            return pa.struct({"bytes": pa.binary(), "path": pa.string()})
        case "ClassLabel":
            return pa.int64()
        case "List":
            return pa.list_(_arrow(kind["feature"]), kind.get("length", -1))
        case _:
            return pa.struct([(name, _arrow(part)) for name, part in kind.items()])
