"""Chinese-poetry: the poems of Tang and Song, raw text to learn glyph vectors from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cbs_bench.dataset import rows
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, Record, Rejection
from cbs_bench.script.labels import split_glyphs

LAYOUT = "the folder quantangshi of the package, with poet.tang.*.json and poet.song.*.json"
SOURCE = "chinese-poetry"


class ChinesePoetry(CorpusBuilder):
    """One poem is one row; an author is a document."""

    takes = frozenset[str]()
    info = CorpusInfo(
        title="Poems of Tang and Song",
        summary=(
            "The Quan Tangshi and the Quan Songshi in traditional characters, without tags: raw "
            "text of the literary language, at a size from which glyph vectors can be learned."
        ),
        licence="MIT",
        citation="chinese-poetry, collected by JackeyGao and contributors.",
        homepage="https://github.com/chinese-poetry/chinese-poetry",
        limits=(
            "Verse of 618 to 1279, a thousand years younger than the slips.",
            "The collections in simplified characters (ci, qu, the classics) are left out.",
            "No edition is named, and few readings are checked.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``texts`` in order of file and poem; see the base class."""
        raw = rows.need(raw, LAYOUT)
        files = sorted(raw.glob("poet.[ts][ao]ng.*.json"))
        if not files:
            raise InputError("no poet.tang.*.json here", path=raw, remedy=f"--raw {LAYOUT}")
        for file in files:
            for number, poem in enumerate(_poems(file), start=1):
                where = f"{file.name} poem {number}"
                try:
                    name, author, lines = _checked(poem)
                except ValueError as error:
                    yield Rejection(where, str(error))
                    continue
                glyphs = split_glyphs("".join(lines))
                row = rows.text_row(name, (SOURCE, author, ""), glyphs, glyphs)
                yield Record("texts", row, where, name, author)


def _poems(file: Path) -> list[Any]:
    try:
        poems = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read it ({error})", path=file, remedy="unpack the package again"
        ) from error
    if not isinstance(poems, list):
        raise InputError("not a list of poems", path=file, remedy=f"--raw {LAYOUT}")
    return poems


def _checked(poem: Any) -> tuple[str, str, list[str]]:
    """Name, author and lines of a poem.

    Raises:
        ValueError: If it has none of them.
    """
    match poem:
        case {"id": str(name), "author": str(author), "paragraphs": [*lines]} if lines:
            if all(isinstance(line, str) for line in lines):
                return name, author, lines
    raise ValueError("no id, author and paragraphs of text")
