"""Treebanks of Universal Dependencies: words and parts of speech from CoNLL-U."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cbs_bench.dataset import rows
from cbs_bench.dataset.splits import train_or_validation
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, Record, Rejection
from cbs_bench.script.labels import split_glyphs
from cbs_bench.script.tagsets import UPOS
from cbs_bench.walk import files_below

LAYOUT = "a .conllu file or the folder of a treebank"

Sentence = tuple[int, str, str, list[str]]
"""Line number, sentence id, document (empty where none is named) and the lines of its words."""


class UniversalDependencies(CorpusBuilder):
    """Reads every ``.conllu`` below a folder; spans count code points and compositions."""

    tags = UPOS
    takes = frozenset({"orthography"})
    info = CorpusInfo(
        title="Universal Dependencies, part of speech over glyphs",
        summary=(
            "Sentences of a UD treebank, such as UD_Classical_Chinese-Kyoto, as BIO tags over "
            "single glyphs: one word is one span with its universal part of speech."
        ),
        licence="CC BY-SA 4.0",
        citation=(
            "Koichi Yasuoka et al. 2022. Designing Universal Dependencies for Classical Chinese "
            "and Its Application. Journal of Information Processing Society of Japan 63(2)."
        ),
        homepage="https://github.com/UniversalDependencies/UD_Classical_Chinese-Kyoto",
        limits=(
            "Where the raw data have no train file, their dev file became `train` and "
            "`validation` (90 to 10, by paragraph): scores are not those of the full train file.",
            "Multiword tokens, empty nodes, lemmas and dependencies are left out.",
            "Licence and citation are those of UD Classical Chinese Kyoto.",
        ),
    )

    def records(self, raw: Path | None) -> Iterator[Record | Rejection]:
        """Yield ``pos`` in order of file and sentence; see the base class."""
        raw = rows.need(raw, LAYOUT)
        files = files_below(raw, [".conllu"]) if raw.is_dir() else [raw]
        if not files or files[0].suffix.lower() != ".conllu":
            raise InputError("no .conllu file here", path=raw, remedy=f"--raw {LAYOUT}")
        respell = rows.respeller(self.options)
        has_train = any(_part(file) == "train" for file in files)
        for file in files:
            part = _part(file)
            for line, name, document, words in _sentences(file):
                # Ids such as KR1h0004_012_par1_5-6 name the sentence after its paragraph.
                group = name.rpartition("_")[0] or document or name
                split = {"dev": "validation"}.get(part, part) if part else None
                if part == "dev" and not has_train:
                    split = train_or_validation(group, self.options.seed)
                where = f"{file.name} line {line}"
                row = _row(name, words, respell)
                if isinstance(row, str):
                    yield Rejection(where, row)
                else:
                    yield Record("pos", row, where, group, document or file.stem, split)


def _part(file: Path) -> str | None:
    """``train``, ``dev`` or ``test`` as the name of a treebank's file ends."""
    match = re.search(r"(?:^|[-_.])(train|dev|test)$", file.stem.lower())
    return match[1] if match else None


def _sentences(file: Path) -> Iterator[Sentence]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read it ({error})", path=file, remedy="give UTF-8 CoNLL-U"
        ) from error
    document, name, first = "", "", 0
    words: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.startswith("# newdoc id = "):
            document = line.partition("= ")[2].strip()
        elif line.startswith("# sent_id = "):
            name = line.partition("= ")[2].strip()
        elif line.strip() and not line.startswith("#"):
            first = first or number
            words.append(line)
        elif not line.strip() and words:
            yield first, name or f"{file.stem}-{first}", document, words
            name, first, words = "", 0, []


def _row(name: str, lines: list[str], respell: rows.Respell) -> dict[str, object] | str:
    """The row of a sentence, or what is wrong with it."""
    glyphs: list[str] = []
    words = []
    for line in lines:
        columns = line.split("\t")
        if len(columns) != 10:
            return f"not ten columns: {line[:40]}"
        if not columns[0].isdecimal():
            continue
        form, tag = columns[1], columns[3]
        start = len(glyphs)
        glyphs += split_glyphs(form.replace(" ", ""))
        words.append((start, len(glyphs), tag))
    return rows.pos_row(name, respell(name, glyphs), words)
