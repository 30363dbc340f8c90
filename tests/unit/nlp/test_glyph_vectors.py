import shutil

import numpy as np
import pytest

from cbs_bench.errors import ModelError
from cbs_bench.nlp.glyph_vectors import SHIPPED, GlyphVectors

VECTORS = GlyphVectors.load()


def test_glyphs_used_alike_are_near():
    assert {"公", "侯"} & set(VECTORS.nearest("王", 5))
    assert "三" not in VECTORS.nearest("王", 50)


def test_a_composition_is_near_what_it_is_read_as():
    assert "夏" in VECTORS.nearest("{日止頁}", 10)


def test_every_vector_has_length_one():
    assert np.allclose(np.linalg.norm(VECTORS.rows, axis=1), 1, atol=1e-2)
    assert np.linalg.norm(VECTORS.of("{鹿山口}", ["鹿", "山", "口"])) == pytest.approx(1, abs=1e-3)


def test_what_is_known_of_neither_itself_nor_its_components_is_zero():
    assert not VECTORS.of("\U000323b0").any()
    assert not VECTORS.of("\U000323b0", ["\ue000"]).any()


def test_the_order_of_components_counts():
    one, turned = VECTORS.of("{山鹿}", ["山", "鹿"]), VECTORS.of("{鹿山}", ["鹿", "山"])
    assert not np.allclose(one, turned)


def test_stored_vectors_are_read_as_they_were():
    copy = GlyphVectors.from_bytes(VECTORS.to_bytes())
    assert copy.glyphs == VECTORS.glyphs
    assert np.array_equal(copy.of("王"), VECTORS.of("王"))
    assert np.array_equal(copy.of("{山鹿}", ["山", "鹿"]), VECTORS.of("{山鹿}", ["山", "鹿"]))


def test_a_damaged_file_is_named(tmp_path):
    folder = tmp_path / "vectors"
    shutil.copytree(SHIPPED, folder)
    with (folder / "vectors.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=r"vectors\.npz.*not those that model\.json describes"):
        GlyphVectors.load(folder)
