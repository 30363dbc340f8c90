"""What a corpus builder promises, and what it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from cbs_bench.registry import Registry


@dataclass(frozen=True, slots=True)
class CorpusInfo:
    """What the dataset card says of a corpus.

    Attributes:
        title: The corpus's name.
        summary: One paragraph: what the rows are and where they come from.
        licence: The licence its source states, or ``unknown``.
        citation: How to cite the source.
        homepage: Where the raw data are published.
        limits: Known limits, one sentence each.
    """

    title: str
    summary: str
    licence: str
    citation: str
    homepage: str
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One row on its way into a dataset.

    Attributes:
        config: ``slips``, ``glyphs``, ``texts`` or ``pos``.
        row: The columns of that config. An image is its encoded bytes or an
            :class:`ImageRef`; the writer checks it.
        where: File and row in the raw data, for messages.
        group: Rows of one group never part between splits: the slip.
        document: The coarser group, used where a corpus has enough documents.
        split: ``train``, ``validation`` or ``test`` where the source fixes it.
    """

    config: str
    row: Mapping[str, Any]
    where: str
    group: str
    document: str
    split: str | None = None


class ImageRef(NamedTuple):
    """An encoded image left where it lies until a worker reads it.

    Attributes:
        path: The image file, or the zip archive that holds it.
        member: The name inside the archive; ``None`` for a plain file.
        place: Where the member lies inside the archive, if that is known already: offset,
            packed size, size, method and checksum.
        upright: Whether to turn it by its EXIF mark and re-encode what readers get wrong, such
            as 16-bit or CMYK pixels; otherwise its bytes are kept as they are.
        box: Left, top, width and height in pixels of the upright image to cut out.
    """

    path: Path
    member: str | None = None
    place: tuple[int, int, int, int, int] | None = None
    upright: bool = False
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A raw row that was left out, and why; written to ``rejected.jsonl``."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What the command line tells every builder.

    Attributes:
        ids: A table of ideographic description sequences to use instead of the installed one.
        orthography: Label counts by which a text is respelled as the slips would write it.
        seed: Seeds every random choice.
    """

    ids: Path | None = None
    orthography: Path | None = None
    seed: int = 0


class CorpusBuilder(ABC):
    """Turns one corpus's raw files into records; one subclass a file in ``builders/``.

    Attributes:
        info: What the dataset card says of it.
        takes: Which of the files ``ids`` and ``orthography`` of :class:`BuildOptions` it uses;
            the writer refuses the others. Most corpora have components and take ``ids``.
    """

    info: ClassVar[CorpusInfo]
    takes: ClassVar[frozenset[str]] = frozenset({"ids"})

    def __init__(self, options: BuildOptions | None = None) -> None:
        self.options = options or BuildOptions()

    @abstractmethod
    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield the rows of the corpus at ``raw`` in a stable order.

        Args:
            raw: The folder or file with the raw data, perhaps an archive; ``None`` for a
                corpus that is part of the package.

        Raises:
            InputError: If ``raw`` as a whole is not this corpus.
        """

    def documents(self, raw: Path | None) -> Iterator[str]:
        """The document of each row whose split is not fixed, perhaps repeated.

        The writer asks before it reads the rows. Override it where rows are costly to make.
        """
        for record in self.records(raw):
            if isinstance(record, Record) and record.split is None:
                yield record.document


BUILDERS: Registry[CorpusBuilder] = Registry(
    kind="builder", package="builders", group="cbs_bench.builders", interface=CorpusBuilder
)
