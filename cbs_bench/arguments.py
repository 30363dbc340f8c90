"""Types of arguments on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


def path_of_scans(path: str) -> Path:
    """A path of scans; that of an unset variable of the shell would be the current folder."""
    if not path:
        raise argparse.ArgumentTypeError("an empty path; give that of a scan or a folder")
    return Path(path)


def names(text: str) -> list[str]:
    """Names between commas."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise argparse.ArgumentTypeError("name at least one; see `cbs-bench list`")
    twice = next((name for name in found if found.count(name) > 1), None)
    if twice is not None:
        raise argparse.ArgumentTypeError(f"{twice} is named twice; name each once")
    return found


def at_least(lowest: int) -> Callable[[str], int]:
    """The type of an argument that is a whole number."""

    def number(text: str) -> int:
        if not text.removeprefix("-").isdecimal() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"{text} is not a whole number from {lowest} on")
        return int(text)

    return number
