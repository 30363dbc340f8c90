"""The source of a plugin: what tells its versions apart, and where in it an error arose."""

from __future__ import annotations

import hashlib
import inspect
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cbs_bench.errors import CbsBenchError, PluginError


def files(plugin: type) -> list[str]:
    """The files that define a class and what it inherits, Python's own left out."""
    bases = {
        base.__module__: base
        for base in plugin.__mro__
        if base.__module__.partition(".")[0] not in sys.stdlib_module_names
    }
    return [inspect.getfile(base) for base in bases.values()]


def checksum(plugin: type) -> str:
    """The SHA-256 of its files."""
    digest = hashlib.sha256()
    for path in files(plugin):
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()


@contextmanager
def errors_named(
    paths: Collection[str], guests: Mapping[str, type] | None = None
) -> Iterator[None]:
    """Tells of an exception in one line where it passed through the files of a plugin.

    Errors raised on purpose and those of the system are in one line already.

    Args:
        paths: The files of the plugins.
        guests: What plugins of others are called, and their classes: where an exception arose
            outside of their files, one of them may have returned what it should not.

    Raises:
        PluginError: Naming file, line and exception.
    """
    try:
        yield
    except (CbsBenchError, OSError):
        raise
    except Exception as error:  # the code of strangers may fail in any way
        place = _place(error, paths)
        if place is None:
            raise
        path, line = place
        remedy = "mend it"
        if guests and not any(path in files(guest) for guest in guests.values()):
            remedy = f"see that {' and '.join(guests)} return what their interface asks for"
        raise PluginError(
            f"{type(error).__name__}: {error}",
            path=path,
            row=f"line {line}",
            remedy=f"{remedy}; --debug shows the whole traceback",
        ) from error


def _place(error: Exception, paths: Collection[str]) -> tuple[str, int | None] | None:
    """The file and the line that failed last in ``paths``, or that cannot be parsed."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [(frame.filename, frame.lineno) for frame in frames if frame.filename in paths]
    if isinstance(error, SyntaxError) and error.filename is not None:
        return error.filename, error.lineno
    return inside[-1] if inside else None
