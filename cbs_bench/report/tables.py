"""The tables of a board, ready to be printed: heads, rows of cells, no format yet."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cbs_bench.metrics.bootstrap import Interval, f1_interval
from cbs_bench.report.board import Board, Entry, RiskCurve, Score, Slice, prf
from cbs_bench.report.measures import measure
from cbs_bench.report.sentences import gain, percent, signed

CONFUSIONS = 12
"""Pairs of tags in a table of confusion: the most frequent ones."""

NONE = "–"

MOST = 1e9
"""What an infinite gain sorts by."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: What is printed.
        value: What it sorts by; ``None`` where the text does.
        interval: What a format that draws may draw.
        is_difference: Whether the interval is one of a difference, to be drawn about zero.
        is_best: Whether it holds the best of its column.
    """

    text: str
    value: float | None = None
    interval: Interval | None = None
    is_difference: bool = False
    is_best: bool = False


@dataclass(frozen=True)
class Table:
    """One table; the first cell of a row is its head.

    Attributes:
        name: What it shows.
        heads: Heads of the columns.
        rows: As many cells each as there are heads.
        curves: What a format that draws may draw above it, by the head of the row.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    curves: Mapping[str, RiskCurve] = field(default_factory=dict)


def overview(boards: Sequence[Board]) -> Table:
    """One row a board: who is best, and what the system gains over the best sub-words."""
    heads = ("task", "dataset", "track", "gold", "entries", "best", *_HEADS[2:], "gain", "p")
    rows = []
    for board in boards:
        best, compared = board.main.scores[0], board.main.best_subword
        rows.append(
            (
                Cell(board.key.task),
                Cell(board.key.dataset),
                Cell(board.key.track),
                _whole(board.main.gold),
                _whole(len(board.entries)),
                _name(best.entry),
                *_score_cells(best, None)[2:],
                Cell(gain(compared.gain), min(compared.gain.value, MOST))
                if compared
                else Cell(NONE),
                Cell(f"{compared.gain.p_value:.3f}", compared.gain.p_value)
                if compared
                else Cell(NONE),
            )
        )
    return Table("overview", heads, tuple(rows))


def tables(board: Board) -> Iterator[Table]:
    """All tables of a board, the scores first."""
    if board.is_comparison:
        yield scores(board)
        if board.parts:
            yield parts(board)
    else:
        yield slices_of_one(board)
    if any(entry.measures for entry in board.entries):
        yield measures(board)
    if any(entry.risk for entry in board.entries):
        yield risk(board)
    if any(entry.tags for entry in board.entries):
        yield tags(board)
    if any(entry.confusion for entry in board.entries):
        yield confusion(board)


def scores(board: Board) -> Table:
    """Every entry on the whole test data, and what the system gains over it."""
    main = board.main
    heads = [*_HEADS, *(["gain", "gain interval", "p"] if main.comparisons else []), "seeds"]
    best = main.scores[0].means.f1
    rows = tuple(
        (
            _name(score.entry),
            *_score_cells(score, best),
            *(_gain_cells(main, score) if main.comparisons else ()),
            _whole(len(score.counts)),
        )
        for score in main.scores
    )
    return Table("scores", ("tokenizer", *heads), rows)


def headline(board: Board) -> Table:
    """The scores in short: the whole, and F1 on what was unseen in training."""
    best = board.main.scores[0].means.f1
    rows = tuple(
        (
            _name(score.entry),
            *_score_cells(score, best),
            *(_f1_on(part, score.entry) for part in board.unseen),
        )
        for score in board.main.scores
    )
    columns = (f"F1, {part.name} ({part.gold:,})" for part in board.unseen)
    return Table("scores", ("tokenizer", *_HEADS, *columns), rows)


def parts(board: Board) -> Table:
    """F1 of every entry on each slice."""
    rows = tuple(
        (
            _name(entry),
            *(_f1_on(part, entry, with_interval=True) for part in board.parts),
        )
        for entry in board.entries
    )
    heads = (f"{part.name} ({part.gold:,})" for part in board.parts)
    return Table("F1 by slice (gold spans)", ("tokenizer", *heads), rows)


def slices_of_one(board: Board) -> Table:
    """The slices of a board with a single entry, one a row."""
    rows = tuple(
        (Cell(part.name), _whole(part.gold), *_score_cells(part.scores[0], None))
        for part in board.slices
    )
    entry = board.entries[0]
    return Table(f"scores of {entry.name}", ("slice", "gold", *_HEADS), rows)


def measures(board: Board) -> Table:
    """What the task measures beside precision, recall and F1."""
    names = list(dict.fromkeys(name for entry in board.entries for name in entry.measures))

    def cell(entry: Entry, name: str) -> Cell:
        value = entry.measures.get(name)
        return Cell(NONE) if value is None else Cell(measure(name).show(value), value)

    f1 = {score.entry.name: score.means.f1 for score in board.main.scores}
    rows = tuple(
        (
            _name(entry),
            Cell(percent(f1[entry.name]), f1[entry.name]) if entry.name in f1 else Cell(NONE),
            *(cell(entry, name) for name in names),
        )
        for entry in board.entries
    )
    heads = (measure(name).heading for name in names)
    return Table("further measures", ("tokenizer", "F1", *heads), rows)


def risk(board: Board) -> Table:
    """What is wrong of the most confident share of each entry's answers, and of those accepted."""
    curves = {entry.name: (entry, entry.risk) for entry in board.entries if entry.risk}
    shares = next(iter(curves.values()))[1].points
    rows = tuple(
        (
            _name(entry),
            *(Cell(percent(wrong), wrong) for _, wrong in curve.points),
            Cell(percent(curve.threshold[0]), curve.threshold[0]),
            Cell(percent(curve.threshold[1]), curve.threshold[1]),
        )
        for entry, curve in curves.values()
    )
    heads = ("tokenizer", *(f"{share:.0%}".replace("%", " %") for share, _ in shares))
    return Table(
        "risk by coverage: wrong in the most confident share, and in what the threshold accepts",
        (*heads, "accepted", "wrong of these"),
        rows,
        {name: curve for name, (_, curve) in curves.items()},
    )


def tags(board: Board) -> Table:
    """F1 of every entry on each tag, with its interval; the most frequent tag first."""
    entries = [entry for entry in board.entries if entry.tags]
    gold = Counter[str]()
    for entry in entries:
        for tag, counts in entry.tags.items():
            gold[tag] = max(gold[tag], int(counts[0, 2]))
    rows = []
    for tag, number in sorted(gold.items(), key=lambda item: (-item[1], item[0])):
        f1 = [prf(e.tags[tag]).f1 if tag in e.tags else None for e in entries]
        best = max(value for value in f1 if value is not None)
        cells = (
            _tag_cell(entry, tag, value, is_best=value == best > 0 and len(entries) > 1)
            for entry, value in zip(entries, f1, strict=True)
        )
        rows.append((Cell(tag), _whole(number), *cells))
    return Table("F1 by tag", ("tag", "gold", *(e.name for e in entries)), tuple(rows))


def confusion(board: Board) -> Table:
    """The most frequent confusions of tags, in words found with the right span."""
    entries = [entry for entry in board.entries if entry.confusion]
    total = Counter[tuple[str, str]]()
    for entry in entries:
        wrong = {pair: n for pair, n in entry.confusion.items() if pair[0] != pair[1]}
        total.update(wrong)
    rows = tuple(
        (
            Cell(f"{gold} → {predicted}"),
            *(
                Cell(f"{e.confusion.get((gold, predicted), 0) / len(e.seeds):,.1f}",
                     e.confusion.get((gold, predicted), 0) / len(e.seeds))
                for e in entries
            ),
        )
        for (gold, predicted), _ in total.most_common(CONFUSIONS)
    )  # fmt: skip
    heads = ("gold → predicted", *(entry.name for entry in entries))
    return Table("most frequent confusions of tags, a seed", heads, rows)


_HEADS = ("precision", "recall", "F1", "95 % interval")


def _name(entry: Entry) -> Cell:
    given = " (given model)" if entry.is_given else ""
    return Cell(f"{entry.name} (peer)" if entry.is_peer else f"{entry.name}{given}")


def _score_cells(score: Score, best: float | None) -> tuple[Cell, ...]:
    if not score.counts[..., 2].any():
        return (Cell(NONE),) * 4
    means, interval = score.means, score.interval
    return (
        Cell(percent(means.precision), means.precision),
        Cell(percent(means.recall), means.recall),
        Cell(_with_spread(score), means.f1, is_best=means.f1 == best),
        Cell(_range(interval), interval.low, interval),
    )


def _gain_cells(main: Slice, score: Score) -> tuple[Cell, ...]:
    found = main.comparison_with(score.entry)
    if found is None:
        return (Cell(NONE), Cell(NONE), Cell(NONE))
    gained = found.gain
    shown = f"{signed(gained.low)} – {signed(gained.high)}"
    drawn = gained if math.isfinite(gained.high) else None
    return (
        Cell(gain(gained), min(gained.value, MOST)),
        Cell(shown, min(gained.low, MOST), drawn, is_difference=True),
        Cell(f"{gained.p_value:.3f}", gained.p_value),
    )


def _f1_on(part: Slice, entry: Entry, *, with_interval: bool = False) -> Cell:
    score = next((s for s in part.scores if s.entry.name == entry.name), None)
    if score is None:
        return Cell(NONE)
    text = _with_spread(score)
    if with_interval:
        text += f" ({_range(score.interval)})"
    is_best = len(part.scores) > 1 and score.means.f1 == part.scores[0].means.f1
    return Cell(text, score.means.f1, is_best=is_best)


def _with_spread(score: Score) -> str:
    shown = percent(score.means.f1)
    return shown if score.spread is None else f"{shown} ± {percent(score.spread)}"


def _range(interval: Interval) -> str:
    return f"{percent(interval.low)} – {percent(interval.high)}"


def _tag_cell(entry: Entry, tag: str, f1: float | None, *, is_best: bool) -> Cell:
    if f1 is None:
        return Cell(NONE)
    text = percent(f1)
    if tag in entry.tag_blocks:
        text += f" ({_range(f1_interval(entry.tag_blocks[tag]))})"
    return Cell(text, f1, is_best=is_best)


def _whole(number: int) -> Cell:
    return Cell(f"{number:,}", float(number))
