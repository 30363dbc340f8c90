"""Learns glyph vectors from raw text: neighbours, counted, weighted and compressed.

A glyph is described by which characters stand one and two places before and after it
(positive pointwise mutual information with a smoothed context, after Levy, Goldberg and Dagan
2015, "Improving Distributional Similarity with Lessons Learned from Word Embeddings"), reduced
by a singular value decomposition. A ridge regression then finds the vectors of components
whose sum comes closest to the vector of the glyph they make up.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import svds

from cbs_bench.dataset import reader
from cbs_bench.errors import InputError
from cbs_bench.model_card import write_model_card
from cbs_bench.nlp.glyph_vectors import DEPTH, FILE, KIND, GlyphVectors
from cbs_bench.nlp.part_names import part_names
from cbs_bench.script.components import decompose
from cbs_bench.script.punctuation import is_punctuation
from cbs_bench.training.raw_texts import Text, raw_texts
from cbs_bench.training.record import refuse_other_kind
from cbs_bench.training.settings import VectorSettings

EDGE = ""
"""The neighbour that stands for punctuation and for what is beyond a text: editions differ in
both."""

PLACES = (-2, -1, 1, 2)
SMOOTHING = 0.75
RIDGE = 10.0
LEAST_GLYPHS = 3
"""A part in fewer glyphs than this gets no vector."""


def train(settings: VectorSettings, report: Callable[[str], None]) -> None:
    """Learn vectors and write their model folder.

    Raises:
        InputError: If there is no text to learn from, or the folder holds a model of another kind.
    """
    refuse_other_kind(settings.out, KIND)
    texts = raw_texts(settings, report)
    glyphs, rows = neighbour_vectors(texts, settings.size, settings.min_count, settings.seed)
    parts, part_rows = component_vectors(glyphs, rows)
    report(f"{len(glyphs)} glyphs, {len(parts)} parts")
    vectors = GlyphVectors(glyphs, rows, parts, part_rows)
    settings.out.mkdir(parents=True, exist_ok=True)
    (settings.out / FILE).write_bytes(vectors.to_bytes())
    card = {
        "glyphs": len(glyphs),
        "parts": len(parts),
        "size": vectors.size,
        "texts": {folder.name: reader.fingerprint(folder) for folder in settings.data},
        "left_out": {folder.name: reader.fingerprint(folder) for folder in settings.exclude},
        "respelled": settings.label_counts is not None,
        "command": settings.command,
    }
    write_model_card(settings.out, KIND, FILE, card)


def neighbour_vectors(
    texts: Iterable[Text], size: int, min_count: int, seed: int
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Glyphs, the commonest first, and their vectors ``[glyphs, size]`` of length one.

    Args:
        texts: What to learn from.
        size: Numbers in a vector.
        min_count: A glyph written less often gets none.
        seed: Seeds the decomposition.

    Raises:
        InputError: If fewer than ``size`` glyphs are left.
    """
    number: dict[str, int] = {}
    context = {EDGE: 0}
    rows, columns = array("i"), array("i")
    gap = [-1] * max(PLACES)
    for written, meant in texts:
        rows.extend(number.setdefault(glyph, len(number)) for glyph in written)
        columns.extend(context.setdefault(_neighbour(glyph), len(context)) for glyph in meant)
        rows.extend(gap)
        columns.extend([0] * len(gap))
    row, column = np.frombuffer(rows, dtype=np.int32), np.frombuffer(columns, dtype=np.int32)
    counts = np.bincount(row[row >= 0], minlength=len(number))
    order = np.argsort(-counts, kind="stable")[: int((counts >= min_count).sum())]
    if len(order) <= size:
        raise InputError(
            f"only {len(order)} glyphs are written {min_count} times or more",
            remedy=f"give more text: {size} dimensions need more glyphs than that",
        )
    rank = np.full(len(number) + 1, -1, dtype=np.int32)  # its last place serves the gaps
    rank[order] = np.arange(len(order), dtype=np.int32)
    row = rank[row]
    kept = row >= 0
    shape = (len(order), len(context))
    tables = [_weighted(row[kept], np.roll(column, -place)[kept], shape) for place in PLACES]
    left, strength, _ = svds(sparse.hstack(tables).tocsr(), k=size, random_state=seed)
    left = left * np.sqrt(strength)
    lengths = np.linalg.norm(left, axis=1, keepdims=True)
    names = list(number)
    glyphs = [names[index] for index in order]
    return glyphs, (left / np.maximum(lengths, 1e-9)).astype(np.float32)


def component_vectors(
    glyphs: Sequence[str], rows: npt.NDArray[np.float32]
) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Names of parts and their vectors, whose sums come closest to those of ``glyphs``."""
    names = [part_names(decompose(glyph), DEPTH, ordered=True) for glyph in glyphs]
    counts = Counter(name for part in names for name in set(part))
    parts = [name for name, number in counts.items() if number >= LEAST_GLYPHS]
    number = {name: index for index, name in enumerate(parts)}
    incidence = np.zeros((len(glyphs), len(parts)), dtype=np.float32)
    for index, part in enumerate(names):
        for name in part:
            if name in number:
                incidence[index, number[name]] += 1
    square = incidence.T @ incidence + RIDGE * np.eye(len(parts), dtype=np.float32)
    return parts, np.linalg.solve(square, incidence.T @ rows).astype(np.float32)


def _neighbour(glyph: str) -> str:
    return EDGE if is_punctuation(glyph) else glyph


def _weighted(
    rows: npt.NDArray[np.int32], columns: npt.NDArray[np.int32], shape: tuple[int, int]
) -> sparse.csr_matrix:
    """Positive pointwise mutual information of how often a row meets a column."""
    ones = np.ones(len(rows), dtype=np.float32)
    table = sparse.coo_matrix((ones, (rows, columns)), shape=shape).tocsr()
    by_row = np.asarray(table.sum(axis=1)).ravel()
    by_column = np.asarray(table.sum(axis=0)).ravel() ** SMOOTHING
    by_column /= by_column.sum()
    table = table.tocoo()
    information = np.log(table.data / (by_row[table.row] * by_column[table.col]))
    return sparse.csr_matrix((np.maximum(information, 0), (table.row, table.col)), shape=shape)
