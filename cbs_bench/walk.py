"""The files below a folder, the same ones for every command and builder."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from cbs_bench.errors import InputError

IMAGE_SUFFIXES = frozenset(
    {".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
"""How the names of images end, in lower case."""

LEFT_BESIDE = (".", "__MACOSX")
"""How the names begin of what macOS and editors leave beside the data."""


def files_below(
    folder: Path,
    suffixes: Iterable[str] = (),
    left_out: Callable[[InputError], None] | None = None,
) -> list[Path]:
    """Every file in ``folder`` and its subfolders, in order of path.

    Links are followed, those to folders too. A folder that several ways lead to counts once, by
    the way with the fewest links, so that no image is read twice and a circle ends. Hidden files
    and folders are left out.

    Args:
        folder: Where to look; it may be a link or hidden itself.
        suffixes: Lower-case endings such as ``.png``, in any case in the names; none for all.
        left_out: Called, instead of an error, with what is wrong with a folder that cannot be
            listed, and with a link that leads nowhere though it is named like a wanted file.

    Raises:
        InputError: If a folder cannot be listed, or a link leads nowhere: it may be a folder
            that would be missed in silence.
    """
    wanted = tuple(suffixes) or ("",)
    if left_out is None:
        found = _walk(folder, links=("",), fault=_refuse)
    else:
        found = _walk(folder, links=wanted, fault=left_out)
    return sorted(Path(path) for path in found if path.lower().endswith(wanted))


def is_hidden(name: str) -> bool:
    """Whether a file is hidden, or lies in a folder that is.

    Args:
        name: Relative to what was given, with ``/`` between folders.
    """
    return any(part.startswith(LEFT_BESIDE) for part in name.split("/"))


def _refuse(error: InputError) -> NoReturn:
    raise error


def _walk(top: Path, links: tuple[str, ...], fault: Callable[[InputError], None]) -> Iterator[str]:
    """Every file; ``links`` is how the names of the links end that must lead somewhere."""
    seen: set[str] = set()
    waiting = deque([str(top)])
    while waiting:
        folder = waiting.popleft()
        place = os.path.realpath(folder)
        if place in seen:
            continue
        seen.add(place)
        try:
            entries = _entries(folder)
        except InputError as error:
            fault(error)
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.appendleft(entry.path)
            elif entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110 - Path.exists may raise
                problem, remedy = "this link leads nowhere", "mend or remove it"
                if entry.name.lower().endswith(links):
                    fault(InputError(problem, path=entry.path, remedy=remedy))
            elif entry.is_dir():
                waiting.append(entry.path)
            elif entry.is_file():
                yield entry.path


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What is not hidden; links come in order of name."""
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(LEFT_BESIDE)]
    except OSError as error:
        raise InputError(
            f"cannot list this folder ({error.strerror})",
            path=folder,
            remedy="see that you may read it",
        ) from error
    return sorted(shown, key=lambda entry: entry.name)
