"""Sentences of a CoNLL-U file, the format of Universal Dependencies, word by word.

Format: https://universaldependencies.org/format.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from cbs_bench.errors import InputError
from cbs_bench.script.labels import split_glyphs
from cbs_bench.script.punctuation import is_punctuation

Word = tuple[list[str], str]
"""The glyphs of a word and its universal part of speech."""

_COMMENT = re.compile(r"#\s*(sent_id|text)\s*=(.*)")
_DOCUMENT = re.compile(r"#\s*newdoc(?:\s+id\s*=(?P<name>.*)|\s.*)?")
_MULTIWORD = re.compile(r"([0-9]+)-([0-9]+)")
_EMPTY_NODE = re.compile(r"[0-9]+\.[0-9]+")


@dataclass(slots=True)
class Sentence:
    """What stands between two blank lines.

    Attributes:
        document: Named after its line where it has no id; empty where none has begun.
        names: Every ``sent_id``; there should be one at most.
        text: ``# text``; empty where there is none.
        line: The number of the first line of ``lines``.
        lines: Those of words, multiword tokens and empty nodes.
    """

    document: str
    names: list[str] = field(default_factory=list)
    text: str = ""
    line: int = 0
    lines: list[str] = field(default_factory=list)

    def words(self) -> list[Word]:
        """The words; multiword tokens and empty nodes are left out.

        Raises:
            ValueError: If the lines are not those of one sentence, or not of its text.
        """
        if len(self.names) > 1:
            names = " and ".join(self.names)
            raise ValueError(f"two sent_id in one sentence (no blank line between?): {names}")
        words: list[Word] = []
        multiword: list[tuple[int, int, str]] = []
        for line in self.lines:
            columns = line.split("\t")
            if len(columns) != 10:
                raise ValueError(f"not ten columns: {line[:40]}")
            number, form, tag = columns[0], columns[1], columns[3]
            if number == str(len(words) + 1):
                words.append((_glyphs(form), tag))
            elif match := _MULTIWORD.fullmatch(number):
                multiword.append((int(match[1]), int(match[2]), form))
            elif not _EMPTY_NODE.fullmatch(number):
                raise ValueError(
                    "words are not numbered 1, 2, 3 … (no blank line between sentences?): "
                    f"{number} where {len(words) + 1} is due"
                )
        for first, last, form in multiword:
            inside = _spelling(words[first - 1 : last])
            if inside != _glyphs(form):
                raise ValueError(
                    f"a multiword token is not spelled by its words: {form}, {''.join(inside)}"
                )
        self._compare(_spelling(words))
        return words

    def _compare(self, glyphs: list[str]) -> None:
        """Compare glyphs with the text, both without the punctuation that editors add."""
        if not self.text:
            return
        ours = [glyph for glyph in glyphs if not is_punctuation(glyph)]
        theirs = [glyph for glyph in _glyphs(self.text) if not is_punctuation(glyph)]
        if ours != theirs:
            same = sum(1 for _ in takewhile(bool, map(str.__eq__, ours, theirs)))
            raise ValueError(
                f"the words do not spell `# text`: {''.join(ours[same : same + 8]) or 'nothing'} "
                f"for {''.join(theirs[same : same + 8]) or 'nothing'}"
            )


def read(path: Path) -> Iterator[Sentence]:
    """The sentences of a file, in order.

    Raises:
        InputError: If it cannot be read.
    """
    try:
        # Lines end by a line feed alone: a form may hold another separator of Unicode.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read it ({error})", path=path, remedy="give UTF-8 CoNLL-U"
        ) from error
    sentence = Sentence("")
    for number, line in enumerate([*lines, ""], start=1):
        if not line.strip():
            if sentence.lines:
                yield sentence
            sentence = Sentence(sentence.document)
        elif match := _DOCUMENT.fullmatch(line):
            sentence.document = (match["name"] or "").strip() or f"{path.stem}-{number}"
        elif match := _COMMENT.fullmatch(line):
            _note(sentence, match[1], match[2].strip())
        elif not line.startswith("#"):
            sentence.line = sentence.line or number
            sentence.lines.append(line)


def _note(sentence: Sentence, key: str, value: str) -> None:
    if key == "sent_id":
        sentence.names.append(value)
    else:
        sentence.text = value


def _spelling(words: list[Word]) -> list[str]:
    return [glyph for word, _ in words for glyph in word]


def _glyphs(form: str) -> list[str]:
    return split_glyphs("".join(form.split()))
