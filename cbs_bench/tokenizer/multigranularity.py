"""The system: one tokenizer for text and for scans.

Chen et al., "Multi-Modal Multi-Granularity Tokenizer for Chu Bamboo Slips" (COLING 2025):
a glyph is kept whole where it is known, and falls back to its components where it is not.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from cbs_bench.errors import ModelError
from cbs_bench.interfaces import SlipTokenizer
from cbs_bench.model_card import NETWORK, identity, read_model_card
from cbs_bench.script.components import decompose
from cbs_bench.script.labels import split_glyphs
from cbs_bench.tokenizer.codebook import CODE_POINTS, MAX_DEPTH, Codebook, Ids
from cbs_bench.tokenizer.decoding import decode
from cbs_bench.tokenizer.encoding import Encoding, EncodingBatch
from cbs_bench.tokenizer.model_pair import SHIPPED, ModelPair
from cbs_bench.tokenizer.nesting import nest
from cbs_bench.tokenizer.vocabulary import Vocabulary
from cbs_bench.types import Glyph, Granularity, Token

if TYPE_CHECKING:
    from cbs_bench.tokenizer.reading import SlipReader, SlipReading
    from cbs_bench.vision.images import ImageSource

FORMAT_VERSION = 2
MIN_COUNT = 2


class MultiGranularityTokenizer(SlipTokenizer):
    """Characters where the vocabulary knows them, components where it does not.

    Args:
        vocabulary: The graphs kept whole and the components of the fallback.
        models: The detector and the recogniser that :meth:`read` runs.
    """

    granularity: ClassVar[Granularity] = "component"
    reversible: ClassVar[bool] = True

    def __init__(self, vocabulary: Vocabulary, *, models: ModelPair = SHIPPED) -> None:
        self.vocabulary = vocabulary
        self.models = models

    @classmethod
    def load(cls, folder: str | Path | None = None) -> MultiGranularityTokenizer:
        """The tokenizer in ``folder``; by default the one in this package.

        Args:
            folder: Holds a saved ``tokenizer.json``, or models as :meth:`ModelPair.in_folder`
                finds them; then the graphs kept whole are those the recogniser knows.

        Raises:
            ModelError: If the folder holds neither, or a model that is corrupt, of another kind
                or of another format.
        """
        saved = None if folder is None else Path(folder) / "tokenizer.json"
        if saved is not None and saved.is_file():
            return cls.from_bytes(saved.read_bytes())
        models = SHIPPED if folder is None else ModelPair.in_folder(Path(folder))
        read_model_card(models.detector, "detector", NETWORK)
        card = read_model_card(models.recognizer, "recognizer", NETWORK)
        components = [*component_inventory(card["vocabulary"]), *card["components"]]
        return cls(Vocabulary(card["vocabulary"], components), models=models)

    @cached_property
    def checksum(self) -> str:
        """Short SHA-256 of all that decides what :meth:`read` gives: models and vocabulary."""
        models = identity(self.models.detector) + identity(self.models.recognizer)
        return hashlib.sha256(models.encode("ascii") + self.to_bytes()).hexdigest()[:12]

    def save(self, folder: str | Path) -> None:
        """Write ``tokenizer.json`` into ``folder``."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "tokenizer.json").write_bytes(self.to_bytes())

    @classmethod
    def train(
        cls, texts: Iterable[Sequence[str]], *, vocab_size: int, seed: int = 0
    ) -> MultiGranularityTokenizer:
        """Keep the graphs seen at least twice, the most frequent first.

        Args:
            texts: Glyphs of the training texts.
            vocab_size: Most graphs to keep.
            seed: Unused: nothing here is random.
        """
        counts = Counter(glyph for text in texts for glyph in text)
        ranked = sorted(counts, key=lambda glyph: (-counts[glyph], glyph))
        graphs = [glyph for glyph in ranked if counts[glyph] >= MIN_COUNT][:vocab_size]
        return cls(Vocabulary(graphs, component_inventory(ranked)))

    @classmethod
    def from_bytes(cls, data: bytes) -> MultiGranularityTokenizer:
        """The inverse of :meth:`to_bytes`.

        Raises:
            ModelError: If the data are not a tokenizer of this format.
        """
        try:
            stored = json.loads(data)
            version, graphs, components = (
                stored["format"],
                stored["graphs"],
                stored["components"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"not a tokenizer ({error!r})", remedy="save it again with tokenizer.save()"
            ) from error
        if version != FORMAT_VERSION:
            raise ModelError(
                f"tokenizer format {version}, expected {FORMAT_VERSION}",
                remedy="train it again with this version",
            )
        return cls(Vocabulary(graphs, components))

    def to_bytes(self) -> bytes:
        """The vocabulary as JSON."""
        stored = {
            "format": FORMAT_VERSION,
            "graphs": self.vocabulary.graphs,
            "components": self.vocabulary.components,
        }
        return json.dumps(stored, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def tokenize(self, glyphs: Sequence[str]) -> list[Token]:
        """The nested form: one token a glyph, with its components; see :func:`nest`."""
        return nest(glyphs, self.vocabulary)

    def tokenize_reading(self, glyphs: Sequence[Glyph]) -> list[Token]:
        """As :meth:`tokenize`, but a glyph that was not read surely gives what parts it shows."""
        tokens = self.tokenize([glyph.graph for glyph in glyphs])
        for position, (token, glyph) in enumerate(zip(tokens, glyphs, strict=True)):
            if glyph.sure or not glyph.components:
                tokens[position] = replace(token, confidence=glyph.confidence)
            else:
                composed = "{" + "".join(glyph.components) + "}"
                tokens[position] = Token(
                    composed,
                    position,
                    position + 1,
                    "component",
                    glyph.confidence,
                    components=glyph.components,
                )
        return tokens

    def encode(self, text: str) -> Encoding:
        """The flat sequence of characters and components of ``text``."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> EncodingBatch:
        """:meth:`encode` of many texts, as array work over all of them at once."""
        keys, glyphs = self._keys(texts)
        ids, counts = self.codebook.spell(keys)
        glyph_bounds = np.concatenate([[0], np.cumsum(glyphs)])
        tokens_before = np.concatenate([[0], np.cumsum(counts)])
        return EncodingBatch(
            texts, ids, tokens_before[glyph_bounds], counts, glyph_bounds, self.vocabulary
        )

    def decode(self, ids: Iterable[int]) -> str:
        """The exact text that was encoded; special tokens are left out."""
        return decode(ids, self.codebook)

    @cached_property
    def codebook(self) -> Codebook:
        """How each glyph is spelt in ids."""
        return Codebook(self.vocabulary)

    def read(self, image: ImageSource) -> SlipReading:
        """Detect, recognise and tokenize the characters of a scan, whichever way up it is.

        Args:
            image: A path, an image of Pillow, or uint8 pixels, height x width or
                height x width x 3 (RGB).
        """
        from cbs_bench.tokenizer.reading import SlipReading  # loads onnxruntime

        glyphs, quarters = self._reader.read_any_way_up(image)
        nested = self.tokenize_reading(glyphs)
        texts = [token.text for token in nested]
        ids, counts = self.codebook.spell(self.codebook.keys(texts))
        flat = Encoding("".join(texts), ids, counts, self.vocabulary)
        tokens = (
            replace(
                token,
                granularity=nested[token.start].granularity,
                confidence=nested[token.start].confidence,
            )
            for token in flat.tokens
        )
        return SlipReading(tuple(glyphs), tuple(tokens), tuple(nested), tuple(flat.ids), quarters)

    @cached_property
    def _reader(self) -> SlipReader:
        from cbs_bench.tokenizer.reading import SlipReader  # loads onnxruntime

        return SlipReader.load(self.models)

    def _keys(self, texts: Sequence[str]) -> tuple[Ids, Ids]:
        """Glyph keys of all texts end to end, and how many each text has.

        A glyph is a code point, unless the text holds something that joins several; only
        such texts are split one by one.
        """
        points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.int32)
        sizes = np.fromiter(map(len, texts), dtype=np.int32, count=len(texts))
        joins = _joining_code_points()[points]
        if not joins.any():
            return points, sizes
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        joins_before = np.concatenate([[0], np.cumsum(joins)])[bounds]
        pieces = [points[start:end] for start, end in pairwise(bounds)]
        for index in np.flatnonzero(np.diff(joins_before)):
            pieces[index] = self.codebook.keys(split_glyphs(texts[int(index)]))
        return np.concatenate(pieces), np.array([len(piece) for piece in pieces], dtype=np.int32)


@lru_cache(maxsize=1)
def _joining_code_points() -> npt.NDArray[np.bool_]:
    """Code points that may make one glyph of several: braces, marks, selectors, joiners."""
    joins = np.array([unicodedata.category(chr(p))[0] == "M" for p in range(CODE_POINTS)])
    joins[[ord("{"), 0x200D]] = True
    return joins


def component_inventory(graphs: Iterable[str]) -> list[str]:
    """Every component met when ``graphs`` are taken apart to the end, most frequent first."""
    counts: Counter[str] = Counter()

    def visit(graph: str, depth: int) -> None:
        parts = decompose(graph)
        if depth < MAX_DEPTH and parts != (graph,):
            for part in parts:
                counts[part] += 1
                visit(part, depth + 1)

    for graph in graphs:
        visit(graph, 0)
    return sorted(counts, key=lambda part: (-counts[part], part))
