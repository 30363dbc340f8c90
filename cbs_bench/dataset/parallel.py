"""Maps tasks over threads or processes, in order and in bounded memory."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from cbs_bench.errors import InputError

AHEAD = 4
"""Tasks under way for each worker: enough that none waits, few enough to stay small."""

MOST_THREADS = 4

A_MOMENT = 0.5
"""Seconds in which a signal that ended a worker reaches this process as well."""

Kept = TypeVar("Kept")
Sent = TypeVar("Sent")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Sent], Result], tasks: Iterable[tuple[Kept, Sent]], workers: int
) -> Iterator[tuple[Kept, Result]]:
    """Every task with what ``work`` makes of it.

    Args:
        work: A function that a process can import.
        tasks: What stays in this process, and what is sent to a worker; read no further ahead
            than the workers need.
        workers: Processes; with one or fewer the work stays in this process, on a few threads,
            because decoding images and reading files let other threads run.

    Raises:
        InputError: If a process is killed, which mostly means that memory ran out.
    """
    pool: Executor
    if workers <= 1:
        workers = min(os.cpu_count() or 1, MOST_THREADS)
        pool = ThreadPoolExecutor(workers)
    else:
        pool = fresh_processes(workers)
        for _ in range(workers):
            pool.submit(abs, 0)  # they start while the first tasks are being read
    with ended_early(pool):
        waiting: deque[tuple[Kept, Future[Result]]] = deque()
        for kept, sent in tasks:
            waiting.append((kept, pool.submit(work, sent)))
            if len(waiting) >= workers * AHEAD:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()


def fresh_processes(workers: int) -> ProcessPoolExecutor:
    """Spawned ones: a fork would copy the locks of the threads of Arrow, onnxruntime and BLAS."""
    context = get_context("spawn")
    # Ctrl-C reaches every process of a terminal: the first one speaks, workers end in silence.
    end = (signal.SIGINT, signal.SIG_DFL)
    return ProcessPoolExecutor(workers, mp_context=context, initializer=signal.signal, initargs=end)


@contextmanager
def ended_early(pool: Executor) -> Iterator[None]:
    """Drops what is still waiting in the pool where something fails.

    Raises:
        InputError: If a process is killed, which mostly means that memory ran out.
    """
    try:
        yield
    except BrokenProcessPool as error:
        # Ctrl-C ends the workers as well; it may be heard no sooner than here.
        time.sleep(A_MOMENT)
        raise InputError(
            "a worker process was killed", remedy="free some memory, or ask for fewer --workers"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
