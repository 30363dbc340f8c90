"""Draws the batches of a run beside the learning, each from nothing but the number of its step.

What a run learns from therefore depends neither on the number of processes nor on whether it
was stopped in between.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

Batch = TypeVar("Batch")

MOST = 8
"""Processes that draw."""


@contextmanager
def drawn(batch_of: Callable[[int], Batch], steps: Sequence[int]) -> Iterator[Iterator[Batch]]:
    """The batches of ``steps``, in order, drawn ahead of their use.

    Half of the cores draw them; the others are left to torch until the end. Where processes
    cannot be forked safely, or there is one core, they are drawn when they are asked for.

    Args:
        batch_of: Draws the batch of a step, seeded by its number.
        steps: Their numbers.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    processes = min(cores // 2, MOST)
    loader: DataLoader[Batch] = DataLoader(
        _Steps(batch_of), sampler=steps, batch_size=None, collate_fn=_as_it_is,
        num_workers=processes, worker_init_fn=_be_single,
        multiprocessing_context="fork" if processes else None,
    )  # fmt: skip
    threads = torch.get_num_threads()
    if processes:
        torch.set_num_threads(min(threads, cores - processes))
    try:
        yield iter(loader)
    finally:
        torch.set_num_threads(threads)


class _Steps(Dataset[Any]):
    """A data set whose rows are batches."""

    def __init__(self, batch_of: Callable[[int], Any]) -> None:
        self._batch_of = batch_of

    def __getitem__(self, step: int) -> Any:
        return self._batch_of(step)


def _as_it_is(batch: Any) -> Any:
    """Torch would make tensors of arrays, and lay them into shared memory that may be small."""
    return batch


def _be_single(_: int) -> None:
    """Threads of OpenCV do not survive a fork."""
    cv2.setNumThreads(0)
