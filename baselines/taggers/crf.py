"""A linear-chain conditional random field over glyphs (Lafferty et al., ICML 2001).

The classic word tagger of Chinese: BIO tags over characters, features of a window. What the
tokenizer makes of a glyph comes in as features too: the token around it, its place there, and
the pieces or components that stand for it.
"""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from cbs_bench.errors import PluginError
from cbs_bench.interfaces import RunRequest, SlipTokenizer, WordTagger
from cbs_bench.metrics.spans import bio_from_words, words_from_bio
from cbs_bench.optional import load_optional
from cbs_bench.tokenizer.grouping import by_glyphs
from cbs_bench.types import Glyph, Sentence, Token, Word

TRAINING = {"c1": 0.1, "c2": 0.01, "max_iterations": 100, "feature.possible_transitions": True}
"""L1 and L2 weights, passes of L-BFGS, and a weight for each pair of tags, seen or not."""

EDGE = "⌷"


@dataclass(frozen=True, slots=True)
class View:
    """What a tokenizer shows of one glyph.

    Attributes:
        glyph: The glyph.
        token: The token it is part of.
        place: ``S`` for a token of its own, else ``B``, ``M`` or ``E``.
        parts: The pieces or components that stand for it.
    """

    glyph: str
    token: str
    place: str
    parts: tuple[str, ...] = ()


OUTSIDE_TEXT = View(EDGE, EDGE, "S")


class CrfTagger(WordTagger):
    """CRFsuite's first-order model, trained by L-BFGS; no chance is involved.

    Args:
        tokenizer: Cuts what is to be tagged.
        model: The weights, as CRFsuite writes them.
    """

    takes_tokens: ClassVar[bool] = True

    def __init__(self, tokenizer: SlipTokenizer, model: bytes) -> None:
        self._tokenizer = tokenizer
        self._model = model  # the tagger reads this memory and keeps no reference to it
        self._tagger: Any = _crfsuite().Tagger()
        self._tagger.open_inmemory(model)

    @classmethod
    def train(
        cls,
        request: RunRequest,
        tokenizer: SlipTokenizer | None,
        train: Sequence[Sentence],
        validation: Sequence[Sentence],
    ) -> CrfTagger:
        """Fit the weights to the training sentences; the validation sentences are not used.

        Raises:
            PluginError: If python-crfsuite is not installed, or no tokenizer is given.
        """
        if tokenizer is None:
            raise PluginError("the crf tagger reads tokens", remedy="name a tokenizer")
        trainer = _crfsuite().Trainer(algorithm="lbfgs", params=TRAINING, verbose=False)
        for sentence in train:
            views = views_of(sentence.glyphs, tokenizer.tokenize(sentence.glyphs))
            trainer.append(features(views), bio_from_words(sentence.words, len(views)))
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "model.crfsuite"
            trainer.train(str(model))
            return cls(tokenizer, model.read_bytes())

    def tag(self, texts: Sequence[Sequence[str]]) -> list[list[Word]]:
        """The words of each text."""
        return [self._words(glyphs, self._tokenizer.tokenize(glyphs)) for glyphs in texts]

    def tag_reading(self, glyphs: Sequence[Glyph]) -> list[Word]:
        """The words of glyphs read from a scan."""
        graphs = [glyph.graph for glyph in glyphs]
        return self._words(graphs, self._tokenizer.tokenize_reading(glyphs))

    def _words(self, glyphs: Sequence[str], tokens: Sequence[Token]) -> list[Word]:
        if not glyphs:
            return []
        return words_from_bio(self._tagger.tag(features(views_of(glyphs, tokens))))


def views_of(glyphs: Sequence[str], tokens: Sequence[Token]) -> list[View]:
    """What ``tokens`` show of each glyph.

    Args:
        glyphs: The glyphs of a text.
        tokens: Its tokens in order; together they cover every glyph. Those that share glyphs,
            such as pieces of bytes, are taken together.
    """
    views: list[View] = []
    for group in by_glyphs(tokens):
        start, end = group[0].start, group[-1].end
        whole = "".join(token.text for token in group)
        parts = tuple(t.text for t in group) if len(group) > 1 else group[0].components
        for position in range(start, end):
            place = _place(position - start, end - start)
            views.append(View(glyphs[position], whole, place, parts))
    return views


def features(views: Sequence[View]) -> list[list[str]]:
    """The features of each glyph: a window of two on both sides, its token and its parts."""
    padded = [OUTSIDE_TEXT, OUTSIDE_TEXT, *views, OUTSIDE_TEXT, OUTSIDE_TEXT]
    return [list(_features(padded[i : i + 5])) for i in range(len(views))]


def _features(window: Sequence[View]) -> Iterator[str]:
    yield "bias"
    glyphs = [view.glyph for view in window]
    for offset, glyph in zip(range(-2, 3), glyphs, strict=True):
        yield f"c{offset}={glyph}"
        yield f"k{offset}={_kind(glyph)}"
    for offset, left, right in zip(range(-2, 2), glyphs, glyphs[1:], strict=False):
        yield f"b{offset}={left}{right}"
    yield f"around={glyphs[1]}{glyphs[3]}"
    yield f"three={glyphs[1]}{glyphs[2]}{glyphs[3]}"
    yield f"repeats={glyphs[2] == glyphs[1]}{glyphs[2] == glyphs[3]}{glyphs[1] == glyphs[3]}"
    for offset, view in zip((-1, 0, 1), window[1:4], strict=True):
        if view.token != view.glyph:
            yield f"t{offset}={view.place}{view.token}"
        yield f"p{offset}={view.place}"
        for order, part in enumerate(view.parts):
            yield f"part{offset}={part}"
            yield f"part{offset}.{order}={part}"


def _crfsuite() -> Any:
    return load_optional("pycrfsuite", install="cbs-bench[peers]")


def _place(position: int, length: int) -> str:
    if length == 1:
        return "S"
    return "B" if position == 0 else "E" if position == length - 1 else "M"


def _kind(glyph: str) -> str:
    """Unicode's general category: letter, mark, number, punctuation; a composition is a letter."""
    return unicodedata.category(glyph)[0] if len(glyph) == 1 else "L"
