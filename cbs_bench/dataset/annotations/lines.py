"""A line of PAGE or ALTO: which of its texts names each glyph.

Editors show the text of a line or a word, and many leave that of the glyphs below as it was. So a
text that differs from the one this package wrote is a correction, wherever it was made; where
several were changed, that of the word goes before that of the line, and both before the glyph's.
Of a file without a record of what was written, the glyphs' texts count as written; in one with a
record, whatever is not a line is one glyph, because that is how it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cbs_bench.dataset.annotations.as_written import AsWritten, Part
from cbs_bench.dataset.annotations.pages import XYWH, Fault, Page, Region
from cbs_bench.dataset.annotations.shares import shared_out
from cbs_bench.script.labels import parse, split_glyphs

Words = Sequence[tuple[Part, Sequence[Part]]]
"""Each word and its glyphs; one without glyphs is its own glyph."""


class _UnclearError(ValueError):
    """A text does not say which of its graphs is which of the glyphs marked."""


@dataclass(frozen=True, slots=True)
class _Text:
    value: str
    as_written: bool


def with_glyphs(
    page: Page, lines: Iterable[tuple[Part, Words]], written: AsWritten
) -> Iterator[Page | Fault]:
    """The glyphs that cannot be used, then the page with the others, or with why it cannot be used.

    A word or a line of a single glyph counts as a glyph where no glyphs are marked.

    Args:
        page: Without its glyphs.
        lines: Each line, without text where the format gives it none, and its words; a line
            without words is its own word.
        written: What was written.
    """
    regions: list[Region] = []
    unclear: list[str] = []
    for line, words in lines:
        try:
            found = list(_read(line, words, written, page.where))
        except _UnclearError as error:
            unclear += error.args
            continue
        regions += (one for one in found if isinstance(one, Region))
        yield from (one for one in found if isinstance(one, Fault))
    fault = f"{'; '.join(unclear)}; mend its text or its boxes" if unclear else ""
    yield replace(page, regions=tuple(regions), fault=fault)


def _read(line: Part, words: Words, written: AsWritten, file: str) -> Iterator[Region | Fault]:
    """The glyphs of a line, in the order of the file."""
    marked = [glyph for _, inside in words for glyph in inside]
    glyphs = [_text(glyph, written) for glyph in marked]
    of_words = [piece for word, inside in words for piece in _pieces(word, inside, written)]
    of_line = _pieces(line, marked, written)
    boxes = [_box(word, inside, glyph, written) for word, inside in words for glyph in inside]
    texts = zip(of_words, of_line, glyphs, strict=True)
    for glyph, box, choice in zip(marked, boxes, texts, strict=True):
        where, label = f"{file} {glyph.name}", _corrected(choice)
        one = glyph.kind == "glyph" or (glyph.kind != "line" and written.recorded) or _is_one(label)
        if not one:
            what = "of several glyphs" if label else "without text and"
            yield Fault(where, f"a {glyph.kind} {what} without boxes of its glyphs")
        elif box is None:
            yield Fault(where, "it has no box of numbers")
        else:
            guess = label.startswith("{") and all(text.as_written for text in choice if text.value)
            yield Region(box, label, where, predicted=guess)


def _pieces(whole: Part, glyphs: Sequence[Part], written: AsWritten) -> list[_Text]:
    """What the text of a word or line says of each of its glyphs."""
    text, own = "".join(whole.text.split()), [glyph.text for glyph in glyphs]
    as_written = written.text(whole)
    stale = as_written and whole.kind == "line" and any(own)  # glyphs may have come or gone since
    if stale or not text:
        return [_text(glyph, written) for glyph in glyphs]
    labels = [text] if [glyph.kind for glyph in glyphs] == ["glyph"] else shared_out(text, own)
    if labels is None:
        raise _UnclearError(
            f"a {whole.kind} has not one graph for each glyph marked: {len(split_glyphs(text))} "
            f"graphs and {len(glyphs)} glyphs in {whole.name}"
        )
    return [_Text(label, as_written) for label in labels]


def _corrected(texts: Sequence[_Text]) -> str:
    """The label of a glyph by its word, its line and itself; what is empty says nothing."""
    before = next((text.value for text in texts if text.as_written), texts[-1].value)
    changed = (text.value for text in texts if text.value and not text.as_written)
    return next((value for value in changed if value != before), before)


def _box(word: Part, inside: Sequence[Part], glyph: Part, written: AsWritten) -> XYWH | None:
    """That of the glyph, unless only its word was moved, which holds nothing else."""
    moved = len(inside) == 1 and written.box(glyph) and not written.box(word)
    return word.box if moved else glyph.box


def _text(part: Part, written: AsWritten) -> _Text:
    return _Text(part.text, written.text(part))


def _is_one(label: str) -> bool:
    """Whether a text is the label of one glyph, such as ``又（有）``."""
    return len(split_glyphs(parse(label).graph)) == 1
