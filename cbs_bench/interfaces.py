"""What a corpus builder, a tokenizer and a task promise, and the registries of each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

from cbs_bench.predictions import Predictions
from cbs_bench.registry import Registry
from cbs_bench.types import Box, Glyph, Granularity, Recognition, Sentence, Token, Word

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    ImageSource = Path | str | bytes | npt.NDArray[np.uint8]


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
    """Turns one corpus's raw files into records; one subclass a file in ``builders/``."""

    info: ClassVar[CorpusInfo]

    def __init__(self, options: BuildOptions | None = None) -> None:
        self.options = options or BuildOptions()

    @abstractmethod
    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield the rows of the corpus at ``raw`` in a stable order.

        Args:
            raw: The folder, archive or file with the raw data; ``None`` for a corpus that
                is part of the package.

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


class SlipTokenizer(ABC):
    """Cuts a sequence of glyphs into tokens; one subclass a file in ``baselines/``.

    A text comes as its glyphs, one string each: a code point, or a composition such as
    ``{日止頁}``. Spans count glyphs.

    Attributes:
        granularity: What most of its tokens are; tables compare the system with the best
            ``subword`` tokenizer.
        reversible: Whether :meth:`detokenize` gives back every text, glyphs never seen in
            training included.
    """

    granularity: ClassVar[Granularity]
    reversible: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def train(cls, texts: Iterable[Sequence[str]], *, vocab_size: int, seed: int) -> SlipTokenizer:
        """Learn the vocabulary from the glyphs of the training texts."""

    @abstractmethod
    def tokenize(self, glyphs: Sequence[str]) -> list[Token]:
        """Tokens in order; together they cover every glyph."""

    def tokenize_reading(self, glyphs: Sequence[Glyph]) -> list[Token]:
        """Tokens of glyphs read from a scan; by default those of their first candidates."""
        return self.tokenize([glyph.graph for glyph in glyphs])

    def detokenize(self, tokens: Sequence[Token]) -> str:
        """The text that tokens say, as far as they do; by default their texts end to end."""
        return "".join(token.text for token in tokens)

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The whole tokenizer; equal tokenizers give equal bytes."""

    @classmethod
    @abstractmethod
    def from_bytes(cls, data: bytes) -> SlipTokenizer:
        """The inverse of :meth:`to_bytes`."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One cell of a benchmark: a task on a dataset with one tokenizer and one seed.

    Attributes:
        data: Folder of a built dataset.
        tokenizer: Registry name; :data:`NO_TOKENIZER` for a tagger that cuts glyphs by itself.
        seed: Seeds whatever is random.
        settings: What the task lets a caller choose.
        detector: Registry name of a peer, or a model folder; ``None`` for the shipped detector.
        recognizer: Registry name of a peer, or a model folder; ``None`` for the shipped one.
        tagger: Registry name of a peer that tags; ``None`` for our own tagger.
    """

    data: Path
    tokenizer: str
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    detector: str | None = None
    recognizer: str | None = None
    tagger: str | None = None


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """What a table says of a task.

    Attributes:
        summary: One line.
        metric: What ``precision``, ``recall`` and ``f1`` are counted over.
        needs: The dataset configs it reads.
        compares_tokenizers: Whether its score depends on the tokenizer.
        takes: The roles that a peer may play in it: ``detector``, ``recognizer``, ``tagger``.
    """

    summary: str
    metric: str
    needs: tuple[str, ...]
    compares_tokenizers: bool = True
    takes: tuple[str, ...] = ()


NO_TOKENIZER = "none"
"""Stands for the tokenizer in results of a peer that takes none."""

NO_TAG = ""
"""The tag of a word that is only cut out; without tags the segmentation alone is scored."""


class WordTagger(ABC):
    """Cuts glyphs into words and tags them; one subclass a file in ``baselines/taggers/``.

    Attributes:
        takes_tokens: Whether it reads the tokens of a tokenizer; one that cuts glyphs by
            itself is run once, without tokenizer.
        tagset: The tags it gives: ``None`` for those it is trained on, none at all for a
            segmenter. Only its segmentation is scored on gold tags outside of them.
    """

    takes_tokens: ClassVar[bool]
    tagset: ClassVar[tuple[str, ...] | None] = None

    @classmethod
    @abstractmethod
    def train(
        cls,
        request: RunRequest,
        tokenizer: SlipTokenizer | None,
        train: Sequence[Sentence],
        validation: Sequence[Sentence],
    ) -> WordTagger:
        """A tagger ready to use.

        Args:
            request: The cell of the benchmark: names, seed and settings.
            tokenizer: The trained tokenizer whose tokens it reads; ``None`` if it takes none.
            train: Sentences to learn from.
            validation: Sentences to choose by; never the test split.

        Raises:
            PluginError: If a package or a model that it needs is missing.
        """

    @classmethod
    def label(cls, name: str, settings: Mapping[str, Any]) -> str:
        """What results call it.

        Args:
            name: Its registry name.
            settings: Those of the run.

        Raises:
            PluginError: If the settings lack what it needs.
        """
        return name

    @abstractmethod
    def tag(self, texts: Sequence[Sequence[str]]) -> list[list[Word]]:
        """The words of each text, in order, as spans over its glyphs."""

    def tag_reading(self, glyphs: Sequence[Glyph]) -> list[Word]:
        """The words of glyphs read from a scan; by default of their first candidates."""
        return self.tag([[glyph.graph for glyph in glyphs]])[0]

    def measures(self) -> dict[str, Any]:
        """What it can tell of its training, as JSON values."""
        return {}

    def tally(self) -> dict[str, int]:
        """What it counted at work since it was asked last, such as answers it could not read."""
        return {}


class GlyphDetector(ABC):
    """Finds the characters on a scan; one subclass a file in ``baselines/detectors/``."""

    @classmethod
    @abstractmethod
    def load(cls) -> GlyphDetector:
        """A detector ready to use.

        Raises:
            PluginError: If a package or a model that it needs is missing.
        """

    @abstractmethod
    def detect(self, image: ImageSource) -> list[Box]:
        """Boxes of the characters in reading order, in pixels of the image.

        Args:
            image: A path, encoded bytes, or uint8 pixels ``[height, width]`` or
                ``[height, width, 3]`` (RGB).
        """

    def rank(self, image: ImageSource) -> list[Box]:
        """What average precision ranks by confidence; by default the boxes of :meth:`detect`."""
        return self.detect(image)


class GlyphRecognizer(ABC):
    """Names the characters on crops; one subclass a file in ``baselines/recognizers/``.

    Attributes:
        threshold: Confidence below which a reader should trust the components instead.
    """

    threshold: float

    @classmethod
    @abstractmethod
    def load(cls) -> GlyphRecognizer:
        """A recogniser ready to use.

        Raises:
            PluginError: If a package or a model that it needs is missing.
        """

    @abstractmethod
    def predict(self, crops: Sequence[ImageSource]) -> list[Recognition]:
        """What each crop of one character shows; at least one candidate a crop."""


class Task(ABC):
    """Trains where it must, predicts and counts; one subclass a file in ``cbs_bench/tasks/``."""

    info: ClassVar[TaskInfo]

    @abstractmethod
    def run(self, request: RunRequest) -> Iterator[dict[str, Any]]:
        """Score the test split.

        Yields:
            One mapping for each track: ``track``, ``split``, ``slices`` (name to a list of
            ``[true positives, predicted, gold]``, one entry a sentence or scan, so that tables
            re-aggregate and bootstraps pair) and, under ``extra``, further measures.
        """


Gold = TypeVar("Gold")


class PredictingTask(Task, Generic[Gold]):
    """A task that parts what a system said from what that is worth.

    The runner keeps the predictions, and whoever has them and the dataset can score them again
    without the tokenizer or a model.
    """

    @abstractmethod
    def predict(self, request: RunRequest) -> Iterator[Predictions]:
        """What the system says on each track, one row a row of the gold standard."""

    @abstractmethod
    def gold(self, data: Path) -> Gold:
        """What the predictions are held against, from the dataset alone.

        Raises:
            InputError: If the dataset has none.
        """

    @abstractmethod
    def score(self, predictions: Predictions, gold: Gold) -> dict[str, Any]:
        """One track as :meth:`Task.run` yields it, from predictions new or stored.

        Raises:
            DataError: If the predictions are not of the rows of the dataset.
        """

    def run(self, request: RunRequest) -> Iterator[dict[str, Any]]:
        """Predict, then score."""
        gold = self.gold(request.data)
        for predictions in self.predict(request):
            yield self.score(predictions, gold)


BUILDERS: Registry[CorpusBuilder] = Registry(
    kind="builder", package="builders", group="cbs_bench.builders", interface=CorpusBuilder
)
BASELINES: Registry[SlipTokenizer] = Registry(
    kind="tokenizer", package="baselines", group="cbs_bench.tokenizers", interface=SlipTokenizer
)
TAGGERS: Registry[WordTagger] = Registry(
    kind="tagger", package="baselines.taggers", group="cbs_bench.taggers", interface=WordTagger
)
DETECTORS: Registry[GlyphDetector] = Registry(
    kind="detector",
    package="baselines.detectors",
    group="cbs_bench.detectors",
    interface=GlyphDetector,
)
RECOGNIZERS: Registry[GlyphRecognizer] = Registry(
    kind="recognizer",
    package="baselines.recognizers",
    group="cbs_bench.recognizers",
    interface=GlyphRecognizer,
)
TASKS: Registry[Task] = Registry(
    kind="task", package="cbs_bench.tasks", group="cbs_bench.tasks", interface=Task
)
