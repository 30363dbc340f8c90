"""Our tokenizers as spaCy tokenizers: registered, serialised, picklable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import get_minor_version_range
from spacy.vocab import Vocab
from thinc.api import ConfigValidationError

from cbs_bench import __version__
from cbs_bench.errors import ModelError, PluginError
from cbs_bench.interfaces import BASELINES, SlipTokenizer
from cbs_bench.nlp.details import TOKENIZER
from cbs_bench.nlp.docs import make_doc
from cbs_bench.script.labels import split_glyphs
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.coverage import covering
from cbs_bench.tokenizer.packed_models import packed, unpacked
from cbs_bench.types import Glyph, Token

DEFAULT_VOCAB_SIZE = 8000


class SpacyTokenizer:
    """Adapter from a :class:`SlipTokenizer` to what a spaCy pipeline calls.

    Args:
        vocab: The pipeline's vocabulary; its documents whose details are lost are cut by the
            last tokenizer that was made for it.
        name: Registry name of the tokenizer, such as ``bpe``.
        tokenizer: The tokenizer, or ``None`` until :meth:`initialize` trains it.
        vocab_size: Size of the vocabulary to train.
    """

    def __init__(
        self,
        vocab: Vocab,
        name: str,
        tokenizer: SlipTokenizer | None = None,
        vocab_size: int = DEFAULT_VOCAB_SIZE,
    ) -> None:
        self.vocab = vocab
        self.name = name
        self.tokenizer = tokenizer
        self.vocab_size = vocab_size
        vocab.cfg[TOKENIZER] = self

    def __call__(self, text: str) -> Doc:
        """Tokenize running text; ``{日止頁}`` in it is one glyph."""
        return self.from_glyphs(split_glyphs(text))

    def from_glyphs(self, glyphs: Sequence[str]) -> Doc:
        """Tokenize glyphs that are told apart already."""
        return self._doc(glyphs, self._trained.tokenize(glyphs))

    def from_reading(self, glyphs: Sequence[Glyph]) -> Doc:
        """Tokenize the glyphs read from a scan; ``nlp(doc)`` then runs the pipeline on them.

        Args:
            glyphs: Such as ``MultiGranularityTokenizer.load().read("slip.png").glyphs``.
        """
        tokens = self._trained.tokenize_reading(glyphs)
        return self._doc([glyph.graph for glyph in glyphs], tokens, glyphs)

    def pipe(self, texts: Iterable[str], **_: Any) -> Iterable[Doc]:
        """Tokenize many texts."""
        return map(self, texts)

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Train the vocabulary on the texts of the examples, unless it is trained already."""
        if self.tokenizer is not None:
            return
        texts = (split_glyphs(example.reference.text) for example in get_examples())
        self.tokenizer = BASELINES.load(self.name).train(texts, vocab_size=self.vocab_size, seed=0)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The tokenizer, its name and models of one's own included.

        Raises:
            ModelError: If such a model is not in its folder any more.
        """
        # Nothing at all may be what a trained tokenizer has to keep.
        body = b"" if self.tokenizer is None else self.tokenizer.to_bytes()
        models = b""
        if isinstance(self.tokenizer, MultiGranularityTokenizer):
            models = packed(self.tokenizer.models)
        header = {
            "name": self.name,
            "vocab_size": self.vocab_size,
            "trained": self.tokenizer is not None,
            "models": len(models),
        }
        return json.dumps(header).encode() + b"\n" + models + body

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> SpacyTokenizer:
        """The inverse of :meth:`to_bytes`, in place."""
        header, _, rest = data.partition(b"\n")
        stored = json.loads(header)
        size = stored.get("models", 0)  # older ones have none
        models, body = rest[:size], rest[size:]
        self.name, self.vocab_size = stored["name"], stored["vocab_size"]
        trained = stored.get("trained", bool(body))  # older ones do not say
        self.tokenizer = BASELINES.load(self.name).from_bytes(body) if trained else None
        if isinstance(self.tokenizer, MultiGranularityTokenizer):
            self.tokenizer.models = unpacked(models)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write one file, where spaCy puts its ``tokenizer``."""
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> SpacyTokenizer:
        """Read what :meth:`to_disk` wrote."""
        return self.from_bytes(Path(path).read_bytes())

    def _doc(
        self, glyphs: Sequence[str], tokens: Sequence[Token], reading: Sequence[Glyph] = ()
    ) -> Doc:
        return make_doc(self.vocab, glyphs, covering(tokens, glyphs, self.name), reading)

    @property
    def _trained(self) -> SlipTokenizer:
        if self.tokenizer is None:
            raise ModelError(
                f"the {self.name} tokenizer is not trained",
                remedy="call nlp.initialize() with examples, or load a trained pipeline",
            )
        return self.tokenizer

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.vocab, self.to_bytes())


def _restore(vocab: Vocab, data: bytes) -> SpacyTokenizer:
    return SpacyTokenizer(vocab, "").from_bytes(data)


def _require_packages(nlp: Language, tokenizer: str) -> None:
    """Let ``spacy package`` write so: it finds no package whose wheel has no ``top_level.txt``."""
    versions = {"cbs-bench": __version__}
    foreign = BASELINES.distribution(tokenizer)
    if foreign is not None:
        versions[foreign.name] = foreign.version
    required = nlp.meta.setdefault("requirements", [])
    named = {requirement.partition(">")[0] for requirement in required}
    required += [
        f"{name}{get_minor_version_range(version)}"
        for name, version in versions.items()
        if name not in named
    ]


def _create(name: str, vocab_size: int) -> Callable[[Language], SpacyTokenizer]:
    def create(nlp: Language) -> SpacyTokenizer:
        _require_packages(nlp, name)
        return SpacyTokenizer(nlp.vocab, name, vocab_size=vocab_size)

    return create


def multigranularity(
    path: str | None = None, train: bool = False, vocab_size: int = DEFAULT_VOCAB_SIZE
) -> Callable[[Language], SpacyTokenizer]:
    """``cbs_bench.MultiGranularityTokenizer.v1``.

    Args:
        path: Folder of a saved tokenizer; by default the one in the package.
        train: Learn the vocabulary from the training examples instead.
        vocab_size: Size of the vocabulary when it is learned.
    """

    def create(nlp: Language) -> SpacyTokenizer:
        _require_packages(nlp, "multigranularity")
        loaded = None if train else MultiGranularityTokenizer.load(path)
        return SpacyTokenizer(nlp.vocab, "multigranularity", loaded, vocab_size)

    return create


def baseline(
    name: str, vocab_size: int = DEFAULT_VOCAB_SIZE
) -> Callable[[Language], SpacyTokenizer]:
    """``cbs_bench.BaselineTokenizer.v1``: a tokenizer of ``baselines/`` by its file name.

    Args:
        name: Such as ``bpe`` or ``character``.
        vocab_size: Size of the vocabulary, which is learned from the training examples.

    Raises:
        ConfigValidationError: If there is no such tokenizer; the commands of spaCy show this one
            without a traceback.
    """
    try:
        BASELINES.load(name)
    except PluginError as error:
        raise ConfigValidationError(title="No tokenizer to cut with", desc=str(error)) from error
    return _create(name, vocab_size)
