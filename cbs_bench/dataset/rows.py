"""What builders share: rows from their parts, components, and raw data in folders or archives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from cbs_bench.dataset import archive
from cbs_bench.dataset.schema import bio
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BuildOptions, ImageRef
from cbs_bench.script import components
from cbs_bench.script.class_names import is_name, row_status
from cbs_bench.script.labels import Label, Status
from cbs_bench.script.orthography import Orthography
from cbs_bench.walk import files_below, is_hidden

Lookup = Callable[[str], tuple[str, ...]]
Respell = Callable[[str, Sequence[str]], list[str]]

ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")
"""How the names of archives end, in lower case."""


def component_lookup(options: BuildOptions) -> Lookup:
    """The decomposition that ``options`` ask for."""
    if options.ids is None:
        return components.decompose
    return components.ComponentTable.from_ids(options.ids).decompose


def component_source(options: BuildOptions) -> str:
    """The citation of that decomposition."""
    if options.ids is None:
        return components.SOURCE
    return f"ideographic description sequences of {options.ids.name}"


def respeller(options: BuildOptions) -> Respell:
    """A function of a row's id and its glyphs that spells them as ``options`` ask."""
    if options.orthography is None:
        return lambda _, glyphs: list(glyphs)
    orthography = Orthography.from_file(options.orthography)
    return lambda name, glyphs: orthography.respell(glyphs, name=name, seed=options.seed)


def parts(label: Label, lookup: Lookup) -> tuple[str, ...]:
    """A composition names its components itself; others are looked up."""
    return label.components or (lookup(label.graph) if label.encoded else ())


def label_columns(label: Label, lookup: Lookup) -> dict[str, Any]:
    """The columns of ``glyphs`` that a label fills where it may be the name of a class."""
    status = row_status(label)
    return {
        "label": label.raw,
        "graph": label.graph,
        "reading": label.reading,
        "components": [] if is_name(label) else list(parts(label, lookup)),
        "encoded": status is Status.ENCODED,
        "status": status.value,
    }


def text_row(
    name: str, place: tuple[str, str, str], graphs: Sequence[str], readings: Sequence[str]
) -> dict[str, Any]:
    """A row of ``texts``; ``place`` is source, document and slip."""
    source, document, slip = place
    return {
        "id": name,
        "source": source,
        "document": document,
        "slip": slip,
        "graphs": list(graphs),
        "readings": list(readings),
        "text": "".join(graphs),
    }


def pos_row(
    name: str, tokens: Sequence[str], words: Sequence[tuple[int, int, str]]
) -> dict[str, Any]:
    """A row of ``pos``; ``words`` are half-open spans over ``tokens`` with their tags."""
    return {
        "id": name,
        "tokens": list(tokens),
        "tags": bio(len(tokens), words),
        "words": [{"start": start, "end": end, "tag": tag} for start, end, tag in words],
        "text": "".join(tokens),
    }


def need(raw: Path | None, what: str, *, packed: bool = False) -> Path:
    """``raw``, once it is known to exist.

    Args:
        raw: As given on the command line.
        what: What it should be.
        packed: Whether it may be an archive.

    Raises:
        InputError: If it is ``None``, there is nothing, or it is an archive and may not be.
    """
    if raw is None:
        raise InputError("this corpus needs raw data", remedy=f"--raw {what}")
    if not raw.exists():
        raise InputError("no such file or folder", path=raw, remedy=f"--raw {what}")
    if not packed and raw.is_file() and raw.name.lower().endswith(ARCHIVES):
        remedy = f"unpack it and give --raw {what}"
        raise InputError("this builder reads no archive", path=raw, remedy=remedy)
    return raw


def members(raw: Path, what: str) -> Iterator[tuple[str, ImageRef]]:
    """Relative name and reference of every file in a folder or zip archive, sorted by name.

    Hidden ones are left out; see :mod:`cbs_bench.walk`.

    Raises:
        InputError: If ``raw`` is neither, or a member's name would leave the archive's folder.
    """
    if raw.is_dir():
        for path in files_below(raw):
            yield path.relative_to(raw).as_posix(), ImageRef(path)
        return
    for name, place in _members(raw, raw.stat().st_mtime_ns, what):
        if not is_hidden(name):
            yield name, ImageRef(raw, name, place)


def content(member: ImageRef) -> bytes:
    """The bytes of what :func:`members` refers to, where it is no image.

    Raises:
        OSError: If it cannot be read; other errors of :data:`cbs_bench.dataset.images.UNREADABLE`.
    """
    if member.member is None:
        return member.path.read_bytes()
    if member.place is not None:
        return archive.read(member.path, member.place)
    with zipfile.ZipFile(member.path) as packed:
        return packed.read(member.member)


@lru_cache(maxsize=1)
def _members(raw: Path, changed: int, what: str) -> list[tuple[str, archive.Place | None]]:
    """The directory of an archive, kept because a build looks twice."""
    del changed  # part of the key, for an archive that is written anew
    try:
        found = archive.members(raw)
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"no zip archive ({error})", path=raw, remedy=f"--raw {what}") from error
    for name, _ in found:
        # Nothing is ever extracted, but a name that climbs marks an archive not to be trusted.
        steps = name.split("/")
        if name.startswith("/") or ".." in steps or "\\" in name or ":" in steps[0]:
            raise InputError(
                "the name of this member leaves the archive",
                path=raw,
                row=name,
                remedy="repack it with relative names",
            )
    return found
