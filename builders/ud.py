"""Treebanks of Universal Dependencies: words and parts of speech from CoNLL-U."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cbs_bench.dataset import conllu, rows
from cbs_bench.dataset.names import unique_names
from cbs_bench.dataset.splits import train_or_validation
from cbs_bench.errors import InputError
from cbs_bench.interfaces import CorpusBuilder, CorpusInfo, Record, Rejection
from cbs_bench.script.tagsets import UPOS
from cbs_bench.walk import files_below

LAYOUT = "a .conllu file or the folder of a treebank"


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
            "Multiword tokens, empty nodes, lemmas and dependencies are left out, and sentences "
            "whose words do not spell their multiword tokens or, but for punctuation, their text.",
            "Licence, citation, homepage and language are those of UD Classical Chinese Kyoto; of "
            "another treebank hold those that its own README states.",
            "A sentence whose `sent_id` is that of one in an earlier file is named after its own.",
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
        root = raw if raw.is_dir() else raw.parent
        taken: set[str] = set()
        for inside, place in unique_names(file.relative_to(root) for file in files).items():
            file, part = root / inside, _part(inside)
            names: set[str] = set()
            for sentence in conllu.read(file):
                where = f"{inside.as_posix()} line {sentence.line}"
                try:
                    words = sentence.words()
                except ValueError as error:
                    yield Rejection(where, str(error))
                    continue
                name = "".join(sentence.names) or f"{file.stem}-{sentence.line}"
                # Ids such as KR1h0004_012_par1_5-6 name the sentence after its paragraph.
                group = name.rpartition("_")[0] or sentence.document or name
                split = {"dev": "validation"}.get(part, part) if part else None
                if part == "dev" and not has_train:
                    split = train_or_validation(group, self.options.seed)
                if name in taken:
                    name = f"{place}_{name}"
                names.add(name)
                row = _row(name, words, respell)
                yield Record("pos", row, where, group, sentence.document or file.stem, split)
            taken |= names


def _part(file: Path) -> str | None:
    """``train``, ``dev`` or ``test`` as the name of a treebank's file ends."""
    match = re.search(r"(?:^|[-_.])(train|dev|test)$", file.stem.lower())
    return match[1] if match else None


def _row(name: str, words: Sequence[conllu.Word], respell: rows.Respell) -> dict[str, Any]:
    glyphs: list[str] = []
    spans = []
    for word, tag in words:
        spans.append((len(glyphs), len(glyphs) + len(word), tag))
        glyphs += word
    return rows.pos_row(name, respell(name, glyphs), spans)
