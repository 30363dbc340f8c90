"""``cbs_bench_word_tagger``: joint segmentation and part-of-speech tagging.

A spaCy token may cover several glyphs. Its label is the joint label of all of them, such as
``B-n|I-n|B-v``, so that a sub-word tokenizer can express every segmentation a character
tokenizer can. Decoding finds the best sequence in which no ``I-`` continues another word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.pipeline.tagger import Tagger
from spacy.tokens import Doc
from spacy.training import Example

from cbs_bench.errors import InputError
from cbs_bench.metrics.spans import words_from_bio
from cbs_bench.nlp.details import details_of
from cbs_bench.nlp.docs import GUIDE
from cbs_bench.nlp.embed import learn_counts, show_guide
from cbs_bench.types import Word

NAME = "cbs_bench_word_tagger"
SEPARATOR = "|"
SAMPLE = 10  # documents from which spaCy takes the shape of a network
SHORTER = 1e6  # what a label that is too short costs: more than any that fits
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

Scores = npt.NDArray[np.floating[Any]]
Path = npt.NDArray[np.int64]


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


class Transitions:
    """Which joint label may follow which, and which fits which token.

    Args:
        labels: Joint labels; the first and last glyph of each and their number matter here.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.glyphs = np.array([label.count(SEPARATOR) + 1 for label in labels])
        ends = [_word_of(label.rsplit(SEPARATOR, 1)[-1]) for label in labels]
        needs = [_word_continued(label.split(SEPARATOR, 1)[0]) for label in labels]
        words = sorted({word for word in (*ends, *needs) if word is not None})
        number = {word: index for index, word in enumerate(words)}
        self.ends = np.array([-1 if end is None else number[end] for end in ends])
        self.needs = np.array([-1 if need is None else number[need] for need in needs])
        self.words = len(words)

    def fitting(self, scores: Scores, glyphs: Sequence[int]) -> Scores:
        """``scores`` without the labels that do not fit their token.

        A token of a length that training never showed takes a shorter label, which
        :func:`tags_of` prolongs.

        Args:
            scores: ``[tokens, labels]`` log scores.
            glyphs: How many glyphs each token covers.
        """
        spare = np.array(glyphs)[:, None] - self.glyphs
        exact = scores.astype(np.float64)  # float32 would round what is left beside SHORTER
        return np.where(spare == 0, exact, np.where(spare > 0, exact - SHORTER, -np.inf))

    def best_path(self, scores: Scores) -> Path:
        """The best allowed label sequence (Viterbi).

        Because a label only asks which word its predecessor left open, one maximum a word
        replaces the usual maximum over all pairs of labels.

        Args:
            scores: ``[tokens, labels]`` log scores.
        """
        length, labels = scores.shape
        back = np.zeros((length, labels), dtype=np.int64)
        total = np.where(self.needs < 0, scores[0], -np.inf)
        by_word = [np.flatnonzero(self.ends == word) for word in range(self.words)]
        for step in range(1, length):
            best = int(total.argmax())
            reach = np.full(self.words + 1, -np.inf, dtype=np.float64)
            source = np.full(self.words + 1, best)
            reach[-1] = total[best]  # index -1 serves labels that continue nothing
            for word, members in enumerate(by_word):
                if members.size:
                    source[word] = members[total[members].argmax()]
                    reach[word] = total[source[word]]
            back[step] = source[self.needs]
            total = scores[step] + reach[self.needs]
        path = np.zeros(length, dtype=np.int64)
        path[-1] = total.argmax()
        for step in range(length - 1, 0, -1):
            path[step - 1] = back[step, path[step]]
        return path


class WordTagger(Tagger):
    """spaCy's tagger over joint labels, with a decoder that only emits valid BIO."""

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
        joint = set(labels or (token.tag_ for eg in examples for token in eg.reference))
        joint |= {tag for label in joint for tag in label.split(SEPARATOR)}
        learn_counts(self.model, [example.reference for example in examples])
        show_guide(self.model, self._tags_of_guide(nlp, examples))
        super().initialize(lambda: examples, nlp=nlp, labels=sorted(joint))

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
        """How likely each label is for each token, ``[tokens, labels]``, not minding the others.

        Args:
            doc: A document of at least one token.
        """
        scores = self.model.predict([doc])[0]
        fitting = _transitions(self.labels).fitting(scores, _lengths(doc))
        odds = np.exp(fitting - fitting.max(axis=1, keepdims=True))
        shares: Scores = odds / odds.sum(axis=1, keepdims=True)
        return shares

    def get_loss(
        self, examples: Iterable[Example], scores: Sequence[Any]
    ) -> tuple[float, list[Any]]:
        """Loss and its gradient; an ensemble gives scores for every example once a member."""
        examples = list(examples)
        loss, gradient = super().get_loss(examples * (len(scores) // len(examples)), scores)
        return loss, gradient

    def predict(self, docs: Iterable[Doc]) -> list[Path]:
        """The best label of every token, ``[tokens]`` for each document."""
        docs = list(docs)
        transitions = _transitions(self.labels)
        return [
            transitions.best_path(transitions.fitting(scores, _lengths(doc)))
            if len(doc)
            else np.zeros(0, dtype=np.int64)
            for doc, scores in zip(docs, self.model.predict(docs), strict=True)
        ]


def run_before(tagger: WordTagger, nlp: Language, doc: Doc) -> Doc:
    """The document after the pipes that stand before ``tagger`` in ``nlp``."""
    for _, pipe in takewhile(lambda named: named[1] is not tagger, nlp.pipeline):
        doc = pipe(doc)
    return doc


def make_word_tagger(nlp: Language, name: str, model: Any, overwrite: bool) -> WordTagger:
    """The factory that configs name ``cbs_bench_word_tagger``."""
    return WordTagger(nlp.vocab, model, name, overwrite=overwrite, scorer=score_words)


def score_words(examples: Iterable[Example], **_: Any) -> dict[str, float]:
    """Exact ``(start, end, tag)`` word spans: ``word_p``, ``word_r``, ``word_f``."""
    from cbs_bench.metrics.spans import Counts, count

    total = Counts()
    for example in examples:
        total += count(words_of(example.predicted), words_of(example.reference))
    return {"word_p": total.precision, "word_r": total.recall, "word_f": total.f1}


@lru_cache(maxsize=16)
def _transitions(labels: tuple[str, ...]) -> Transitions:
    return Transitions(labels)


def _lengths(doc: Doc) -> list[int]:
    return [end - start for start, end, *_ in details_of(doc)]


def _word_of(tag: str) -> str | None:
    """The tag of the word that a glyph leaves open."""
    return tag[2:] if tag[:2] in ("B-", "I-") else None


def _word_continued(tag: str) -> str | None:
    return tag[2:] if tag[:2] == "I-" else None


Language.factory(
    NAME,
    assigns=["token.tag"],
    default_config={"model": DEFAULT_MODEL, "overwrite": True},
    default_score_weights={"word_f": 1.0, "word_p": None, "word_r": None},
    func=make_word_tagger,
)
