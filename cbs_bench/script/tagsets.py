"""The part-of-speech tag sets of the corpora."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

CHUBS = ("名词", "动词", "连词", "形容词", "副词", "数量词", "语气词", "代词", "介词", "助词")
"""Noun, verb, conjunction, adjective, adverb, numeral, mood particle, pronoun, preposition,
particle: Chen et al. (COLING 2025)."""

UPOS = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON",
    "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X",
)  # fmt: skip
"""Universal Dependencies, https://universaldependencies.org/u/pos/."""

EVAHAN = (
    "a", "c", "d", "f", "gv", "j", "m", "mr", "n", "nr", "ns", "nsr", "nx", "p", "q", "r",
    "rn", "rr", "rs", "s", "sv", "t", "u", "v", "w", "wv", "y", "yv",
)  # fmt: skip
"""EvaHan 2022, with the variants its training file uses."""


def bio_labels(tags: Sequence[str]) -> list[str]:
    """``O`` and the ``B-`` and ``I-`` of every tag, in the order of a ``ClassLabel``."""
    return ["O", *(f"{prefix}-{tag}" for tag in tags for prefix in "BI")]


def bio_fault(tags: Sequence[str]) -> str:
    """Why ``tags`` are no BIO sequence; empty if they are one.

    Examples:
        >>> bio_fault(["B-n", "I-n", "O"])
        ''
        >>> bio_fault(["B-n", "I-v"])
        'I-v goes on with no word: B-n I-v'
    """
    for before, tag in pairwise(["O", *tags]):
        if tag != "O" and tag[:2] not in ("B-", "I-"):
            return f"neither O nor a tag with B- or I-: {tag}"
        if tag.startswith("I-") and before not in (tag, f"B-{tag[2:]}"):
            return f"{tag} goes on with no word: {before} {tag}"
    return ""
