"""EvaHan 2022: the Zuozhuan with words and parts of speech."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from cbs_bench.dataset import rows
from cbs_bench.dataset.splits import train_or_validation
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, Record, Rejection
from cbs_bench.script.labels import split_glyphs
from cbs_bench.script.tagsets import EVAHAN
from cbs_bench.walk import files_below

LAYOUT = "the folder with zuozhuan_train_utf8.txt and EvaHan_testa_gold.txt"
MENDED = {"b": "v", "nn": "n", "vn": "v"}
"""Tags outside the tag set, five words in all, and what they stand for."""

_PARTS = {"zuozhuan_train": "train", "testa_gold": "test"}
_LEFT_OUT = "testb_gold"
_WORD = re.compile(r"(?P<form>[^/]+?)[/.](?P<tag>[A-Za-z]+)")


class EvaHan(CorpusBuilder):
    """Reads the training text and the gold of test A; one line is one row."""

    tags = EVAHAN
    takes = frozenset({"orthography"})
    info = CorpusInfo(
        title="EvaHan 2022, Zuozhuan",
        summary=(
            "The Zuozhuan, of the register closest to the slips, with words and parts of speech "
            "as BIO tags over glyphs; test A of the shared task is the test split."
        ),
        licence="unknown",
        citation=(
            "Bin Li et al. 2022. The First International Ancient Chinese Word Segmentation and "
            "POS Tagging Bakeoff: Overview of the EvaHan 2022 Evaluation Campaign. LT4HALA 2022."
        ),
        homepage="https://github.com/CIRCSE/LT4HALA/tree/master/2022/data_and_doc",
        limits=(
            "The source states no licence.",
            "Test B of the shared task, of other texts than the Zuozhuan, is left out.",
            "The training text became `train` and `validation`, 90 to 10, by paragraph.",
            "Broken words are mended: the tags b, nn and vn (five words) read v, n and v; "
            "punctuation without a tag is w; a dot before a tag is a slash.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``pos`` in order of the lines; see the base class."""
        raw = rows.need(raw, LAYOUT)
        respell = rows.respeller(self.options)
        files = files_below(raw, [".txt"]) if raw.is_dir() else [raw]
        parts = [(file, part) for file in files if (part := _part(file))]
        if not parts:
            raise InputError("no file of EvaHan 2022 here", path=raw, remedy=f"--raw {LAYOUT}")
        yield from (
            Rejection(file.name, "test B is not read: it is not of the Zuozhuan; take it away")
            for file in files
            if _LEFT_OUT in file.stem.lower()
        )
        for file, part in parts:
            for number, paragraph, line in _lines(file):
                where = f"{file.name} line {number}"
                group = f"{file.stem}-p{paragraph}"
                split = train_or_validation(group, self.options.seed) if part == "train" else part
                try:
                    glyphs, words = _parse(line)
                except ValueError as error:
                    yield Rejection(where, str(error))
                    continue
                name = f"{file.stem}-{number}"
                row = rows.pos_row(name, respell(name, glyphs), words)
                yield Record("pos", row, where, group, file.stem, split)


def _part(file: Path) -> str | None:
    return next((part for mark, part in _PARTS.items() if mark in file.stem.lower()), None)


def _lines(file: Path) -> Iterator[tuple[int, int, str]]:
    """Line number, paragraph number and text; an empty line ends a paragraph."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read it ({error})", path=file, remedy="give the UTF-8 files"
        ) from error
    paragraph = 0
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, paragraph, line
        else:
            paragraph += 1


def _parse(line: str) -> tuple[list[str], list[tuple[int, int, str]]]:
    """Glyphs and words of a line such as ``惠公/nr 元妃/n``.

    Raises:
        ValueError: If a word has no tag and cannot be mended.
    """
    glyphs: list[str] = []
    words = []
    for item in line.split():
        match = _WORD.fullmatch(item)
        if match:
            form, tag = match["form"], MENDED.get(match["tag"], match["tag"])
        elif all(unicodedata.category(character).startswith("P") for character in item):
            form, tag = item, "w"
        else:
            raise ValueError(f"word without a tag: {item}")
        start = len(glyphs)
        glyphs += split_glyphs(form)
        words.append((start, len(glyphs), tag))
    return glyphs, words
