"""What raw text tells of a glyph: one vector for each, learned from its neighbours.

A glyph that the raw text never shows gets the sum of the vectors of its components, so that a
graph without a code point has a place among the others. ``cbs-bench train vectors`` makes them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import srsly
from thinc.model import deserialize_attr, serialize_attr

from cbs_bench.model_card import read_model_card
from cbs_bench.nlp.part_names import part_names

FILE = "vectors.npz"
KIND = "vectors"
SHIPPED = Path(__file__).parent.parent / "models" / "vectors"
DEPTH = 3
"""How deep the components of a glyph are taken apart."""

Rows = npt.NDArray[np.float32]


class GlyphVectors:
    """Vectors of glyphs, and of the components that stand in for a glyph without one.

    Args:
        glyphs: The glyphs that raw text showed.
        rows: ``[glyphs, size]``, each of length one.
        parts: Names of parts, as :func:`part_names` gives them.
        part_rows: ``[parts, size]``; their sum points where the glyph's own vector would.
    """

    def __init__(
        self, glyphs: Sequence[str], rows: Rows, parts: Sequence[str], part_rows: Rows
    ) -> None:
        self.glyphs, self.parts = tuple(glyphs), tuple(parts)
        # Half precision is what is stored, so that a copy equals its original.
        self.rows = rows.astype(np.float16).astype(np.float32)
        self.part_rows = part_rows.astype(np.float16).astype(np.float32)
        self._own: dict[str, Rows] = dict(zip(self.glyphs, self.rows, strict=True))
        self._unknown = np.zeros(self.size, dtype=np.float32)
        self._composed: dict[tuple[str, ...], Rows] = {}

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return int(self.rows.shape[1])

    @classmethod
    @cache
    def load(cls, folder: Path = SHIPPED) -> Self:
        """The vectors in a model folder; by default those of the package.

        Raises:
            ModelError: If there are none, or they are not what ``model.json`` says.
        """
        read_model_card(folder, KIND, FILE)
        return cls.from_bytes((folder / FILE).read_bytes())

    def of(self, glyph: str, components: Sequence[str] = ()) -> Rows:
        """The vector of a glyph, ``[size]``, of length one; zeros where nothing is known.

        Args:
            glyph: One glyph.
            components: Its components, for a glyph that raw text did not show.
        """
        if glyph in self._own:
            return self._own[glyph]
        return self._compose(tuple(components)) if components else self._unknown

    def nearest(self, glyph: str, count: int = 10) -> list[str]:
        """The glyphs used most like ``glyph``."""
        order = np.argsort(-(self.rows @ self.of(glyph)), kind="stable")
        return [self.glyphs[i] for i in order if self.glyphs[i] != glyph][:count]

    def to_bytes(self) -> bytes:
        """The content of ``vectors.npz``."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            glyphs=np.array(self.glyphs),
            rows=self.rows.astype(np.float16),
            parts=np.array(self.parts),
            part_rows=self.part_rows.astype(np.float16),
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The inverse of :meth:`to_bytes`."""
        with np.load(io.BytesIO(data)) as stored:
            glyphs, parts = stored["glyphs"].tolist(), stored["parts"].tolist()
            return cls(glyphs, stored["rows"], parts, stored["part_rows"])

    def _compose(self, components: tuple[str, ...]) -> Rows:
        if components not in self._composed:
            names = part_names(components, DEPTH, ordered=True)
            rows = [self._part_rows[name] for name in names if name in self._part_rows]
            total = np.sum(rows, axis=0) if rows else self._unknown
            length = float(np.linalg.norm(total))
            self._composed[components] = total / length if length else total
        return self._composed[components]

    @cached_property
    def _part_rows(self) -> dict[str, Rows]:
        return dict(zip(self.parts, self.part_rows, strict=True))


@serialize_attr.register(GlyphVectors)  # type: ignore[untyped-decorator]  # thinc has no types
def _serialize(_: GlyphVectors, value: GlyphVectors, name: str, model: Any) -> bytes:
    """Vectors travel with a thinc model that has them as an attribute."""
    data: bytes = srsly.msgpack_dumps(value.to_bytes())
    return data


@deserialize_attr.register(GlyphVectors)  # type: ignore[untyped-decorator]  # thinc has no types
def _deserialize(_: GlyphVectors, value: bytes, name: str, model: Any) -> GlyphVectors:
    return GlyphVectors.from_bytes(srsly.msgpack_loads(value))
