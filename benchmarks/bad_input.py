"""How a benchmark ends where its input is bad: one line on standard error, and status 2."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps

from cbs_bench.errors import CbsBenchError

Arguments = Sequence[str] | None


def in_one_line(name: str) -> Callable[[Callable[[Arguments], None]], Callable[..., int]]:
    """Let a ``main`` return its exit status, bad input being told in the name of ``name``."""

    def decorate(main: Callable[[Arguments], None]) -> Callable[..., int]:
        @wraps(main)
        def status(arguments: Arguments = None) -> int:
            try:
                main(arguments)
            except CbsBenchError as error:
                sys.stderr.write(f"{name}: {error}\n")
                return 2
            return 0

        return status

    return decorate
