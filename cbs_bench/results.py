"""A result: what one run of a task scored, on which data, with which code, as one JSON file.

Schema 2 adds to schema 1 the revision of the code and the checksum of the stored predictions;
results of schema 1 are still read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import Any

from cbs_bench import atomic, predictions
from cbs_bench.errors import InputError, PluginError
from cbs_bench.interfaces import PEERS, TASKS, PredictingTask
from cbs_bench.walk import files_below

SCHEMA = 2
TRACKS = ("scan", "transcription")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a result.

    Attributes:
        kinds: The types it may have in Python.
        meaning: What it holds.
        since: The first schema that requires it; ``None`` for a field that may be absent.
    """

    kinds: tuple[type, ...]
    meaning: str
    since: int | None = 1


FIELDS = {
    "schema": Field((int,), "version of this table"),
    "task": Field((str,), "name of the task"),
    "dataset": Field((str,), "name of the dataset's folder"),
    "fingerprint": Field((str,), "digest of the dataset's rows"),
    "version": Field((str,), "version of cbs_bench", since=2),
    "revision": Field((dict, NoneType), "`commit` and `dirty`; null outside a checkout", since=2),
    "tokenizer": Field((str,), "name of the tokenizer"),
    "granularity": Field((str,), "what most of its tokens are"),
    **{
        role: Field((str,), "the peer, or model in a folder, in that role", since=None)
        for role in PEERS
    },
    "seed": Field((int,), "seed of the run"),
    "settings": Field((dict,), "what the caller chose for the task", since=2),
    "sources": Field((dict,), "role of a plugin to the SHA-256 of its source", since=None),
    "models": Field((dict,), "role of a model of ours to the SHA-256 of its card", since=None),
    "tracks": Field((list,), "scores, one item a track"),
    "predictions": Field((str, NoneType), "SHA-256 of the stored predictions", since=2),
    "seconds": Field((int, float), "wall-clock time of the run", since=2),
    "hardware": Field((dict,), "machine, processor and cores", since=2),
    "python": Field((str,), "version of Python", since=2),
}
TRACK_FIELDS = {
    "track": Field((str,), "`scan` or `transcription`"),
    "split": Field((str,), "the split scored"),
    "slices": Field((dict,), "name to `[correct, predicted, gold]` of every row"),
    "extra": Field((dict,), "further measures", since=2),
    "tags": Field((dict,), "tag to `[correct, predicted, gold]`", since=None),
    "tag_blocks": Field((dict,), "tag to the counts of every block of rows", since=None),
    "segmentation": Field((list,), "counts of every row, tags left out", since=None),
    "confusion": Field((dict,), "gold tag to predicted tag to words of equal span", since=None),
}


def label(tokenizer: str, settings: Mapping[str, Any]) -> str:
    """What tells runs of a tokenizer with other settings apart, in tables and file names.

    Examples:
        >>> label("bpe", {})
        'bpe'
        >>> label("bpe", {"vocab_size": 16000, "budget": {"epochs": 2}})
        'bpe@vocab_size=16000@epochs=2'
        >>> label("bpe", {"guide": "evahan", "guide_fingerprint": "4d6d"})
        'bpe@guide=evahan'
    """
    size = f"@vocab_size={settings['vocab_size']}" if "vocab_size" in settings else ""
    return f"{tokenizer}{size}{setup(settings)}"


def setup(settings: Mapping[str, Any]) -> str:
    """What a run chose beside its tokenizer: only runs alike in it are compared.

    Examples:
        >>> setup({"vocab_size": 16000, "guide": "evahan", "budget": {"epochs": 2}})
        '@guide=evahan@epochs=2'
    """
    guide = {"guide": settings["guide"]} if "guide" in settings else {}
    chosen = {**guide, **settings.get("budget", {})}
    return "".join(f"@{name}={value}" for name, value in chosen.items())


def file_name(result: Mapping[str, Any], seed: int) -> str:
    """The name of a result's file, from the fields that all its seeds share and its tokenizer.

    Examples:
        >>> head = {"dataset": "kyoto", "task": "pos", "tokenizer": "bpe", "settings": {}}
        >>> file_name({**head, "tagger": "crf"}, 0)
        'kyoto-crf-bpe-0.json'
    """
    tokenizer = label(result["tokenizer"], result["settings"])
    return "-".join([result["dataset"], *peers(result), tokenizer, str(seed)]) + ".json"


def peers(result: Mapping[str, Any]) -> list[str]:
    """What tables and file names call those who did a part in place of ours.

    Where a task has several parts for them, one name may stand for another system in each, as the
    folders of a detector and a recogniser do: then the part is told, too.

    Examples:
        >>> peers({"task": "recognition", "recognizer": "mine"})
        ['mine']
        >>> peers({"task": "end_to_end", "recognizer": "mine"})
        ['recognizer=mine']
    """
    names = {role: result[role] for role in PEERS if role in result}
    told = bool(names) and _has_several_parts(result["task"])
    return [f"{role}={name}" if told else name for role, name in names.items()]


def _has_several_parts(task: str) -> bool:
    """Whether several may be done in place of ours; of a task that is not installed, they may."""
    return task not in TASKS.names() or len(TASKS.load(task).info.takes) > 1


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Store a result atomically.

    Raises:
        InputError: If it is none.
        PluginError: If it holds what JSON cannot.
    """
    try:
        text = json.dumps(
            result,
            ensure_ascii=False,
            separators=(",", ":"),
            allow_nan=False,
            default=predictions.plain,
        )
    except (TypeError, ValueError) as error:  # what a plugin measured may be anything
        raise PluginError(
            f"what was measured is no JSON ({error})",
            path=path,
            remedy="see that the plugins that took part give finite numbers and texts",
        ) from error
    validate(json.loads(text), path)
    atomic.write_bytes(path, f"{text}\n".encode())


def read(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """All results below ``folder`` with their paths, in order of the paths.

    Raises:
        InputError: If there is no result, or a file is not one.
    """
    paths = files_below(folder, [".json"]) if folder.is_dir() else []
    if not paths:
        raise InputError("no results", path=folder, remedy="run `cbs-bench run` first")
    return [(path, read_file(path)) for path in paths]


def read_file(path: Path) -> dict[str, Any]:
    """One result.

    Raises:
        InputError: If the file is missing or is not a result.
    """
    try:
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError("no such file", path=path, remedy="give the JSON of a result") from error
    except (OSError, ValueError, RecursionError) as error:
        raise _not_a_result(f"no JSON ({error})", path) from error
    validate(result, path)
    return result


def predictions_fault(result: Mapping[str, Any], path: Path) -> str | None:
    """Why nobody can score a result again; ``None`` where its predictions lie beside it."""
    stored = predictions.path_beside(path)
    found, expected = predictions.checksum(stored), result.get("predictions")
    if found is None and (expected is not None or stores_predictions(result["task"])):
        return f"{stored.name} is missing"
    if found != expected:
        return f"{stored.name} is not what its run stored"
    return None


def stores_predictions(task: str) -> bool:
    """Whether runs of a task leave predictions; a task that is not installed is taken not to."""
    return task in TASKS.names() and issubclass(TASKS.load(task), PredictingTask)


def validate(result: Any, path: Path) -> None:
    """Check the form of a result: its fields, their types, and every count.

    Raises:
        InputError: Naming the first thing that is wrong.
    """
    if not isinstance(result, dict):
        raise _not_a_result("no JSON object", path)
    schema = result.get("schema")
    if not isinstance(schema, int) or not 1 <= schema <= SCHEMA:
        raise _not_a_result(f"its schema is {schema!r}, not 1 to {SCHEMA}", path)
    fault = _fault(result, FIELDS, schema)
    if fault is None and not result["tracks"]:
        fault = "it has no tracks"
    for number, track in enumerate(result["tracks"] if fault is None else ()):
        fault = fault or _track_fault(track, f"tracks[{number}]", schema)
    if fault is not None:
        raise _not_a_result(fault, path)


def _not_a_result(fault: str, path: Path) -> InputError:
    return InputError(f"not a result: {fault}", path=path, remedy="remove it or run the task again")


def _fault(found: Any, fields: Mapping[str, Field], schema: int, where: str = "") -> str | None:
    """What is wrong with the fields of one object; ``None`` if nothing is."""
    if not isinstance(found, dict):
        return f"{where} is no object"
    prefix = f"{where}." if where else ""
    for name in found:
        if name not in fields:
            return f"unknown field {prefix}{name}"
    for name, field in fields.items():
        if name not in found:
            if field.since is not None and field.since <= schema:
                return f"field {prefix}{name} is missing"
        elif not isinstance(found[name], field.kinds) or isinstance(found[name], bool):
            return f"{prefix}{name} is {found[name]!r:.40}, where {field.meaning} is expected"
    return None


def _track_fault(track: Any, where: str, schema: int) -> str | None:
    fault = _fault(track, TRACK_FIELDS, schema, where)
    if fault is not None:
        return fault
    if track["track"] not in TRACKS:
        return f"{where}.track is {track['track']!r}, not one of {', '.join(TRACKS)}"
    if not track["slices"]:
        return f"{where}.slices is empty, where the counts of every row are expected"
    rows = chain.from_iterable(
        ((name, counts) for counts in many) if isinstance(many, list) else [(name, many)]
        for name, many in chain(track["slices"].items(), track.get("tag_blocks", {}).items())
    )
    tags = track.get("tags", {}).items()
    words = (("segmentation", counts) for counts in track.get("segmentation", ()))
    for name, counts in chain(rows, tags, words):
        if not _are_counts(counts):
            return f"{where}: {name!r} holds {counts!r:.40}, not [correct, predicted, gold]"
    for gold, row in track.get("confusion", {}).items():
        if not isinstance(row, dict) or {*map(type, row.values())} - {int}:
            return f"{where}.confusion: {gold!r} holds {row!r:.40}, not words by predicted tag"
    return None


def _are_counts(counts: Any) -> bool:
    match counts:
        case [int(correct), int(predicted), int(gold)] if bool not in map(type, counts):
            return 0 <= correct <= min(predicted, gold)
    return False
