"""Fills the tables of a Markdown text between its markers.

A marker is a comment on a line of its own, outside of code. It names boards by task and dataset,
and by track and split where these have several; ``all`` stands for every board, in full::

    <!-- table: pos kyoto -->
    <!-- end table -->
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from cbs_bench import atomic
from cbs_bench.errors import InputError
from cbs_bench.report.board import Board
from cbs_bench.report.markdown import headline_to_markdown, to_markdown

ALL = "all"
"""The name of all boards together."""

_START = re.compile(r"<!-- table: (.+?) -->")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_END = "<!-- end table -->"
_BYTE_ORDER_MARK = "\ufeff"
_REMEDY = "write `<!-- table: TASK DATASET -->` … `<!-- end table -->`, each on its line"


def fill_files(paths: Sequence[Path], boards: Sequence[Board]) -> None:
    """Fills every file; where one cannot be filled, none is changed.

    Raises:
        InputError: If a file cannot be read as UTF-8, or for the reasons of :func:`fill`.
        OSError: If one cannot be written; it is left as it was.
    """
    filled = {path: fill(_read(path), boards, path) for path in paths}
    for path, text in filled.items():
        atomic.write_bytes(path.resolve(), text.encode("utf-8"))


def fill(text: str, boards: Sequence[Board], path: Path) -> str:
    """The text with the tables of ``boards`` between its markers; what was there is replaced.

    Args:
        text: Markdown; lines may end as on Windows, and those of the tables then do so, too. A byte
            order mark at its beginning stays there.
        boards: What a marker can name.
        path: Where the text is from, for messages.

    Raises:
        InputError: If there is no marker, one names no board or several, or is not paired.
    """
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    lines = text.removeprefix(mark).removesuffix("\n").split("\n")
    return mark + "".join(f"{line}\n" for line in _filled(lines, boards, path))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot be read ({error})", path=path, remedy="name a Markdown file in UTF-8"
        ) from error


def _filled(lines: Sequence[str], boards: Sequence[Board], path: Path) -> Iterator[str]:
    opened: int | None = None
    markers = 0
    fence = ""
    for row, line in enumerate(lines, 1):
        text = line.removesuffix("\r")
        if opened is None and (fence or _FENCE.match(text)):
            fence = _after(fence, text)
            yield line
            continue
        start = _START.fullmatch(text)
        if start and opened is None:
            opened, markers = row, markers + 1
            tables = ["", *_tables(start[1], boards, path, row).split("\n"), ""]
            yield from [line, *(f"{table}{line[len(text) :]}" for table in tables)]
        elif start or (text == _END and opened is None):
            raise InputError("a marker without its pair", path=path, row=row, remedy=_REMEDY)
        elif text == _END:
            opened = None
        if opened is None:
            yield line
    if opened is not None:
        raise InputError("a marker without its pair", path=path, row=opened, remedy=_REMEDY)
    if not markers:
        raise InputError("no marker of a table", path=path, remedy=_REMEDY)


def _after(fence: str, line: str) -> str:
    """The fence of the code that goes on after a line of it, empty where the line ends it."""
    found = _FENCE.match(line)
    if not fence:
        return found[1] if found else ""
    closes = found and found[1].startswith(fence) and line.strip() == found[1]
    return "" if closes else fence


def _tables(name: str, boards: Sequence[Board], path: Path, row: int) -> str:
    if name == ALL:
        return to_markdown(boards).rstrip()
    wanted = name.split()
    found = [board for board in boards if list(board.key[: len(wanted)]) == wanted]
    if len(wanted) < 2 or len(found) != 1:
        known = dict.fromkeys(" ".join(board.key[:3]) for board in boards)
        problem = "names several boards" if len(found) > 1 else "names no board"
        raise InputError(
            f"the marker {name!r} {problem}",
            path=path,
            row=row,
            remedy=f"known are {', '.join([ALL, *known])}",
        )
    return headline_to_markdown(found[0])
