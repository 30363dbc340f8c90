"""What every export is given: one scan with the glyphs read on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from cbs_bench.errors import DataError
from cbs_bench.tokenizer.reading import SlipReading
from cbs_bench.types import Box, Glyph
from cbs_bench.vision.reading_order import columns_of
from cbs_bench.vision.turning import turned_box


@dataclass(frozen=True, slots=True)
class ScanReading:
    """One scan as it was read.

    Attributes:
        name: File name of the image, or id of the dataset's row.
        width: Of the image, in pixels.
        height: Of the image, in pixels.
        reading: Its glyphs and tokens.
        models: Checksum of what read it, :attr:`MultiGranularityTokenizer.checksum`.
        path: The image; ``None`` for a row of a dataset.
        digest: Of the image file, :attr:`~cbs_bench.scans.Scan.digest`.
    """

    name: str
    width: int
    height: int
    reading: SlipReading
    models: str
    path: Path | None = None
    digest: str = ""

    @property
    def glyphs(self) -> tuple[Glyph, ...]:
        """The glyphs in reading order."""
        return self.reading.glyphs

    @property
    def clockwise(self) -> int:
        """Degrees by which the scan has to be turned clockwise to stand upright: -90 to 180."""
        return {0: 0, 1: -90, 2: 180, 3: 90}[self.reading.quarters]

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "scan": self.name,
            "width": self.width,
            "height": self.height,
            "models": self.models,
            "digest": self.digest,
            **self.reading.as_dict(),
        }

    def as_json(self) -> str:
        """The JSON form in one line."""
        return json.dumps(self.as_dict(), ensure_ascii=False)

    def as_text(self) -> str:
        """The name, a tab, and what was read, glyph by glyph."""
        return f"{self.name}\t{' '.join(map(text_of, self.glyphs))}"

    def columns(self) -> list[list[Glyph]]:
        """The glyphs in reading order, by the columns that this order goes down."""
        boxes = [self._upright(glyph.box) for glyph in self.glyphs]
        column_of = {box: n for n, column in enumerate(columns_of(boxes)) for box in column}
        placed = zip(boxes, self.glyphs, strict=True)
        columns = groupby(placed, key=lambda place: column_of[place[0]])
        return [[glyph for _, glyph in column] for _, column in columns]

    def _upright(self, box: Box) -> Box:
        """Where a box stands on the scan as it was read."""
        return turned_box(box, self.reading.quarters, height=self.height, width=self.width)


class Sink(Protocol):
    """Where readings go, and which are there already."""

    def done(self, scan: str, digest: str = "") -> bool:
        """Whether the scan of this name was written before.

        Raises:
            DataError: If it was another image, as far as the digests tell.
        """

    def write(self, scan: ScanReading) -> None:
        """Write one scan, so that a crash afterwards does not lose it."""


class Provenance(NamedTuple):
    """What a file of a scan tells of how it came to be.

    Attributes:
        models: Checksum of the models; ``None`` where it tells none.
        digest: Of the image; empty where it tells none.
        changed: Whether a person has changed what the models read.
    """

    models: str | None
    digest: str
    changed: bool


def was_read(scan: str, digest: str, known: str | None, out: Path, remedy: str) -> bool:
    """Whether a scan was read before.

    Args:
        scan: Its name.
        digest: Of its image now.
        known: Of the image that was read under this name; ``None`` where none was.
        out: Where it was read into.
        remedy: What to do if it was another image.

    Raises:
        DataError: If it was another image, as far as the digests tell.
    """
    if known and digest and known != digest:
        problem = f"another image of this name was read into {out}"
        raise DataError(problem, path=scan, remedy=remedy)
    return known is not None


def text_of(glyph: Glyph) -> str:
    """What an editor would be shown: the graph, or its components where it is not sure."""
    if glyph.sure or not glyph.components:
        return glyph.graph
    return "{" + "".join(glyph.components) + "}"


def confidence_of(glyph: Glyph) -> float | None:
    """The probability of :func:`text_of`; a guess by components mostly has none."""
    return dict(glyph.candidates).get(text_of(glyph))


def alternatives(glyph: Glyph) -> Iterator[tuple[str, float]]:
    """The candidates other than :func:`text_of`, most probable first."""
    shown = text_of(glyph)
    return (candidate for candidate in glyph.candidates if candidate[0] != shown)


def around(glyphs: Sequence[Glyph]) -> Box:
    """The smallest box that holds all glyphs."""
    left, top = min(g.box.x for g in glyphs), min(g.box.y for g in glyphs)
    right = max(g.box.x + g.box.width for g in glyphs)
    bottom = max(g.box.y + g.box.height for g in glyphs)
    return Box(left, top, right - left, bottom - top)
