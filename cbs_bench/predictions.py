"""What a system said, row by row, kept beside its scores so that anyone can score it again.

A file ``<result>.predictions.jsonl.gz`` holds one JSON object a line: ``track``, ``split``, the
``id`` of the row of the dataset, and what the task stores. Equal predictions give equal bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cbs_bench import atomic
from cbs_bench.errors import DataError, InputError
from cbs_bench.wording import counted

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a system said on one track.

    Attributes:
        track: ``scan`` or ``transcription``.
        split: The split predicted.
        rows: One a row of the gold standard, in its order: the row's ``id`` and JSON values.
        measures: What only the run itself can tell, such as its learning curve.
    """

    track: str
    split: str
    rows: Sequence[Row]
    measures: Mapping[str, Any] = field(default_factory=dict)

    def of(self, ids: Sequence[str]) -> Sequence[Row]:
        """The rows, if they are those of ``ids``.

        Raises:
            DataError: If one is missing, one too many or out of order.
        """
        if len(self.rows) != len(ids):
            raise DataError(
                f"{counted(len(self.rows), 'prediction')} on the {self.track} track for "
                f"{counted(len(ids), 'row')}",
                remedy=f"predict every row of the {self.split} split once",
            )
        for number, (row, expected) in enumerate(zip(self.rows, ids, strict=True), start=1):
            if row.get("id") != expected:
                raise DataError(
                    f"a prediction on the {self.track} track for {row.get('id')!r}, "
                    f"where the dataset has {expected!r}",
                    row=number,
                    remedy="keep the order of the dataset",
                )
        return self.rows


def path_beside(result: Path) -> Path:
    """Where the predictions of a result lie."""
    return result.with_suffix(".predictions.jsonl.gz")


def write(path: Path, tracks: Iterable[Predictions]) -> str:
    """Store predictions atomically.

    Returns:
        The SHA-256 of the file.
    """
    lines = (
        json.dumps(
            {"track": track.track, "split": track.split, **row},
            ensure_ascii=False,
            separators=(",", ":"),
            default=plain,
        )
        for track in tracks
        for row in track.rows
    )
    text = "".join(f"{line}\n" for line in lines)
    content = gzip.compress(text.encode("utf-8"), mtime=0)
    atomic.write_bytes(path, content)
    return hashlib.sha256(content).hexdigest()


def plain(value: Any) -> Any:
    """A number or an array of numpy as Python's own, for JSON; plugins give them.

    Raises:
        TypeError: If it is neither.
    """
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r:.40} is no value of JSON")


def checksum(path: Path) -> str | None:
    """The SHA-256 of stored predictions; ``None`` where there are none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def read(path: Path) -> list[Predictions]:
    """Stored predictions, one item a track, in the order of their first lines.

    Raises:
        InputError: If the file is missing or is not one of predictions.
    """
    tracks: dict[tuple[str, str], list[Row]] = {}
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                place = str(row.pop("track")), str(row.pop("split"))
                tracks.setdefault(place, []).append(row)
    except FileNotFoundError as error:
        raise InputError(
            "no predictions", path=path, remedy="keep them beside their result"
        ) from error
    except (
        OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError,
        RecursionError,
    ) as error:  # fmt: skip
        raise InputError(
            f"not a file of predictions ({error!r})", path=path, remedy="run the task again"
        ) from error
    return [Predictions(track, split, rows) for (track, split), rows in tracks.items()]
