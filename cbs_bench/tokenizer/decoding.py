"""From token ids back to the exact text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cbs_bench.errors import DataError
from cbs_bench.tokenizer.codebook import Codebook
from cbs_bench.tokenizer.vocabulary import Entry


def decode(ids: Iterable[int], codebook: Codebook) -> str:
    """The text that ``ids`` spell; special tokens are left out.

    Args:
        ids: Token ids, as :class:`~cbs_bench.tokenizer.encoding.Encoding` holds them.
        codebook: The spellings they were made with.

    Raises:
        DataError: If an id is none of its vocabulary.
    """
    entries = _entries(ids, codebook.vocabulary.entries)
    return "".join(_spell(group, codebook) for group in _glyph_groups(entries))


def _entries(ids: Iterable[int], vocabulary: Sequence[Entry]) -> Iterator[Entry]:
    for index in ids:
        if not 0 <= index < len(vocabulary):
            raise DataError(
                f"no token has the id {index}", remedy="decode ids with the tokenizer they are of"
            )
        yield vocabulary[index]


def _glyph_groups(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Runs that belong together: a token with what continues it, or bytes."""
    group: list[Entry] = []
    for entry in entries:
        if group and not _continues(group[0], entry):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _continues(head: Entry, entry: Entry) -> bool:
    if head.kind == "byte":
        return entry.kind == "byte"
    return head.kind != "special" and entry.kind in ("continuing", "variant")


def _spell(group: list[Entry], codebook: Codebook) -> str:
    head = group[0]
    if head.kind == "byte":
        return bytes(entry.number for entry in group).decode("utf-8", _errors(group))
    parts = [entry.text for entry in group if entry.kind not in ("special", "variant")]
    if head.kind in ("graph", "component"):
        marks = [entry.number for entry in group if entry.kind == "variant"]
        return head.text if len(group) == 1 else codebook.glyph_of(parts, marks[0] if marks else 0)
    return "{" + "".join(parts) + "}" if parts else ""


def _errors(group: list[Entry]) -> str:
    """Lone surrogates come back as they were; other broken bytes are shown as such."""
    data = bytes(entry.number for entry in group)
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return "replace"
    return "surrogatepass"
