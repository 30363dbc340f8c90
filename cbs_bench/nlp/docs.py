"""Tokens as a spaCy ``Doc``: one spaCy token for each group of tokens that share glyphs.

The groups partition the glyphs, so ``doc.text`` is the source text whatever the tokenizer
did, and predicted and gold documents always agree (spaCy's E949 compares their texts).
What the tokenizer knew of each group is read through extension attributes
(:mod:`cbs_bench.nlp.attributes`).
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc
from spacy.vocab import Vocab

from cbs_bench.nlp.attributes import BOXES, CANDIDATES
from cbs_bench.nlp.details import details_of, store_details
from cbs_bench.script.labels import split_glyphs
from cbs_bench.script.punctuation import is_punctuation
from cbs_bench.tokenizer.grouping import by_glyphs
from cbs_bench.types import Glyph, Token

UNKNOWN_NORM = "[UNK]"
GUIDE = "cbs_bench.guide"
"""Where a guide leaves ``[glyphs, tags]`` probabilities for the tagger after it."""


def make_doc(
    vocab: Vocab, glyphs: Sequence[str], tokens: Sequence[Token], reading: Sequence[Glyph] = ()
) -> Doc:
    """A document whose spaCy tokens are the groups of ``tokens`` that share glyphs.

    Args:
        vocab: The pipeline's vocabulary.
        glyphs: The glyphs of the text, in order.
        tokens: Tokens in order; together they cover every glyph.
        reading: The same glyphs as read from a scan, if there is one.
    """
    groups = list(by_glyphs(tokens))
    words, norms, known = [], [], []
    for group in groups:
        start, end = group[0].start, group[-1].end
        words.append("".join(glyphs[start:end]))
        components = _parts(group, glyphs[start:end])
        norms.append(_norm(group, words[-1]))
        confidence = min(token.confidence for token in group)
        known.append([start, end, group[0].granularity, list(components), confidence])
    doc = Doc(vocab, words=words, spaces=[False] * len(words))
    for token, norm in zip(doc, norms, strict=True):
        token.norm_ = norm
    store_details(doc, known)
    if reading:
        doc.user_data[BOXES] = [list(glyph.box.xywh) for glyph in reading]
        doc.user_data[CANDIDATES] = [[list(pair) for pair in g.candidates] for g in reading]
    return doc


def glyphs_of(doc: Doc) -> list[str]:
    """The glyphs of a document, as many as its spans count."""
    glyphs: list[str] = []
    for token, (start, end, *_) in zip(doc, details_of(doc), strict=True):
        glyphs += [token.text] if end - start == 1 else split_glyphs(token.text)
    return glyphs


def _parts(group: Sequence[Token], glyphs: Sequence[str]) -> Sequence[str]:
    """What a group is made of: its pieces, its components, or the glyphs of a sub-word.

    So a coarse token shows the tagger its characters, and no baseline is made weak.
    """
    if len(group) > 1:
        return [token.text for token in group]
    return group[0].components or (glyphs if len(glyphs) > 1 else ())


def _norm(group: Sequence[Token], text: str) -> str:
    """What identifies a group: its text, unless the tokenizer keeps only its components."""
    return UNKNOWN_NORM if group[0].granularity == "component" else _fold(text)


def _fold(text: str) -> str:
    """Punctuation by function: editions differ in which quote or comma they print."""
    return _PUNCTUATION.get(text, "·") if is_punctuation(text) else text


_PUNCTUATION = {
    character: kind
    for kind, characters in {
        "。": "。.．",
        "，": "，,",
        "、": "、",
        "；": "；;",
        "：": "：:",
        "！": "！!",
        "？": "？?",
        "「": "「『“‘\"'《〈（([【〔",
        "」": "」』”’》〉）)]】〕",
    }.items()
    for character in characters
}
