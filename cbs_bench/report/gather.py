"""Gathers stored results into boards.

Only results of the same data meet on a board: where a dataset comes in several versions, each
has a board of its own, and a note says so.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cbs_bench import results
from cbs_bench.errors import InputError
from cbs_bench.interfaces import NO_TOKENIZER, PEERS
from cbs_bench.report.board import (
    SYSTEM,
    Board,
    BoardKey,
    Entry,
    RiskCurve,
    Score,
    Slice,
    short,
)
from cbs_bench.wording import counted

NO_LONGER_MEASURED = ("characters_per_second",)
"""What older results tell beside their scores, though one pass of a clock tells nothing."""


@dataclass(frozen=True)
class _Run:
    """One track of one result: what a single seed of an entry adds to a board."""

    path: Path
    result: Mapping[str, Any]
    track: Mapping[str, Any]

    @property
    def key(self) -> BoardKey:
        result, track = self.result, self.track
        return BoardKey(
            result["task"],
            result["dataset"],
            track["track"],
            track["split"],
            result["fingerprint"],
        )

    @property
    def name(self) -> str:
        """Who was scored: the tokenizer, with the peers of this run before it."""
        return self._called(self.result["tokenizer"])

    @property
    def full_name(self) -> str:
        """The same with the settings that tell apart runs of one tokenizer."""
        return self._called(results.label(self.result["tokenizer"], self.settings))

    def _called(self, tokenizer: str) -> str:
        cut = [] if self.result["tokenizer"] == NO_TOKENIZER else [tokenizer]
        return "·".join([*results.peers(self.result), *cut]) or NO_TOKENIZER

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the caller chose; schema 1 did not say."""
        settings: Mapping[str, Any] = self.result.get("settings", {})
        return settings

    @property
    def roles(self) -> list[str]:
        """The parts that were not done by ours."""
        return [role for role in PEERS if role in self.result]

    def is_given(self, role: str) -> bool:
        """Whether that part was done by a model given by its folder; older results say it so."""
        return role in self.result.get("models", {}) or f"{role}_sha256" in self.settings

    @property
    def seed(self) -> int:
        return int(self.result["seed"])

    @property
    def slices(self) -> Mapping[str, Any]:
        """The slices, with the words without their tags as one more."""
        words = {"segmentation": self.track["segmentation"]} if "segmentation" in self.track else {}
        return {**self.track["slices"], **words}


def read_boards(
    folder: Path,
    reference: str | None = None,
    *,
    doubt: Callable[[str], None] = lambda line: None,
) -> list[Board]:
    """The boards of all results below ``folder``, in order of task, dataset and track.

    Args:
        folder: Of the results.
        reference: Entry or tokenizer that the others are compared with; by default the
            multi-granularity tokenizer.
        doubt: Called with a line on each result that nobody can score again, which says why.

    Raises:
        InputError: If there is no result, a file is not one, two are of the same run, two that
            meet on a board do not count the same gold standard, or the reference has no result.
    """
    runs: dict[BoardKey, dict[str, list[_Run]]] = defaultdict(lambda: defaultdict(list))
    for path, result in results.read(folder):
        fault = results.predictions_fault(result, path)
        if fault is not None:
            doubt(f"{path}: nobody can score it again, because {fault}; run the task again")
        for track in result["tracks"]:
            run = _Run(path, result, track)
            runs[run.key][run.full_name].append(run)
    boards = [
        _board(key, _named(runs[key]), _versions(key, runs), reference or SYSTEM)
        for key in sorted(runs)
    ]
    if reference and not any(board.main.system for board in boards):
        names = sorted({entry.name for board in boards for entry in board.entries})
        raise InputError(
            f"no result of {reference!r}", path=folder, remedy=f"one of: {', '.join(names)}"
        )
    return boards


def _named(runs: Mapping[str, list[_Run]]) -> dict[str, list[_Run]]:
    """The runs by the shortest names that tell them apart: settings shared by all go unsaid."""
    compared = {name: found[0] for name, found in runs.items() if not found[0].roles}
    if len({name.removeprefix(run.name) for name, run in compared.items()}) > 1:
        return dict(runs)
    return {compared[name].name if name in compared else name: runs[name] for name in runs}


def _versions(key: BoardKey, keys: Iterable[BoardKey]) -> list[str]:
    """The fingerprints under which the data of a board come."""
    return sorted(other.fingerprint for other in keys if other[:-1] == key[:-1])


def _board(
    key: BoardKey, runs: Mapping[str, list[_Run]], versions: Sequence[str], reference: str
) -> Board:
    for found in runs.values():
        found.sort(key=lambda run: run.seed)
        _refuse_repeated_seeds(found)
    entries = {name: _entry(name, found) for name, found in runs.items()}
    whole, *rest = (_slice(name, runs, entries, reference) for name in _slice_names(runs))
    # On a part without anything to find no score means a thing.
    slices = (whole, *(part for part in rest if part.gold))
    return Board(key, slices, tuple(_notes(key, entries, runs, versions)))


def _slice_names(runs: Mapping[str, list[_Run]]) -> list[str]:
    """The whole first, which is ``all`` or what the task gave first; then its parts."""
    names = list(dict.fromkeys(name for found in runs.values() for name in found[0].slices))
    whole = "all" if "all" in names else names[0]
    return sorted(names, key=lambda name: (name != whole, _natural(name)))


def _natural(name: str) -> list[tuple[str, int]]:
    """Sorts ``6-10`` before ``11-20``."""
    pairs = re.findall(r"(\D*)(\d*)", name)
    return [(text, int(number or 0)) for text, number in pairs]


def _refuse_repeated_seeds(runs: Sequence[_Run]) -> None:
    for first, second in pairwise(runs):
        if first.seed == second.seed:
            raise InputError(
                f"seed {second.seed} of {second.name!r} is in {first.path} too",
                path=second.path,
                remedy="keep one of the two",
            )


def _entry(name: str, runs: Sequence[_Run]) -> Entry:
    tags = [run.track.get("tags", {}) for run in runs]
    extras = [run.track.get("extra", {}) for run in runs]
    roles = runs[0].roles
    given = all(map(runs[0].is_given, roles))
    return Entry(
        name=name,
        tokenizer=runs[0].result["tokenizer"],
        granularity=runs[0].result["granularity"],
        is_peer=not given,
        is_given=given and bool(roles),
        seeds=tuple(run.seed for run in runs),
        setup=results.setup(runs[0].settings),
        tags={
            tag: np.array([stored.get(tag, (0, 0, 0)) for stored in tags], dtype=np.float64)
            for tag in sorted(set().union(*tags))
        },
        tag_blocks=_tag_blocks([run.track.get("tag_blocks", {}) for run in runs]),
        confusion=_confusion([run.track.get("confusion", {}) for run in runs]),
        measures=_mean_measures(extras),
        risk=_mean_risk([extra["risk_coverage"] for extra in extras if "risk_coverage" in extra]),
    )


def _tag_blocks(stored: Sequence[Mapping[str, Any]]) -> dict[str, npt.NDArray[np.float64]]:
    """``[seeds, blocks, 3]`` of each tag, if all seeds have as many blocks of it."""
    return {
        tag: np.array([table[tag] for table in stored], dtype=np.float64)
        for tag, counts in stored[0].items()
        if counts and len({len(table.get(tag, ())) for table in stored}) == 1
    }


def _confusion(stored: Iterable[Mapping[str, Mapping[str, int]]]) -> Counter[tuple[str, str]]:
    """Pairs of gold and predicted tag, summed over the seeds."""
    total: Counter[tuple[str, str]] = Counter()
    for table in stored:
        for gold, row in table.items():
            total.update({(gold, predicted): words for predicted, words in row.items()})
    return total


def _mean_measures(extras: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Single numbers, averaged over the seeds that have them."""
    values: dict[str, list[float]] = defaultdict(list)
    for extra in extras:
        for name, value in _numbers(extra):
            if name not in NO_LONGER_MEASURED:
                values[name].append(value)
    return {name: float(np.mean(found)) for name, found in values.items()}


def _mean_risk(curves: Sequence[Mapping[str, Any]]) -> RiskCurve | None:
    if not curves:
        return None
    points = np.mean([curve["curve"] for curve in curves], axis=0)
    coverage, risk = np.mean([curve["threshold"] for curve in curves], axis=0)
    return RiskCurve(
        tuple((float(share), float(wrong)) for share, wrong in points),
        (float(coverage), float(risk)),
    )


def _numbers(extra: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in extra.items():
        if isinstance(value, Mapping):
            yield from ((f"{name} {inner}", number) for inner, number in _numbers(value))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield name, float(value)


def _slice(
    name: str, runs: Mapping[str, list[_Run]], entries: Mapping[str, Entry], reference: str
) -> Slice:
    scores: list[Score] = []
    first: _Run | None = None
    for entry, found in runs.items():
        having = [run for run in found if name in run.slices]
        for run in having:
            first = first or run
            _refuse_other_gold(name, run, first)
        if having:
            counts = np.array([run.slices[name] for run in having], dtype=np.float64)
            scores.append(Score(entries[entry], counts.reshape(len(having), -1, 3)))
    ranked = sorted(scores, key=lambda s: (-s.means.f1, s.entry.name))
    return Slice(name, tuple(ranked), reference)


def _refuse_other_gold(name: str, run: _Run, first: _Run) -> None:
    """Results are compared row by row, which they can be only on the same gold standard."""
    ours, theirs = run.slices[name], first.slices[name]
    remedy = "run the task again for both, or check them with `cbs-bench submit`"
    if len(ours) != len(theirs):
        problem = (
            f"{counted(len(ours), 'row')} in the slice {name!r}, but {len(theirs)} in {first.path}"
        )
        raise InputError(problem, path=run.path, remedy=remedy)
    for row, ((*_, gold), (*_, expected)) in enumerate(zip(ours, theirs, strict=True), start=1):
        if gold != expected:
            problem = f"{gold} gold spans in the slice {name!r}, but {expected} in {first.path}"
            raise InputError(problem, path=run.path, row=row, remedy=remedy)


def _notes(
    key: BoardKey,
    entries: Mapping[str, Entry],
    runs: Mapping[str, list[_Run]],
    versions: Sequence[str],
) -> Iterator[str]:
    if len(versions) > 1:
        shown = ", ".join(map(short, versions))
        yield (
            f"Results of {len(versions)} versions of {key.dataset} are here ({shown}); they are "
            f"neither averaged nor compared, and this board is of {short(key.fingerprint)}."
        )
    for name, found in runs.items():
        if len({json.dumps(run.settings, sort_keys=True) for run in found}) > 1:
            yield f"The seeds of {name} ran with different settings."
    compared = [entry for entry in entries.values() if entry.is_compared]
    seeds = Counter(entry.seeds for entry in compared)
    if len(seeds) > 1:
        common = seeds.most_common(1)[0][0]
        others = [entry for entry in compared if entry.seeds != common]
        shown = ", ".join(f"{e.name} {'/'.join(map(str, e.seeds))}" for e in others)
        yield f"Not every entry has the seeds {'/'.join(map(str, common))}: {shown}."
