"""``cbs_bench_guide``: what a tagger of another corpus says of each glyph.

A corpus with few tagged sentences can learn from one with many, though the two differ in their
tag sets: a tagger trained on the large one reads the text first, and what it thinks likely
becomes a feature of the tagger that learns the small one's tags (annotation adaptation, after
Jiang, Huang and Liu 2009, "Automatic Adaptation of Annotation Standards: Chinese Word
Segmentation and POS Tagging"). The word tagger notices a guide that stands before it in the
pipeline; ``spacy train`` needs its name among the ``annotating_components``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_model_from_config
from thinc.api import Config

from cbs_bench.errors import ModelError
from cbs_bench.nlp.details import details_of
from cbs_bench.nlp.docs import GUIDE, glyphs_of
from cbs_bench.nlp.label_chain import SEPARATOR
from cbs_bench.nlp.tagger import NAME as TAGGER
from cbs_bench.nlp.tagger import WordTagger, run_before, tags_of
from cbs_bench.nlp.tokenizers import SpacyTokenizer

NAME = "cbs_bench_guide"

Rows = npt.NDArray[np.float32]


class Guide:
    """Leaves in ``doc.user_data`` how likely each tag of its own is for each glyph.

    Args:
        pipeline: With a word tagger, trained on another corpus, perhaps itself with a guide;
            ``None`` until it is loaded.
    """

    def __init__(self, pipeline: Language | None = None) -> None:
        self.pipeline = pipeline

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        path: str | None = None,
    ) -> None:
        """Load the pipeline.

        Args:
            get_examples: Not looked at: a guide has learned already.
            nlp: The pipeline that is guided.
            path: Folder of the guide's pipeline.

        Raises:
            ModelError: If there is none, it has no word tagger, or it reads no glyphs.
        """
        if path is not None:
            self.pipeline = spacy.load(path)
        if not isinstance(self._loaded.tokenizer, SpacyTokenizer) or self._tagger is None:
            raise ModelError(
                f"a guide needs a pipeline with our tokenizer and {TAGGER}",
                path=Path(path) if path else None,
                remedy="train one by `spacy train baselines/word_tagger.cfg`",
            )

    def __call__(self, doc: Doc) -> Doc:
        """Leave ``[glyphs, tags]`` probabilities in the document."""
        if len(doc):
            tagger, read = self._tagger, self._loaded.tokenizer.from_glyphs(glyphs_of(doc))
            doc.user_data[GUIDE] = tag_probabilities(tagger, run_before(tagger, self._loaded, read))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Each document with what this guide says of it."""
        return map(self, stream)

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:
        """Save the guide's pipeline."""
        self._loaded.to_disk(path)

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> Guide:
        """Load what :meth:`to_disk` saved."""
        self.pipeline = spacy.load(path)
        return self

    def to_bytes(self, *, exclude: Sequence[str] = ()) -> bytes:
        """The guide's pipeline with its config."""
        stored = {"config": self._loaded.config.to_str(), "data": self._loaded.to_bytes()}
        data: bytes = srsly.msgpack_dumps(stored)
        return data

    def from_bytes(self, data: bytes, *, exclude: Sequence[str] = ()) -> Guide:
        """The inverse of :meth:`to_bytes`."""
        stored = srsly.msgpack_loads(data)
        config = Config().from_str(stored["config"], interpolate=False)
        self.pipeline = load_model_from_config(config).from_bytes(stored["data"])
        return self

    @property
    def _loaded(self) -> Language:
        if self.pipeline is None:
            raise ModelError(
                f"{NAME} has no pipeline",
                remedy=f"set initialize.components.{NAME}.path to a trained pipeline",
            )
        return self.pipeline

    @property
    def _tagger(self) -> Any:
        pipes = (pipe for _, pipe in self._loaded.pipeline if isinstance(pipe, WordTagger))
        return next(pipes, None)


def tag_probabilities(tagger: WordTagger, doc: Doc) -> Rows:
    """How likely each single-glyph label of ``tagger`` is for each glyph, ``[glyphs, tags]``.

    Args:
        tagger: A trained tagger; the joint label of a sub-word counts for each of its glyphs.
        doc: A document of at least one token, made by the tokenizer of its pipeline.
    """
    starts, ends = np.array([(start, end) for start, end, *_ in details_of(doc)]).T
    likely = tagger.probabilities(doc)
    said = [likely[starts + place < ends] @ _tags_at(tagger.labels, place)
            for place in range((ends - starts).max())]  # fmt: skip
    rows = np.zeros((ends[-1], said[0].shape[1]), dtype=np.float32)
    for place, tags in enumerate(said):
        rows[starts[starts + place < ends] + place] = tags
    return rows


@lru_cache(maxsize=256)
def _tags_at(labels: tuple[str, ...], place: int) -> Rows:
    """Which tag each label gives the glyph at ``place`` of its token, ``[labels, tags]``.

    Where no word of that tag was ever longer than a glyph, the tag of its first glyph stands.
    """
    number = {tag: i for i, tag in enumerate(t for t in labels if SEPARATOR not in t)}
    tags = np.zeros((len(labels), len(number)), dtype=np.float32)
    for index, label in enumerate(labels):
        tag = tags_of(label, place + 1)[place]
        tags[index, number[tag if tag in number else f"B{tag[1:]}"]] = 1
    return tags


def make_guide(nlp: Language, name: str) -> Guide:
    """The factory that configs name ``cbs_bench_guide``."""
    return Guide()


Language.factory(NAME, func=make_guide)
