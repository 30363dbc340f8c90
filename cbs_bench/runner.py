"""Runs a task for every tokenizer and seed; each run leaves a result and its predictions.

Runs that are there already, with the same version, settings, plugins and models, are not repeated.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, get_args

from cbs_bench import __version__, predictions, results, revision, source
from cbs_bench.cast import VECTORS, Cast
from cbs_bench.errors import InputError, PluginError
from cbs_bench.interfaces import (
    BASELINES,
    NO_TOKENIZER,
    PEERS,
    TASKS,
    PredictingTask,
    RunRequest,
    Task,
)
from cbs_bench.report.board import SYSTEM
from cbs_bench.types import Granularity
from cbs_bench.vision.choice import SHIPPED, model_folder

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

OURS = frozenset({"cbs_bench", "baselines"})
"""The packages with plugins of ours that take part in runs."""

MOST_SEEDS = 1000
"""Many times what a bootstrap needs; each is a run of its own."""


def run(
    task: str,
    *,
    data: Path,
    seeds: int,
    out: Path,
    tokenizers: Sequence[str] = (),
    peers: Mapping[str, str] | None = None,
    guide: Path | None = None,
    settings: dict[str, Any] | None = None,
    workers: int | None = None,
    done: Callable[[Path], None] = lambda path: None,
    again: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Fill ``out`` with the results of every tokenizer and seed.

    Args:
        task: Name of the task.
        data: Folder of a built dataset.
        seeds: Number of seeds, from 0; :data:`MOST_SEEDS` at most. What uses no tokenizer runs
            once.
        out: Folder of results.
        tokenizers: Registry names; by default the system. A task that compares none runs without,
            or as the system where its models take part.
        peers: Role to the registry name of whoever plays it in place of ours; for a detector
            or recogniser also the folder of a model.
        guide: Folder of another tagged dataset, a tagger of which guides ours.
        settings: What the task lets a caller choose, such as ``{"vocab_size": 8000}``.
        workers: Processes; by default one a core.
        done: Called with the path of each result, new or found.
        again: Called with a line on each result that is there and is run again, which says why.

    Returns:
        The results of this request, in order of tokenizer and seed.

    Raises:
        InputError: If a name is unknown, there are too many seeds, nobody would use a setting, the
            data are not a dataset, or results of other data of that name are there; nothing is
            run then.
        PluginError: If a plugin fails.
    """
    from cbs_bench.dataset import reader

    info = TASKS.load(task).info
    for name in tokenizers:
        _granularity(name)
    if seeds > MOST_SEEDS:
        raise InputError(f"{seeds:,} seeds", remedy=f"give {MOST_SEEDS:,} at most")
    peers = peers or {}
    cast = Cast(task, info, peers)
    shown = cast.shown(settings or {})
    cast.refuse_unused(settings or {}, guide)
    fingerprint = reader.fingerprint(data)
    _refuse_without(info.needs, data, f"task {task!r}")
    models = cast.models(reader.configs(data))
    guided = _guided(guide, fingerprint) if guide else {}
    tokenizers, seeds = cast.distinct(tokenizers or [SYSTEM], seeds)
    folder = out / task
    folder.mkdir(parents=True, exist_ok=True)
    head = {
        "schema": results.SCHEMA,
        "task": task,
        "dataset": data.resolve().name,
        "fingerprint": fingerprint,
        "version": __version__,
        "revision": revision.current(),
        "settings": {**(settings or {}), **guided},
        **({"models": models} if models else {}),
        **shown,
    }
    requests = [
        RunRequest(data, tokenizer, seed, settings or {}, **peers, guide=guide)
        for tokenizer in tokenizers
        for seed in range(seeds)
    ]
    todo = []
    for request in requests:
        path = _path(folder, request, head)
        if not path.is_file():
            todo.append(request)
        elif change := _change(path, request, head):
            again(f"{path}: run again, because {change}")
            todo.append(request)
        else:
            done(path)
    for path in _execute(todo, folder, head, workers or os.cpu_count() or 1):
        done(path)
    return [_path(folder, request, head) for request in requests]


def _refuse_without(configs: Sequence[str], data: Path, who: str) -> None:
    from cbs_bench.dataset import reader

    missing = [config for config in configs if config not in reader.configs(data)]
    if missing:
        raise InputError(
            f"{who} needs the config {missing[0]!r}",
            path=data,
            remedy=f"the dataset has {', '.join(reader.configs(data))}",
        )


def _guided(guide: Path, fingerprint: str) -> dict[str, str]:
    """What a result tells of the dataset whose tagger guides ours.

    Raises:
        InputError: If ``guide`` has nothing new to tell.
    """
    from cbs_bench.dataset import reader

    _refuse_without(("pos",), guide, "a guide")
    told = {"guide": guide.resolve().name, "guide_fingerprint": reader.fingerprint(guide)}
    if told["guide_fingerprint"] == fingerprint:
        raise InputError(
            "a guide that learned the same sentences", path=guide, remedy="give another corpus"
        )
    return told


def _execute(
    todo: list[RunRequest], folder: Path, head: dict[str, Any], workers: int
) -> Iterator[Path]:
    from cbs_bench.dataset import parallel

    if not todo:
        return
    if workers == 1 or len(todo) == 1:
        for request in todo:
            yield run_one(request, folder, head)
        return
    pool = parallel.fresh_processes(min(workers, len(todo)))
    with parallel.ended_early(pool):
        with _one_thread_each():
            futures = [pool.submit(run_one, r, folder, head) for r in todo]
        for future in as_completed(futures):
            yield future.result()


def run_one(request: RunRequest, folder: Path, head: dict[str, Any]) -> Path:
    """Run one cell and write its result, after its predictions, each atomically.

    Args:
        request: The cell.
        folder: Where results of its task lie.
        head: The fields of the result that all cells share.

    Returns:
        The path of the result.
    """
    path = _path(folder, request, head)
    began = time.perf_counter()
    plugins = _plugins(head["task"], request)
    sources = _checksums(plugins)
    paths = [*chain.from_iterable(map(source.files, plugins.values()))]
    with source.errors_named(paths, _guests(plugins, request)):
        tracks, checksum = _score(plugins["task"](), request, path)
    results.write(
        path,
        {
            **head,
            "tokenizer": request.tokenizer,
            "granularity": _granularity(request.tokenizer),
            "seed": request.seed,
            "sources": sources,
            "tracks": tracks,
            "predictions": checksum,
            "seconds": round(time.perf_counter() - began, 2),
            "hardware": _hardware(),
            "python": platform.python_version(),
        },
    )
    return path


def _score(task: Task, request: RunRequest, path: Path) -> tuple[list[dict[str, Any]], str | None]:
    """The scores of each track, and the checksum of the predictions where the task has any."""
    if not isinstance(task, PredictingTask):
        return list(task.run(request)), None
    predicted = list(task.predict(request))
    checksum = predictions.write(predictions.path_beside(path), predicted)
    gold = task.gold(request.data)
    return [task.score(track, gold) for track in predicted], checksum


def _granularity(tokenizer: str) -> str:
    """What most tokens of a tokenizer are.

    Raises:
        PluginError: If it says that they are something unheard of.
    """
    if tokenizer == NO_TOKENIZER:
        return "word"
    granularity, known = BASELINES.load(tokenizer).granularity, get_args(Granularity)
    if granularity not in known:
        raise PluginError(
            f"the granularity of tokenizer {tokenizer!r} is {granularity!r}",
            remedy=f"choose one of {', '.join(known)}",
        )
    return granularity


def _hardware() -> dict[str, Any]:
    return {
        "machine": platform.machine(),
        "processor": platform.processor(),
        "cores": os.cpu_count(),
    }


def _path(folder: Path, request: RunRequest, head: Mapping[str, Any]) -> Path:
    return folder / results.file_name({**head, "tokenizer": request.tokenizer}, request.seed)


def _change(path: Path, request: RunRequest, head: Mapping[str, Any]) -> str | None:
    """What keeps the result that is there from standing for a run; ``None`` if nothing does.

    Raises:
        InputError: If it is of other data, or of others who took part.
    """
    try:
        stored = results.read_file(path)
    except InputError as error:
        return f"it is {error.problem}"
    _refuse_namesake(stored, request, head, path)
    if stored["fingerprint"] != head["fingerprint"]:
        raise InputError(
            f"its data have the fingerprint {stored['fingerprint']}, where {request.data} has "
            f"{head['fingerprint']}",
            path=path,
            remedy="remove the results of the other data, give another --out, or rename the folder "
            "of one of the datasets",
        )
    if change := _difference(stored, head):
        return change
    if "sources" not in stored:
        return "it does not tell from which source of its plugins it came"
    sources = _checksums(_plugins(head["task"], request))
    changed = [role for role, ours in sources.items() if stored["sources"].get(role) != ours]
    if changed:
        return f"the source of its {' and '.join(changed)} has changed"
    return results.predictions_fault(stored, path)


def _difference(stored: Mapping[str, Any], head: Mapping[str, Any]) -> str | None:
    """What was not as it is now, plugins apart."""
    for name in ("schema", "version"):
        if stored.get(name) != head[name]:
            return f"its {name} is {stored.get(name)}, not {head[name]}"
    if stored["settings"] != head["settings"]:
        return "it had other settings"
    return _model_change(stored, head)


def _refuse_namesake(
    stored: Mapping[str, Any], request: RunRequest, head: Mapping[str, Any], path: Path
) -> None:
    """Names may hold what stands between them in the name of a file."""
    asked = {**head, "tokenizer": request.tokenizer}
    for role in ("dataset", "tokenizer", *PEERS):
        if stored.get(role) != asked.get(role):
            raise InputError(
                f"its {role} is {stored.get(role)!r}, where {asked.get(role)!r} is asked for",
                path=path,
                remedy="give another --out",
            )


def _model_change(stored: Mapping[str, Any], head: Mapping[str, Any]) -> str | None:
    """Which model of ours is not the one that the result that is there tells of."""
    before, now = stored.get("models", {}), head.get("models", {})
    for role in SHIPPED:
        if before.get(role) == now.get(role):
            continue
        if role in head:
            return f"its {role} is another model of the same name"
        if role not in before:
            return f"it does not tell which {role} it ran"
        return f"the {role} has changed"
    # Older results do not name them, and stand all the same.
    if VECTORS in before and before[VECTORS] != now.get(VECTORS):
        return "the glyph vectors have changed"
    return None


def _plugins(task: str, request: RunRequest) -> dict[str, type]:
    """The plugins that take part in a run, by role; a model in a folder is none."""
    found: dict[str, type] = {"task": TASKS.load(task)}
    if request.tokenizer != NO_TOKENIZER:
        found["tokenizer"] = BASELINES.load(request.tokenizer)
    for role, registry in PEERS.items():
        name = getattr(request, role)
        if name is not None and model_folder(name, registry) is None:
            found[role] = registry.load(name)
    return found


def _guests(plugins: Mapping[str, type], request: RunRequest) -> dict[str, type]:
    """The plugins of others, by what they are called."""
    return {
        f"{role} {getattr(request, role, None) or plugin.__name__!r}": plugin
        for role, plugin in plugins.items()
        if plugin.__module__.partition(".")[0] not in OURS
    }


def _checksums(plugins: Mapping[str, type]) -> dict[str, str]:
    return {role: source.checksum(plugin) for role, plugin in plugins.items()}


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started within compute on one thread: numpy asks once, when it is imported."""
    before = {name: os.environ[name] for name in THREADS if name in os.environ}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name in THREADS:
            del os.environ[name]
        os.environ.update(before)
