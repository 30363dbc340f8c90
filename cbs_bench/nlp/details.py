"""What a tokenizer knew of each spaCy token, and of which token it knew it.

spaCy carries ``doc.user_data`` along as it likes: a ``DocBin`` drops it unless told otherwise,
``span.as_doc`` copies that of the whole document, ``doc.retokenize`` leaves it as it was. So each
detail is stored with the place and the form of its token. A document whose tokens are others is
cut anew by the tokenizer of its pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, pairwise
from typing import Any

from spacy.tokens import Doc
from spacy.tokens import Token as SpacyToken
from spacy.vocab import Vocab

from cbs_bench.script.labels import split_glyphs

Detail = Sequence[Any]
"""``[start, end, granularity, components, confidence, offset, orth]`` of a token."""

USER_DATA = "cbs_bench.details"
TOKENIZER = "cbs_bench.tokenizer"
"""Where ``vocab.cfg`` has the tokenizer of the pipeline."""

_OFFSET, _ORTH = 5, 6


def store_details(doc: Doc, known: Sequence[Detail]) -> Sequence[Detail]:
    """Leave ``[start, end, granularity, components, confidence]`` of each token in its document."""
    details = [[*row, token.idx, token.orth] for row, token in zip(known, doc, strict=True)]
    doc.user_data[USER_DATA] = details
    return details


def details_of(doc: Doc) -> Sequence[Detail]:
    """``[start, end, granularity, components, confidence, …]`` of every spaCy token.

    Where none are stored, or those of other tokens, they are worked out and stored: those that
    the pipeline's tokenizer gives to the same glyphs, with the confidence of a text. A token that
    it would not make, or one of a pipeline with another tokenizer, is a character without
    components, or a sub-word if it has several glyphs.
    """
    stored: Sequence[Detail] = doc.user_data.get(USER_DATA, ())
    if len(stored) == len(doc) and all(map(_is_of, stored, doc)):
        return stored
    return store_details(doc, _work_out(doc))


def detail_of(token: SpacyToken) -> Detail:
    """The row of :func:`details_of` of one token, without a look at the others."""
    stored: Sequence[Detail] = token.doc.user_data.get(USER_DATA, ())
    if len(stored) == len(token.doc) and _is_of(stored[token.i], token):
        return stored[token.i]
    return details_of(token.doc)[token.i]


def _is_of(detail: Detail, token: SpacyToken) -> bool:
    return bool(detail[_OFFSET] == token.idx and detail[_ORTH] == token.orth)


def _work_out(doc: Doc) -> list[Detail]:
    glyphs = [split_glyphs(token.text) for token in doc]
    spans = pairwise(accumulate(map(len, glyphs), initial=0))
    cut = {
        (start, end): known
        for start, end, *known in _cut(doc.vocab, list(chain.from_iterable(glyphs)))
    }
    return [
        [*span, *(cut[span][:3] if span in cut else _by_sight(own))]
        for span, own in zip(spans, glyphs, strict=True)
    ]


def _cut(vocab: Vocab, glyphs: Sequence[str]) -> Sequence[Detail]:
    """The details that the pipeline's tokenizer gives; none where it is not ours or untrained."""
    tokenizer = vocab.cfg.get(TOKENIZER)
    if tokenizer is None or tokenizer.tokenizer is None:
        return ()
    details: Sequence[Detail] = tokenizer.from_glyphs(glyphs).user_data[USER_DATA]
    return details


def _by_sight(glyphs: list[str]) -> Detail:
    return ["subword", glyphs, 1.0] if len(glyphs) > 1 else ["character", [], 1.0]
