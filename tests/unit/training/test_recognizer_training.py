from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.cli import main
from cbs_bench.dataset import writer
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BuildOptions
from cbs_bench.training import recognizer
from cbs_bench.training.classes import choose_classes
from cbs_bench.training.config import settings_from
from cbs_bench.training.crops import Crop
from cbs_bench.training.settings import BOUNDS, RecognizerSettings
from cbs_bench.vision import Recognizer

pytestmark = pytest.mark.train

CONFIG = """
side: 32
trim: true
width: 8
stem_stride: 2
variation: drawing
learning_rate: 0.01
margin: 0.1
batch: 16
steps: 40
"""


def drawing(shape, generator):
    """A ring or a cross somewhere on a blank ground."""
    page = np.full((60, 40), 255, np.uint8)
    x, y = (int(place) for place in generator.integers(12, 28, 2))
    if shape == "ring":
        cv2.circle(page, (x, y + 10), 8, 0, 2)
    else:
        cv2.line(page, (x, y), (x, y + 20), 0, 2)
        cv2.line(page, (x - 9, y + 10), (x + 9, y + 10), 0, 2)
    return page


def test_one_command_trains_a_script_of_drawings(tmp_path):
    generator = np.random.default_rng(0)
    for shape in ("ring", "cross"):
        (tmp_path / "raw" / shape).mkdir(parents=True)
        for number in range(30):
            picture = drawing(shape, generator)
            cv2.imwrite(str(tmp_path / "raw" / shape / f"{number}.png"), picture)
    writer.build(
        "glyph_folders", raw=tmp_path / "raw", out=tmp_path / "data", options=BuildOptions()
    )
    config, model = tmp_path / "run.yaml", tmp_path / "model"
    config.write_text(f"data: {tmp_path / 'data'}{CONFIG}", encoding="utf-8")
    assert not main(["train", "recognizer", "--config", str(config), "--out", str(model)])
    found = Recognizer.load(model).predict(
        [drawing(shape, np.random.default_rng(1)) for shape in ("ring", "cross")]
    )
    assert [result.candidates[0][0] for result in found] == ["ring", "cross"]
    training = json.loads((model / "model.json").read_text(encoding="utf-8"))["training"]
    assert training["settings"]["steps"] == 40
    with pytest.raises(InputError, match=r"tuned\.pt: was written by a run with other data"):
        settings = settings_from(RecognizerSettings, config, {"out": model, "batch": 7})
        recognizer.train(settings, print)


def test_crops_of_no_class_are_counted_where_nothing_is_left(tmp_path):
    (tmp_path / "raw" / "○").mkdir(parents=True)
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 256, (20, 20), np.uint8)
        cv2.imwrite(str(tmp_path / "raw" / "○" / f"{number}.png"), pixels)
    data = tmp_path / "data"
    writer.build("glyph_folders", raw=tmp_path / "raw", out=data, options=BuildOptions())
    settings = RecognizerSettings([data], tmp_path)
    with pytest.raises(InputError, match=r"data: nothing to train on \(crops left out: 2 unencode"):
        recognizer.train(settings, print)


def test_what_models_read_is_nothing_to_train_on(laboratory, tmp_path):
    guessed = laboratory(tmp_path, corrected=0, read=3)
    told = r"nothing to train on \(crops left out: 6 predicted\); correct what models read, as in"
    with pytest.raises(InputError, match=f"{guessed}: {told}"):
        recognizer.train(RecognizerSettings([guessed], tmp_path / "out"), print)


def test_an_unknown_variation_is_named(tmp_path):
    settings = RecognizerSettings([], tmp_path, variation="painting")
    with pytest.raises(InputError, match=r"painting.*drawing"):
        recognizer.train(settings, print)


def test_fonts_that_draw_no_graph_are_one_line(blank_font, tmp_path, monkeypatch):
    monkeypatch.setattr(recognizer, "find_fonts", lambda paths: [blank_font])
    settings = RecognizerSettings([], tmp_path, fonts=[tmp_path])
    with pytest.raises(InputError, match="no font draws any of the 0 graphs; give fonts of the"):
        recognizer.train(settings, print)


@pytest.mark.parametrize("variation", ["photograph", "photograph_narrow", "drawing"])
def test_the_smallest_network_learns_and_says_how_often_it_sees_a_crop(variation, tmp_path):
    low = {name: BOUNDS[name][0] for name in ("side", "batch", "width")}
    settings = RecognizerSettings(
        [], tmp_path, **low, stem_stride=2, variation=variation, steps=3, mixup=1.0
    )
    generator = np.random.default_rng(0)
    crops = [
        Crop(str(i), drawing(graph, generator), graph, str(i), "train")
        for i, graph in enumerate(["ring", "cross"] * 2)
    ]
    lines = []
    recognizer.fit(crops, choose_classes(["ring", "cross"], None, 0), settings, lines.append)
    assert "3 steps: 1.5 passes over the training crops" in lines
