"""Which labels name a class, the same for builders, training and scores.

Scripts without code points have classes all the same: oracle bones by number, ``0012``; signs
in transliteration, ``šu``; whatever a laboratory calls them, ``horse``.
"""

from __future__ import annotations

from cbs_bench.script.labels import Label, Status, split_glyphs

_NOTATION = frozenset("{}（）〈〉[]=→,？○□△●☆")


def names_class(label: Label) -> bool:
    """Whether a recogniser can learn the label's graph as a class.

    Characters are classes, encoded or composed, and so are names. What is lost, no text, or
    written ○ is none, nor a label of the corpus that is not analysed, such as ``天,而``.

    Examples:
        >>> from cbs_bench.script.labels import parse
        >>> [names_class(parse(raw)) for raw in ("又（有）", "šu", "○（始）", "None")]
        [True, True, False, False]
    """
    return label.status in (Status.ENCODED, Status.COMPOSED) or is_name(label)


def is_name(label: Label) -> bool:
    """Whether the label only names a class: its graph is not what is written.

    That is a number or a word in letters, with no sign of the corpus's notation.
    """
    if label.status is Status.UNANALYSED:
        return _NOTATION.isdisjoint(label.raw) and any(map(str.isalnum, label.raw))
    several = len(split_glyphs(label.graph)) > 1
    return label.encoded and (label.graph.isascii() or (several and _spelled(label.graph)))


def row_status(label: Label) -> Status:
    """The status of a row that may have a name for its label; names are unencoded."""
    return Status.UNENCODED if is_name(label) else label.status


def _spelled(graph: str) -> bool:
    """Whether there is a letter of an alphabet with capitals in it, or a figure."""
    return any(sign.isdecimal() or sign.lower() != sign.upper() for sign in graph)
