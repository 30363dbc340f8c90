"""What this package wrote into an annotation file, so that a person's work is told from its own.

The writers of PAGE and ALTO record a short checksum of every text and box; the readers compare
it with what they find. Where there is no record, as in a file of others, all may be a person's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cbs_bench.dataset.annotations.pages import XYWH

START = "cbs-bench wrote"


@dataclass(frozen=True, slots=True)
class Part:
    """A line, word or glyph as it stands in a file.

    Attributes:
        kind: What to call it.
        name: Its id in the file.
        text: Empty where it has none.
        box: None where it has none.
    """

    kind: str
    name: str
    text: str
    box: XYWH | None


class AsWritten:
    """The record of a file.

    Args:
        notes: What stands where the format keeps such things; another tool's notes are no record.

    Attributes:
        recorded: Whether this package wrote the file, and whoever saved it since kept the record.
    """

    def __init__(self, notes: Iterable[str]) -> None:
        found = next((note for note in notes if note.startswith(START)), None)
        self.recorded = found is not None
        self._checksums = (found or START).removeprefix(START).split()
        self._known = frozenset(self._checksums)

    def text(self, part: Part) -> bool:
        """Whether the text of a part is the one that was written."""
        return _of_text(part) in self._known

    def box(self, part: Part) -> bool:
        """Whether the box of a part is the one that was written."""
        return _of_box(part) in self._known

    def all(self, parts: Iterable[Part]) -> bool:
        """Whether a file has these parts because nobody changed any."""
        return self.recorded and self._checksums == list(_checksums(parts))


def record(parts: Iterable[Part]) -> str:
    """The note by which :class:`AsWritten` knows these parts again."""
    return " ".join([START, *_checksums(parts)])


def _checksums(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        yield _of_text(part)
        yield _of_box(part)


def _of_text(part: Part) -> str:
    return _checksum(part, "text", part.text)


def _of_box(part: Part) -> str:
    return _checksum(part, "box", *(f"{value:.1f}" for value in part.box or ()))


def _checksum(part: Part, *values: str) -> str:
    return hashlib.sha256(" ".join((part.name, *values)).encode()).hexdigest()[:8]
