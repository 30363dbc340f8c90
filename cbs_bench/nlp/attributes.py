"""Extension attributes: ``token._.glyph_span``, ``.granularity``, ``.components``, ``.confidence``.

A document made from a scan also has ``boxes`` and ``candidates``, of each glyph on ``doc._`` and
of each glyph a token covers on ``token._``; one from text has none.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from spacy.tokens import Doc
from spacy.tokens import Token as SpacyToken

from cbs_bench.nlp.details import detail_of, details_of

BOXES = "cbs_bench.boxes"
CANDIDATES = "cbs_bench.candidates"


def _glyph_span(token: SpacyToken) -> tuple[int, int]:
    start, end = detail_of(token)[:2]
    return start, end


def _granularity(token: SpacyToken) -> str:
    return str(detail_of(token)[2])


def _components(token: SpacyToken) -> list[str]:
    return list(detail_of(token)[3])


def _confidence(token: SpacyToken) -> float:
    return float(detail_of(token)[4])


def _boxes(doc: Doc) -> list[list[float]]:
    return [list(box) for box in _of_reading(doc, BOXES)]


def _candidates(doc: Doc) -> list[list[tuple[str, float]]]:
    return [[(graph, p) for graph, p in glyph] for glyph in _of_reading(doc, CANDIDATES)]


def _of_reading(doc: Doc, key: str) -> Sequence[Any]:
    """What a reading left of each glyph; nothing in a document of other glyphs, such as a part."""
    stored: Sequence[Any] = doc.user_data.get(key, ())
    fits = stored and len(stored) == sum(end - start for start, end, *_ in details_of(doc))
    return stored if fits else ()


def _of_its_glyphs(read: Callable[[Doc], list[Any]]) -> Callable[[SpacyToken], list[Any]]:
    def read_token(token: SpacyToken) -> list[Any]:
        start, end = _glyph_span(token)
        return read(token.doc)[start:end]

    return read_token


def _set_extension(of: type[Doc | SpacyToken], name: str, getter: Callable[[Any], object]) -> None:
    """Set an attribute, unless another package has one of that name."""
    if of.has_extension(name):
        _, _, present, _ = of.get_extension(name)
        if getattr(present, "__module__", None) != __name__:
            warnings.warn(
                f"{of.__name__}._.{name} is another package's already and stays so; remove that "
                "extension before cbs_bench is loaded to read ours",
                stacklevel=2,
            )
            return
    of.set_extension(name, getter=getter, force=True)


for _name, _getter in {
    "glyph_span": _glyph_span,
    "granularity": _granularity,
    "components": _components,
    "confidence": _confidence,
    "boxes": _of_its_glyphs(_boxes),
    "candidates": _of_its_glyphs(_candidates),
}.items():
    _set_extension(SpacyToken, _name, _getter)
_set_extension(Doc, "boxes", _boxes)
_set_extension(Doc, "candidates", _candidates)
