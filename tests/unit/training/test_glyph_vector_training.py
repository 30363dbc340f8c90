import json
import random

import numpy as np
import pytest

from cbs_bench.cli import main
from cbs_bench.dataset import writer
from cbs_bench.interfaces import BuildOptions
from cbs_bench.nlp.corpus import read_sentences
from cbs_bench.nlp.glyph_vectors import GlyphVectors
from cbs_bench.script.components import decompose
from cbs_bench.training.glyph_vectors import component_vectors, neighbour_vectors

NOUNS, VERBS = "山水木火土石田禾", "見聞言食飲走立坐"


def texts():
    """Sentences noun - verb - noun, each noun and verb as likely as any other."""
    draw = random.Random(0)
    for _ in range(2000):
        text = [draw.choice(NOUNS), draw.choice(VERBS), draw.choice(NOUNS)]
        yield text, text


def test_glyphs_with_the_same_neighbours_get_like_vectors():
    glyphs, rows = neighbour_vectors(texts(), size=3, min_count=5, seed=0)
    place = {glyph: index for index, glyph in enumerate(glyphs)}
    alike = rows @ rows.T
    nouns, verbs = [place[n] for n in NOUNS], [place[v] for v in VERBS]
    assert alike[np.ix_(nouns, nouns)].mean() > alike[np.ix_(nouns, verbs)].mean() + 0.5


def test_a_glyph_is_learned_as_it_is_written_from_what_stands_around_it():
    written = [
        (["{日止頁}" if glyph == "山" else glyph for glyph in text], text) for text, _ in texts()
    ]
    glyphs, rows = neighbour_vectors([*texts(), *written], size=3, min_count=5, seed=0)
    assert rows[glyphs.index("山")] @ rows[glyphs.index("{日止頁}")] > 0.99


def test_rare_glyphs_get_no_vector():
    rare = [(["山", "鬯", "水"], ["山", "鬯", "水"])] * 4
    assert "鬯" not in neighbour_vectors([*texts(), *rare], size=3, min_count=5, seed=0)[0]


def test_vectors_of_components_sum_up_to_their_glyphs():
    glyphs = list("江河湖海松柏桃李")
    rows = np.repeat(np.eye(2, dtype=np.float32), 4, axis=0)  # water here, wood there
    parts, part_rows = component_vectors(glyphs, rows)
    vectors = GlyphVectors(glyphs, rows, parts, part_rows)
    assert np.argmax(vectors.of("池", decompose("池"))) == 0
    assert np.argmax(vectors.of("林", decompose("林"))) == 1


@pytest.fixture
def poems(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    poems = [
        {"id": str(n), "author": f"a{n}", "paragraphs": ["".join(text) * 4]}
        for n, (text, _) in enumerate(texts())
    ]
    (raw / "poet.tang.0.json").write_text(json.dumps(poems), encoding="utf-8")
    writer.build("chinese_poetry", raw=raw, out=tmp_path / "poems", options=BuildOptions())
    return tmp_path / "poems"


def test_the_command_writes_a_model_folder(poems, tmp_path, capsys):
    config = tmp_path / "small.yaml"
    config.write_text("size: 4\nmin_count: 2\n")
    out = tmp_path / "vectors"
    options = ["--config", str(config), "--data", str(poems), "--out", str(out)]
    assert main(["train", "vectors", *options]) == 0
    vectors = GlyphVectors.load(out)
    assert set(vectors.glyphs) == set(NOUNS + VERBS)
    assert vectors.size == 4
    assert json.loads((out / "model.json").read_text())["texts"].keys() == {"poems"}


@pytest.mark.parametrize("composed", [False, True])
def test_texts_that_hold_a_test_sentence_are_left_out(composed, mini, tmp_path, capsys):
    start, *others = next(
        s.glyphs
        for s in read_sentences(mini, "test")
        if len(s.glyphs) >= 5 and any(len(glyph) > 1 for glyph in s.glyphs) == composed
    )
    raw = tmp_path / "raw"
    raw.mkdir()
    poems = [
        {"id": "held", "author": "x", "paragraphs": [f"鬱，{start}，{''.join(others)}鬱"]},
        {"id": "free", "author": "y", "paragraphs": ["".join(t) for t, _ in texts()]},
    ]
    (raw / "poet.tang.0.json").write_text(json.dumps(poems), encoding="utf-8")
    build = tmp_path / "poems"
    writer.build("chinese_poetry", raw=raw, out=build, options=BuildOptions())
    config = tmp_path / "small.yaml"
    config.write_text("size: 2\nmin_count: 1\n")
    options = ["--config", str(config), "--data", str(build), "--exclude", str(mini)]
    assert main(["train", "vectors", *options, "--out", str(tmp_path / "v")]) == 0
    assert "鬱" not in GlyphVectors.load(tmp_path / "v").glyphs
    assert "1 texts left out" in capsys.readouterr().err


def test_a_flag_that_vectors_do_not_take_is_refused(mini, tmp_path, capsys):
    options = ["--data", str(mini), "--out", str(tmp_path / "v"), "--steps", "9"]
    assert main(["train", "vectors", *options]) == 2
    assert "the model vectors takes no --steps; leave it out" in capsys.readouterr().err
