"""Where the readings of a run go, by the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cbs_bench import locks
from cbs_bench.errors import InputError
from cbs_bench.export.folder import FORMATS, XmlFolder
from cbs_bench.export.json_lines import JsonLines
from cbs_bench.export.lines import TextLines
from cbs_bench.export.printed import Printed
from cbs_bench.export.scan_reading import Sink


@contextmanager
def opened(
    form: str | None, out: Path | None, models: str, progress: Callable[[str], None]
) -> Iterator[Sink]:
    """A sink that no second run writes to meanwhile.

    Args:
        form: ``text``, ``jsonl`` or one of ``FORMATS``; ``None`` for text, or jsonl in a file.
        out: A file of lines or a folder of XML files, made if it is not there; ``None`` to print.
        models: Checksum of the models that read now.
        progress: Called with the name of each scan written to ``out``.

    Raises:
        InputError: If XML has no folder, another run writes to ``out``, or what is there does
            not go with this one.
    """
    form = form or ("text" if out is None else "jsonl")
    if out is None:
        if form in FORMATS:
            raise InputError(f"--format {form} writes files", remedy="name a folder with --out")
        yield Printed(form)
        return
    if form in FORMATS:
        out.mkdir(parents=True, exist_ok=True)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.touch()
    with locks.alone(out):
        if form in FORMATS:
            yield XmlFolder(out, form, models, progress)
        elif form == "text":
            yield TextLines(out, progress)
        else:
            yield JsonLines(out, models, progress)
