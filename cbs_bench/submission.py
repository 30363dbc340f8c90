"""Takes in the result of somebody else: nothing in it is believed that can be checked.

A submission is the JSON of a result with its stored predictions beside it, as ``cbs-bench run``
leaves them. Its counts are worth what its predictions score on the dataset built here.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from cbs_bench import __version__, atomic, predictions, results
from cbs_bench.errors import DataError, InputError
from cbs_bench.interfaces import BASELINES, NO_TOKENIZER, PEERS, TASKS, PredictingTask
from cbs_bench.predictions import Predictions
from cbs_bench.types import Granularity
from cbs_bench.wording import counted

Result = Mapping[str, Any]

SCORED_SPLIT = "test"
GRANULARITIES = (*get_args(Granularity), "word")
OPTIONAL = {name for name, field in results.TRACK_FIELDS.items() if field.since is None}
SHARES = ("f1", "accuracy")
"""How the names of measures end that lie between 0 and 1."""

_NAME = re.compile(r"\w[\w.-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOLERANCE = 1e-9


def check(path: Path, data: Path) -> dict[str, Any]:
    """Validate a result and score its predictions again.

    Args:
        path: The JSON of the result; its predictions lie beside it.
        data: The dataset it is of, built here.

    Returns:
        The result.

    Raises:
        InputError: Naming the first thing that is wrong, such as a seed that says what another
            one beside it said.
    """
    result = results.read_file(path)
    _refuse_other_version(result, path)
    task = _task_of(result, path)
    _refuse_other_data(result, data, path)
    _refuse_first(_faults(result), path)
    stored = _predictions_of(result, path)
    gold = task.gold(data)
    for number, track in enumerate(result["tracks"]):
        scored = _score(task, stored[track["track"]], gold, predictions.path_beside(path))
        _refuse_first(_differences(track, scored, f"tracks[{number}]"), path)
        _refuse_first(_measure_faults(track["extra"], scored["extra"], number), path)
    _refuse_repeated(path, path.with_name(results.file_name(result, result["seed"])))
    return result


def store(path: Path, result: Result, folder: Path) -> Path:
    """Copy a checked result and its predictions to where ``cbs-bench report`` finds them.

    The predictions come first, each file whole or not at all, so that no result is ever there
    without them.

    Returns:
        The path of the copy.

    Raises:
        InputError: If another result of that name, or another seed with the same predictions, is
            there.
    """
    target: Path = folder / result["task"] / results.file_name(result, result["seed"])
    content = path.read_bytes()
    if target.exists() and target.read_bytes() != content:
        raise InputError(
            "another result of this name is there",
            path=target,
            remedy="remove it first, or give the submitted tokenizer or tagger a name of its own",
        )
    _refuse_repeated(path, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    said = predictions.path_beside(path).read_bytes()
    atomic.write_bytes(predictions.path_beside(target), said)
    atomic.write_bytes(target, content)
    return target


def _refuse_repeated(path: Path, target: Path) -> None:
    """Refuse predictions of another seed: one run told twice would pass for no spread.

    Args:
        path: The result.
        target: What it is called among the seeds of its entry.
    """
    entry, _, _ = target.stem.rpartition("-")
    ours = predictions.read(predictions.path_beside(path))
    for other in sorted(target.parent.glob("*.json")):
        if other in (path, target) or other.stem.rpartition("-")[0] != entry:
            continue
        beside = predictions.path_beside(other)
        if beside.is_file() and predictions.read(beside) == ours:
            raise InputError(
                f"its predictions are those of another seed, {other}",
                path=path,
                remedy="submit runs of different seeds, or one where nothing is drawn at random",
            )


def _refuse_other_version(result: Result, path: Path) -> None:
    for name, found, ours in (
        ("schema", result["schema"], results.SCHEMA),
        ("version of cbs_bench", result.get("version"), __version__),
    ):
        if found != ours:
            raise InputError(
                f"its {name} is {found}, not {ours}",
                path=path,
                remedy=f"run the task again with cbs_bench {__version__}",
            )


def _task_of(result: Result, path: Path) -> PredictingTask[Any]:
    name = result["task"]
    if name not in TASKS.names():
        known = filter(results.stores_predictions, TASKS.names())
        raise InputError(
            f"its task is {name!r:.40}", path=path, remedy=f"submit one of {', '.join(known)}"
        )
    task = TASKS.load(name)()
    if not isinstance(task, PredictingTask):
        raise InputError(
            f"task {name!r} stores no predictions, so that its counts cannot be checked",
            path=path,
            remedy=f"submit the tokenizer instead, for `cbs-bench run {name}` to score here",
        )
    return task


def _refuse_other_data(result: Result, data: Path, path: Path) -> None:
    from cbs_bench.dataset import reader

    for name, found, ours in (
        ("dataset", result["dataset"], data.resolve().name),
        ("fingerprint", result["fingerprint"], reader.fingerprint(data)),
    ):
        if found != ours:
            raise InputError(
                f"its {name} is {found!r:.70}, where {data} has {ours!r}",
                path=path,
                remedy="give the dataset it was run on with --data, built from the same raw data",
            )


def _refuse_first(faults: Iterator[str], path: Path) -> None:
    fault = next(faults, None)
    if fault is not None:
        raise InputError(fault, path=path, remedy="submit what `cbs-bench run` wrote")


def _faults(result: Result) -> Iterator[str]:
    """What no run would write, though its form is right."""
    names = ("tokenizer", *(role for role in PEERS if role in result))
    for name in names:
        yield from _name_faults(name, result[name])
    yield from _granularity_faults(result["tokenizer"], result["granularity"])
    yield from _settings_faults(result["settings"])
    if result["seed"] < 0:
        yield f"its seed is {result['seed']}"
    if not 0 < result["seconds"] < math.inf:
        yield f"its seconds are {result['seconds']}"
    revision = result["revision"]
    if revision is not None and not (
        revision.keys() == {"commit", "dirty"}
        and isinstance(revision["commit"], str)
        and _COMMIT.fullmatch(revision["commit"])
        and isinstance(revision["dirty"], bool)
    ):
        yield f"its revision is {revision!r:.60}, not a commit and whether it was dirty"
    yield from _digest_faults("source", result.get("sources", {}))
    yield from _digest_faults("model", result.get("models", {}))
    for name in ("settings", "hardware"):
        if not _is_finite(result[name]):
            yield f"its {name} hold a number that is not finite"
    for track, times in Counter(track["track"] for track in result["tracks"]).items():
        if times > 1:
            yield f"it has {times} {track} tracks"
    for number, track in enumerate(result["tracks"]):
        if track["split"] != SCORED_SPLIT:
            yield f"tracks[{number}] is of the split {track['split']!r:.40}, not {SCORED_SPLIT!r}"


def _digest_faults(what: str, digests: Result) -> Iterator[str]:
    for role, digest in digests.items():
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            yield f"its {what} of the {role!r:.40} is {digest!r:.40}, not a SHA-256"


def _granularity_faults(tokenizer: str, granularity: str) -> Iterator[str]:
    if tokenizer == NO_TOKENIZER:
        known = ["word"]
    elif tokenizer in BASELINES.names():
        known = [BASELINES.load(tokenizer).granularity]
    else:
        known = list(GRANULARITIES)
    if granularity not in known:
        yield (
            f"its granularity is {granularity!r:.40}, where that of {tokenizer!r} is "
            f"{' or '.join(known)}"
        )


def _settings_faults(settings: Result) -> Iterator[str]:
    """What would not do in a file name, which tells runs with other settings apart."""
    budget = settings.get("budget", {})
    if not isinstance(budget, Mapping):
        yield f"its budget is {budget!r:.40}, not numbers by name"
        return
    for name, value in {**budget, "vocab_size": settings.get("vocab_size", 1)}.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not name.isidentifier() or not is_number or value < 0:
            yield f"its setting {name!r:.40} is {value!r:.40}, not a name and a number"
    if "guide" in settings:
        yield from _name_faults("guide", settings["guide"])


def _name_faults(what: str, name: Any) -> Iterator[str]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield f"its {what} is {name!r:.40}, not a name of letters, digits, - and ."


def _measure_faults(stored: Result, scored: Result, number: int) -> Iterator[str]:
    """What cannot be in those measures that only the run could tell."""
    told = {name: value for name, value in stored.items() if name not in scored}
    for name, value in _leaves(told):
        if isinstance(value, int | float) and not (
            0 <= value <= 1 if name.endswith(SHARES) else abs(value) < math.inf
        ):
            yield f"tracks[{number}].extra.{name} is {value}"


def _is_finite(value: Any) -> bool:
    return all(not isinstance(v, float) or math.isfinite(v) for _, v in _leaves({"": value}))


def _leaves(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every value inside of objects and lists, under the name of the field that holds it."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", leaf) for inner, leaf in _leaves(value))
        elif isinstance(value, list):
            for item in value:
                yield from _leaves({name: item})
        else:
            yield name, value


def _predictions_of(result: Result, path: Path) -> dict[str, Predictions]:
    """The stored predictions of each track, if they are the ones that the result was made of."""
    beside = predictions.path_beside(path)
    found = {(stored.track, stored.split): stored for stored in predictions.read(beside)}
    checksum = predictions.checksum(beside)
    if result["predictions"] != checksum:
        raise InputError(
            f"its SHA-256 is {checksum}, where the result names {result['predictions']!r:.70}",
            path=beside,
            remedy="submit the two files of one run",
        )
    scored = {(track["track"], track["split"]) for track in result["tracks"]}
    if scored != found.keys():
        raise InputError(
            f"predictions for {_listed(found)}, where the result scores {_listed(scored)}",
            path=beside,
            remedy="submit the two files of one run",
        )
    for stored in found.values():
        for number, row in enumerate(stored.rows, 1):
            fault = next(_row_faults(row), None)
            if fault:
                raise InputError(
                    f"the {stored.track} track holds {fault}",
                    path=beside,
                    row=number,
                    remedy="predict finite numbers, boxes with an area and probabilities up to 1",
                )
    return {track: stored for (track, _), stored in found.items()}


def _row_faults(row: predictions.Row) -> Iterator[str]:
    """Numbers that no system can mean; what has another form than a task's, the task refuses."""
    if not _is_finite(row):
        yield "a number that is not finite"
    for name in ("boxes", "ranked", "candidates"):
        stored = row.get(name)
        for item in stored if isinstance(stored, list) else ():
            match item:
                case [str(), int() | float() as p] | [_, _, _, _, int() | float() as p]:
                    if not 0 <= p <= 1:
                        yield f"the probability {p} in its {name}"
            match item:
                case [_, _, int() | float() as across, int() | float() as down, *_]:
                    if across <= 0 or down <= 0:
                        yield f"a box of {across:g} x {down:g} pixels in its {name}"


def _listed(tracks: Any) -> str:
    return ", ".join(sorted(f"{track} {split}" for track, split in tracks)) or "nothing"


def _score(
    task: PredictingTask[Any], stored: Predictions, gold: Any, beside: Path
) -> dict[str, Any]:
    try:
        return task.score(stored, gold)
    except DataError as error:
        raise InputError(error.problem, path=beside, row=error.row, remedy=error.remedy) from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # A task trusts the rows that it has written; these may hold anything.
        raise InputError(
            f"the task cannot read the predictions of the {stored.track} track ({error!r})",
            path=beside,
            remedy="submit what `cbs-bench run` wrote",
        ) from error


def _differences(stored: Any, scored: Any, where: str) -> Iterator[str]:
    """Where a stored score is not that of the predictions.

    What only the run could tell, such as its learning curve, is in ``extra`` of the stored
    score alone; what a result may lack, such as counts that older ones did not have, it may lack.
    """
    if isinstance(scored, Mapping) and isinstance(stored, Mapping):
        only_stored = set() if where.endswith(".extra") else stored.keys() - scored.keys()
        for name in sorted(only_stored | (scored.keys() - stored.keys() - OPTIONAL)):
            yield f"{where}.{name} is in {'the result' if name in stored else 'its score'} alone"
        for name in scored:
            if name in stored:
                yield from _differences(stored[name], scored[name], f"{where}.{name}")
    elif isinstance(scored, list) and isinstance(stored, list) and len(scored) == len(stored):
        for number, (ours, theirs) in enumerate(zip(scored, stored, strict=True)):
            yield from _differences(theirs, ours, f"{where}[{number}]")
    elif not _are_equal(stored, scored):
        yield f"{where} is {_short(stored)}, where its predictions score {_short(scored)}"


def _are_equal(stored: Any, scored: Any) -> bool:
    if isinstance(stored, float) and isinstance(scored, float):
        # Sums of floats may differ in the last digit from processor to processor.
        return math.isclose(stored, scored, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return type(stored) is type(scored) and stored == scored


def _short(value: Any) -> str:
    shown = counted(len(value), "row") if isinstance(value, list) else json.dumps(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
