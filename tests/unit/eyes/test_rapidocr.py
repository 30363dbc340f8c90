"""The adapters to RapidOCR, over stand-ins that answer as it does."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from baselines.detectors.rapidocr import RapidOcrDetector
from baselines.recognizers.rapidocr import RapidOcrRecognizer
from cbs_bench.errors import PluginError
from cbs_bench.types import Box

IMAGE = np.zeros((90, 30, 3), np.uint8)


def corners(x, y, width, height):
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]


class Engine:
    """Answers with given lines or texts; keeps what it was shown."""

    text_score = 0.5

    def __init__(self, *, lines=(), texts=()):
        self.lines, self.texts, self.shown = lines, texts, []

    def __call__(self, image):
        self.shown.append(image)
        return SimpleNamespace(word_results=self.lines)

    def recognize_txt(self, images):
        self.shown += images
        return SimpleNamespace(txts=tuple(self.texts), scores=(0.75,) * len(self.texts))


def test_the_characters_of_every_line_are_boxes_in_reading_order():
    below = (("聖", 0.5, corners(2, 50, 20, 30)),)
    above = (("不", 0.75, corners(2, 10, 20, 15)), ("言", 1.0, corners(2, 25, 20, 20)))
    found = RapidOcrDetector(Engine(lines=(below, above))).detect(IMAGE)
    assert found == [Box(2, 10, 20, 15, 0.75), Box(2, 25, 20, 20, 1.0), Box(2, 50, 20, 30, 0.5)]


@pytest.mark.parametrize("lines", [None, (), (("", 1.0, None),)])
def test_where_nothing_is_read_there_are_no_boxes(lines):
    assert RapidOcrDetector(Engine(lines=lines)).detect(IMAGE) == []


def test_a_crop_is_named_by_the_first_character_and_taken_apart():
    found = RapidOcrRecognizer(Engine(texts=["好人", " ", ""])).predict([IMAGE] * 3)
    assert found[0].candidates == [("好", 0.75)]
    assert found[0].components == ["女", "子"]
    assert [read.candidates for read in found[1:]] == [[("", 0.0)]] * 2


def test_pixels_are_given_blue_first():
    engine = Engine(texts=["一"])
    red = IMAGE.copy()
    red[..., 0] = 200
    RapidOcrRecognizer(engine).predict([red])
    RapidOcrDetector(engine).detect(red[..., 0])
    assert engine.shown[0][0, 0].tolist() == [0, 0, 200]
    assert engine.shown[1][0, 0].tolist() == [200, 200, 200]


def test_settings_are_given_once_and_for_all(monkeypatch):
    given = []
    module = ModuleType("rapidocr")
    module.RapidOCR = lambda params: given.append(params) or Engine()
    monkeypatch.setitem(sys.modules, "rapidocr", module)
    RapidOcrDetector.load()
    assert given[0]["Det.limit_type"] == "max"
    assert given[0]["Global.return_single_char_box"] is True
    assert RapidOcrRecognizer.load().threshold == Engine.text_score


@pytest.mark.parametrize("peer", [RapidOcrDetector, RapidOcrRecognizer])
def test_a_missing_package_is_one_line_with_the_remedy(monkeypatch, peer):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(PluginError, match=r"rapidocr is not installed; pip install") as caught:
        peer.load()
    assert "\n" not in str(caught.value)
