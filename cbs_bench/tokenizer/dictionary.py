"""A dictionary for the decoders of the `tokenizers` library: ``⟨5日⟨安⟩`` becomes 晏.

None of these decoders holds a table; the nearest is to replace a pattern by a fixed text. One
replacement for each of 70,000 spellings takes 26 ms a sentence and half a second to load. So the
spellings are printed on pages of some hundred lines, ``⟨3日安晏⟨3日免晚…⟨4``: pages by spelling,
their lines by commonness. One replacement writes behind a spelling the page that it would stand
on; a second one finds the line by a back reference and drops all but the graph.

⟨ and ⟩ stand here for the two marks of :mod:`~cbs_bench.tokenizer.huggingface`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from tokenizers import Regex
from tokenizers.decoders import Decoder, Replace

from cbs_bench.tokenizer.vocabulary import SPELLING_END as END
from cbs_bench.tokenizer.vocabulary import SPELLING_START as START

PAGE = 800
"""Lines of a page: longer ones take longer to search, more of them longer to pass over."""

LINE, CLOSE, OPENING = f"{START}3", f"{START}4", f"{START}5"
_REST = f"[^{START}{END}]"
_FOUND = rf"{OPENING}(.){START}({_REST}+){END}(?:{LINE}{_REST}*)*?{LINE}\1\2(?=.{START})"
_REMAINDER = f"(?:{LINE}{_REST}*)*{CLOSE}"


def lookup(spellings: Mapping[str, str]) -> Iterator[Decoder]:
    """Replacements that put its graph in the place of every spelling; others stay.

    Args:
        spellings: The spelling of each graph, two characters or more, the commonest graph first.
    """
    rank = {spelling: place for place, spelling in enumerate(spellings.values())}
    graphs = {spelling: graph for graph, spelling in spellings.items()}
    for opening, page in _pages(sorted(rank)):
        lines = (f"{LINE}{word}{graphs[word]}" for word in sorted(page, key=rank.__getitem__))
        yield Replace(Regex(rf"{OPENING}{opening}{_REST}*{END}\K"), "".join(lines) + CLOSE)
        yield Replace(Regex(f"{_FOUND}|{_REMAINDER}"), "")


def _pages(words: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The spellings of each page, and a pattern for how the marked ones begin."""
    heads = [(head, list(group)) for head, group in groupby(words, lambda word: word[0])]
    for first, last, page in _filled(heads):
        if len(page) <= PAGE:
            yield f"[{first}-{last}]{START}", page
            continue
        seconds = [(second, list(group)) for second, group in groupby(page, lambda word: word[1])]
        for low, high, part in _filled(seconds):
            yield f"{first}{START}[{low}-{high}]", part


def _filled(groups: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[str, str, list[str]]]:
    """First and last key of neighbouring groups that fill a page; a larger group stands alone."""
    first, last, page = "", "", list[str]()
    for key, group in groups:
        if page and len(page) + len(group) > PAGE:
            yield first, last, page
            page = []
        first, last, page = key if not page else first, key, page + group
    if page:
        yield first, last, page
