"""What is said around the tables, as plain text that every format escapes by its own rules."""

from __future__ import annotations

from collections.abc import Iterator

from cbs_bench.metrics.bootstrap import RESAMPLES, Interval
from cbs_bench.report.board import FEWEST_ROWS, Board, Comparison, Slice, short
from cbs_bench.report.measures import PAPER, measure
from cbs_bench.wording import counted


def percent(share: float) -> str:
    """A share of one in percent, two decimals, without the sign."""
    return f"{100 * share:.2f}"


def title(board: Board) -> str:
    """The heading of a board."""
    key = board.key
    whole = "" if board.main.name == "all" else f" · {board.main.name}"
    return f"{key.task} · {key.dataset} · {key.track} track · {key.split}{whole}"


def caption(board: Board) -> str:
    """What the scores were counted on, and how they are to be read."""
    seeds = max((entry.seeds for entry in board.entries), key=len)
    over = (
        f"mean ± standard deviation over {len(seeds)} seeds ({', '.join(map(str, seeds))})"
        if len(seeds) > 1
        else f"one seed ({seeds[0]})"
    )
    drawn = "rows and seeds" if len(seeds) > 1 else "rows"
    return (
        f"{counted(board.main.gold, 'gold span')} in {counted(board.main.rows, 'row')}; data "
        f"{short(board.key.fingerprint)}. Scores in percent, {over}; 95 % intervals "
        f"of a bootstrap over {drawn} ({RESAMPLES:,} resamples)."
    )


def remarks(board: Board) -> Iterator[str]:
    """The sentences below the scores: notes, gains, peers, the paper's metric."""
    yield from headline_remarks(board)
    blocks = {counts.shape[1] for entry in board.entries for counts in entry.tag_blocks.values()}
    if blocks:
        yield (
            f"Intervals of a tag are those of a bootstrap over {counted(max(blocks), 'block')} "
            f"of consecutive rows."
        )
    names = dict.fromkeys(name for entry in board.entries for name in entry.measures)
    for name in names:
        shown = measure(name)
        if shown.as_in_paper:
            yield f"F1 is ours; {shown.heading} {shown.as_in_paper}, as {PAPER} score."


def headline_remarks(board: Board) -> Iterator[str]:
    """The sentences below the scores in short: notes, gains, other setups, peers."""
    yield from board.notes
    if board.main.rows < FEWEST_ROWS:
        are = "is" if board.main.rows == 1 else "are"
        yield (
            f"{counted(board.main.rows, 'row')} {are} too few for a bootstrap, whose intervals "
            f"are then too narrow."
        )
    yield from gains(board)
    if len({entry.setup for entry in board.entries if entry.is_compared}) > 1:
        yield "Entries with another guide or budget, told by their names, are shown, not compared."
    if any(entry.is_peer for entry in board.entries):
        yield "A peer is a system of others: shown, not compared."
    if any(entry.is_given for entry in board.entries):
        yield "A given model ran in place of ours: shown, not compared."


def gains(board: Board) -> Iterator[str]:
    """What the system gains over the best sub-word tokenizer and over characters."""
    compared = board.main.comparisons
    if compared and board.main.system is not None:
        entries = [board.main.system.entry, *(comparison.other for comparison in compared)]
        has_seeds = any(len(entry.seeds) > 1 for entry in entries)
        yield (
            f"Gains are those of {board.main.system.entry.name} over another: relative, in F1, "
            f"with a bootstrap over rows, the same for both"
            f"{', and over the seeds of each' if has_seeds else ''}; p is corrected for "
            f"{counted(len(compared), 'comparison')} (Holm)."
        )
    yield from _gains_on(board.main, "")
    for part in board.unseen:
        yield from _gains_on(part, f"On {part.name} ({counted(part.gold, 'gold span')}) ")


def _gains_on(part: Slice, where: str) -> Iterator[str]:
    said = []
    if part.best_subword is not None:
        name = part.best_subword.other.name
        said.append(f"{_gain(part.best_subword)} over {name}, the best sub-word tokenizer")
    said += [
        f"{_gain(compared)} over {compared.other.name}"
        for compared in part.comparisons
        if compared.other.granularity == "character"
    ]
    if said and part.system is not None:
        yield f"{where}{part.system.entry.name} gains {', and '.join(said)}."


def _gain(comparison: Comparison) -> str:
    found = comparison.gain
    return (
        f"{gain(found)} (95 % interval {signed(found.low)} to {signed(found.high)} %, "
        f"p = {found.p_value:.3f})"
    )


def gain(gained: Interval) -> str:
    """A relative gain in percent, signed."""
    return f"{signed(gained.value)} %"


def signed(share: float) -> str:
    """A difference in percent without the sign of percent; over nothing it is infinite."""
    return f"{100 * share:+.2f}".replace("inf", "∞")
