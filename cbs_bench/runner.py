"""Runs a task for every tokenizer and seed and writes one JSON a run.

Runs that are there already, with the same data, settings and version, are not repeated.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cbs_bench import __version__
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES, TASKS, RunRequest

SCHEMA_VERSION = 1


def run(
    task: str,
    *,
    data: Path,
    tokenizers: Sequence[str],
    seeds: int,
    out: Path,
    settings: dict[str, Any] | None = None,
    workers: int | None = None,
    done: Callable[[Path], None] = lambda path: None,
) -> list[Path]:
    """Fill ``out`` with the results of every tokenizer and seed.

    Args:
        task: Name of the task.
        data: Folder of a built dataset.
        tokenizers: Registry names; one of them is enough for a task that compares none.
        seeds: Number of seeds, from 0.
        out: Folder of results.
        settings: What the task lets a caller choose, such as ``{"vocab_size": 8000}``.
        workers: Processes; by default one a core.
        done: Called with the path of each result, new or found.

    Returns:
        The results of this request, in order of tokenizer and seed.

    Raises:
        InputError: If a name is unknown or the data are not a dataset; nothing is run then.
    """
    from cbs_bench.dataset import reader

    info = TASKS.load(task).info
    for name in tokenizers:
        BASELINES.load(name)
    fingerprint = reader.fingerprint(data)
    missing = [config for config in info.needs if config not in reader.configs(data)]
    if missing:
        raise InputError(
            f"task {task!r} needs the config {missing[0]!r}",
            path=data,
            remedy=f"the dataset has {', '.join(reader.configs(data))}",
        )
    if not info.compares_tokenizers:
        # Nothing would differ between the cells but their names.
        tokenizers, seeds = tokenizers[:1], 1
    folder = out / task
    folder.mkdir(parents=True, exist_ok=True)
    requests = [
        RunRequest(data, tokenizer, seed, settings or {})
        for tokenizer in tokenizers
        for seed in range(seeds)
    ]
    identity = {"task": task, "fingerprint": fingerprint, "version": __version__}
    todo = [r for r in requests if not _is_done(_path(folder, r), r, identity)]
    for request in requests:
        if request not in todo:
            done(_path(folder, request))
    for path in _execute(task, todo, folder, identity, workers or os.cpu_count() or 1):
        done(path)
    return [_path(folder, request) for request in requests]


def _execute(
    task: str, todo: list[RunRequest], folder: Path, identity: dict[str, Any], workers: int
) -> Iterator[Path]:
    if not todo:
        return
    if workers == 1 or len(todo) == 1:
        for request in todo:
            yield run_one(task, request, folder, identity)
        return
    # Spawned, because a forked child would inherit the thread pools of onnxruntime and BLAS.
    with ProcessPoolExecutor(
        min(workers, len(todo)), mp_context=get_context("spawn"), initializer=_one_thread
    ) as pool:
        futures = [pool.submit(run_one, task, r, folder, identity) for r in todo]
        for future in as_completed(futures):
            yield future.result()


def run_one(task: str, request: RunRequest, folder: Path, identity: dict[str, Any]) -> Path:
    """Run one cell and write its JSON atomically.

    Returns:
        The path of the result.
    """
    began = time.perf_counter()
    tracks = list(TASKS.load(task)().run(request))
    result = {
        "schema": SCHEMA_VERSION,
        **identity,
        "dataset": request.data.resolve().name,
        "tokenizer": request.tokenizer,
        "granularity": BASELINES.load(request.tokenizer).granularity,
        "seed": request.seed,
        "settings": dict(request.settings),
        "tracks": tracks,
        "seconds": round(time.perf_counter() - began, 2),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count()},
        "python": platform.python_version(),
    }
    path = _path(folder, request)
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(result, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)
    return path


def _path(folder: Path, request: RunRequest) -> Path:
    name = f"{request.data.resolve().name}-{request.tokenizer}-{request.seed}.json"
    return folder / name


def _is_done(path: Path, request: RunRequest, identity: dict[str, Any]) -> bool:
    if not path.is_file():
        return False
    stored = json.loads(path.read_text(encoding="utf-8"))
    wanted = {**identity, "settings": dict(request.settings)}
    return all(stored.get(key) == value for key, value in wanted.items())


def _one_thread() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
