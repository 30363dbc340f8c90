"""Maps rows over processes, in order and in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from cbs_bench.interfaces import Record, Rejection

CHUNK = 32
AHEAD = 4
"""Chunks under way for each worker: enough that none waits, few enough to stay small."""

Item = Record | Rejection


def in_order(work: Callable[[Record], Item], items: Iterable[Item], workers: int) -> Iterator[Item]:
    """``work`` applied to every record; rejections pass unchanged.

    Args:
        work: A function that a process can import.
        items: Read no further ahead than the workers need.
        workers: One or fewer runs in this process.
    """
    stream = iter(items)
    if workers <= 1:
        for item in stream:
            yield work(item) if isinstance(item, Record) else item
        return
    # Processes are started afresh: a fork would copy the locks of Arrow's threads.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        waiting: deque[Future[list[Item]]] = deque()
        while chunk := list(islice(stream, CHUNK)):
            waiting.append(pool.submit(_chunk, work, chunk))
            if len(waiting) >= workers * AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _chunk(work: Callable[[Record], Item], items: list[Item]) -> list[Item]:
    return [work(item) if isinstance(item, Record) else item for item in items]
