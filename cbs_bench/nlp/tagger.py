"""``cbs_bench_word_tagger``: joint segmentation and part-of-speech tagging.

A spaCy token may cover several glyphs. Its label is the joint label of all of them, such as
``B-n|I-n|B-v``, so that a sub-word tokenizer can express every segmentation a character
tokenizer can. Labels are learned and found as a sequence, in which no ``I-`` continues another
word (:mod:`cbs_bench.nlp.label_chain`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import cycle, takewhile
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline.tagger import Tagger
from spacy.tokens import Doc
from spacy.training import Example

from cbs_bench.errors import InputError
from cbs_bench.metrics.spans import words_from_bio
from cbs_bench.nlp.details import details_of
from cbs_bench.nlp.docs import GUIDE
from cbs_bench.nlp.embed import learn_counts, show_guide
from cbs_bench.nlp.label_chain import SEPARATOR, LabelChain, Path, Scores, label_chain
from cbs_bench.nlp.random_field import MOVES, random_field
from cbs_bench.types import Word

NAME = "cbs_bench_word_tagger"
TINY = np.float32(1e-30)  # of a probability, so that it has a logarithm
SAMPLE = 10  # documents from which spaCy takes the shape of a network
DEFAULT_MODEL: dict[str, Any] = {
    "@architectures": "spacy.Tagger.v2",
    "nO": None,
    "normalize": False,
    "tok2vec": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "cbs_bench.ComponentEmbed.v1",
            "width": 128,
            "rows": 10000,
            "part_rows": 3000,
            "min_count": 2,
            "rare_count": 5,
            "hide": 0.5,
            "part_depth": 3,
            "ordered": True,
            "always": False,
            "vectors": True,
            "seed": 0,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 128,
            "window_size": 1,
            "maxout_pieces": 3,
            "depth": 4,
        },
    },
}


def joint_labels(doc: Doc, tags: Sequence[str]) -> list[str]:
    """The label of each spaCy token: the tags of the glyphs it covers.

    Args:
        doc: A document made by one of our tokenizers.
        tags: BIO tags, one a glyph.
    """
    return [SEPARATOR.join(tags[start:end]) for start, end, *_ in details_of(doc)]


def words_of(doc: Doc) -> list[Word]:
    """The tagged words of a document, as spans over its glyphs.

    Raises:
        InputError: If a token has no tag.
    """
    tags: list[str] = []
    for token, (start, end, *_) in zip(doc, details_of(doc), strict=True):
        if not token.tag_:
            raise InputError(
                f"the word tagger has not run: token {token.i} {token.text!r} has no tag",
                remedy=f"call a trained pipeline with {NAME} on the document",
            )
        tags += tags_of(token.tag_, end - start)
    return words_from_bio(tags)


def tags_of(label: str, glyphs: int) -> list[str]:
    """The tag of each glyph of a token.

    A label that is shorter than its token goes on with the word that it ends in.

    Examples:
        >>> tags_of("B-n|B-v", 3)
        ['B-n', 'B-v', 'I-v']
    """
    given = label.split(SEPARATOR)
    word = _word_of(given[-1])
    return given + ["O" if word is None else f"I-{word}"] * (glyphs - len(given))


class WordTagger(Tagger):
    """spaCy's tagger over joint labels, which learns and finds them as a sequence.

    Its model gives one array more than there are documents: the table of moves.
    """

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Iterable[str] | None = None,
    ) -> None:
        """Learn the labels and which symbols are rare.

        The labels of single glyphs are always among them, so that every token can get one.

        Args:
            get_examples: Gives the whole training set.
            nlp: The pipeline.
            labels: Joint labels, if they are known already.
        """
        examples = list(get_examples())
        given = labels or (token.tag_ for eg in examples for token in eg.reference)
        joint = {label for label in given if label}
        joint |= {tag for label in joint for tag in label.split(SEPARATOR)}
        learn_counts(self.model, [example.reference for example in examples])
        show_guide(self.model, self._tags_of_guide(nlp, examples))
        super().initialize(lambda: examples, nlp=nlp, labels=sorted(joint))
        self.model.set_param(MOVES, self._chain.no_preference())

    def _tags_of_guide(self, nlp: Language | None, examples: Sequence[Example]) -> int:
        """How many tags a guide before this pipe has.

        The pipes before it run on the examples from which the network takes its shape.
        """
        sample = [example.predicted for example in examples[:SAMPLE]]
        if nlp is not None:
            sample = [run_before(self, nlp, doc) for doc in sample]
        said = [doc.user_data[GUIDE] for doc in sample if GUIDE in doc.user_data]
        return max((rows.shape[1] for rows in said), default=0)

    def probabilities(self, doc: Doc) -> Scores:
        """How likely each label is for each token, ``[tokens, labels]``.

        Args:
            doc: A document of at least one token.
        """
        scores, moves = self.model.predict([doc])
        likely: Scores = self._chain.expected([self._fitting(scores, doc)], moves).labels[0]
        return likely

    def get_loss(
        self, examples: Iterable[Example], scores: Sequence[Any]
    ) -> tuple[float, list[Any]]:
        """How unlikely the right sequences of labels are, and the gradient of that.

        A sentence with a token without a tag, or with a tag that is no label, is not learned from.

        Args:
            examples: Sentences with their tags.
            scores: Probabilities of the labels for each example, of an ensemble for every
                example once a member; and the table of moves.

        Returns:
            The negative log likelihood, and gradients in the shapes of ``scores``.
        """
        *shares, moves = scores
        number = {label: index for index, label in enumerate(self.labels)}
        gradients = [np.zeros_like(rows) for rows in shares]
        places, logs, paths = [], [], []
        for place, (example, rows) in enumerate(zip(cycle(examples), shares, strict=False)):
            path = [number.get(tag) for tag in example.get_aligned("TAG", as_string=True)]
            if path and None not in path:
                places.append(place)
                logs.append(self._fitting(np.log(np.maximum(rows, TINY)), example.predicted))
                paths.append(np.array(path))
        if not paths:
            return 0.0, [*gradients, np.zeros_like(moves)]
        loss = self._chain.loss(logs, paths, moves)
        for place, gradient in zip(places, loss.of_scores, strict=True):
            gradients[place] = gradient
        return loss.value, [*gradients, loss.of_moves]

    def predict(self, docs: Iterable[Doc]) -> list[Path]:
        """The best label of every token, ``[tokens]`` for each document."""
        docs = list(docs)
        *scores, moves = self.model.predict(docs)
        return [
            self._chain.best_path(self._fitting(rows, doc), moves)
            if len(doc)
            else np.zeros(0, dtype=np.int64)
            for doc, rows in zip(docs, scores, strict=True)
        ]

    @property
    def _chain(self) -> LabelChain:
        return label_chain(self.labels)

    def _fitting(self, scores: Scores, doc: Doc) -> Scores:
        return self._chain.fitting(scores, [end - start for start, end, *_ in details_of(doc)])


def run_before(tagger: WordTagger, nlp: Language, doc: Doc) -> Doc:
    """The document after the pipes that stand before ``tagger`` in ``nlp``."""
    for _, pipe in takewhile(lambda named: named[1] is not tagger, nlp.pipeline):
        doc = pipe(doc)
    return doc


def make_word_tagger(nlp: Language, name: str, model: Any, overwrite: bool) -> WordTagger:
    """The factory that configs name ``cbs_bench_word_tagger``."""
    return WordTagger(nlp.vocab, random_field(model), name, overwrite=overwrite, scorer=score_words)


def score_words(examples: Iterable[Example], **_: Any) -> dict[str, float]:
    """Exact ``(start, end, tag)`` word spans: ``word_p``, ``word_r``, ``word_f``."""
    from cbs_bench.metrics.spans import Counts, count

    total = Counts()
    for example in examples:
        total += count(words_of(example.predicted), words_of(example.reference))
    return {"word_p": total.precision, "word_r": total.recall, "word_f": total.f1}


def _word_of(tag: str) -> str | None:
    """The tag of the word that a glyph leaves open."""
    return tag[2:] if tag[:2] in ("B-", "I-") else None


Language.factory(
    NAME,
    assigns=["token.tag"],
    default_config={"model": DEFAULT_MODEL, "overwrite": True},
    default_score_weights={"word_f": 1.0, "word_p": None, "word_r": None},
    func=make_word_tagger,
)
