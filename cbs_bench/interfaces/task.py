"""What a task of the benchmark promises, and what it is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from cbs_bench.predictions import Predictions
from cbs_bench.registry import Registry

NO_TOKENIZER = "none"
"""Stands for the tokenizer in results of a peer, or a task, that takes none."""


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
        guide: Folder of another tagged dataset, a tagger of which guides our own.
    """

    data: Path
    tokenizer: str
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    detector: str | None = None
    recognizer: str | None = None
    tagger: str | None = None
    guide: Path | None = None


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """What a table says of a task.

    Attributes:
        summary: One line.
        metric: What ``precision``, ``recall`` and ``f1`` are counted over.
        needs: The dataset configs it reads.
        compares_tokenizers: Whether its score depends on the tokenizer.
        takes: The roles that a peer may play in it, and the system without one: ``detector``,
            ``recognizer``, ``tagger``.
        reads_slips: Whether the shipped detector and recogniser read the slips of a dataset that
            has any, though no peer may in their place.
    """

    summary: str
    metric: str
    needs: tuple[str, ...]
    compares_tokenizers: bool = True
    takes: tuple[str, ...] = ()
    reads_slips: bool = False


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


TASKS: Registry[Task] = Registry(
    kind="task", package="cbs_bench.tasks", group="cbs_bench.tasks", interface=Task
)
