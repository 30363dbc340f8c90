"""Names for rows out of the paths of raw files, no name twice."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from pathlib import PurePath
from typing import TypeVar

AnyPath = TypeVar("AnyPath", bound=PurePath)


def unique_names(paths: Iterable[AnyPath]) -> dict[AnyPath, str]:
    """A name for each path, in order: without its suffix, and with ``_`` for ``/``.

    Where an earlier path has that name already, the later one is numbered.

    Args:
        paths: Relative to the raw data.

    Examples:
        >>> list(unique_names(map(PurePath, ("a/b_c.png", "a_b/c.png", "d.png"))).values())
        ['a_b_c', 'a_b_c-2', 'd']
    """
    names = {path: path.with_suffix("").as_posix().replace("/", "_") for path in paths}
    taken = set(names.values())
    given: set[str] = set()
    for path, name in names.items():
        if name in given:
            names[path] = next(n for k in count(2) if (n := f"{name}-{k}") not in taken)
            taken.add(names[path])
        given.add(name)
    return names
