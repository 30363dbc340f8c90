"""Every detector and recogniser here keeps the same promises; one not installed says so."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from cbs_bench.errors import PluginError
from cbs_bench.interfaces import DETECTORS, RECOGNIZERS
from cbs_bench.vision.choice import open_detector, open_recognizer

BLANK = np.full((40, 30), 225, np.uint8)


def strip(*, height: int = 400, channels: int = 1) -> np.ndarray:
    """Crosses, one below the other, on light bamboo."""
    image = np.full((height, 64), 210, np.uint8)
    for y in range(20, height - 50, 60):
        cv2.line(image, (14, y + 18), (50, y + 18), 30, 4)
        cv2.line(image, (32, y), (32, y + 36), 30, 4)
    return image if channels == 1 else np.repeat(image[:, :, None], 3, axis=2)


def opened(open_one, name):
    try:
        return open_one(name)
    except PluginError as error:
        assert "pip install" in str(error) and "\n" not in str(error)
        pytest.skip(str(error))  # names the extra that is not installed


@pytest.fixture(scope="module", params=[None, *DETECTORS.names()])
def detector(request):
    return opened(open_detector, request.param)


@pytest.fixture(scope="module", params=[None, *RECOGNIZERS.names()])
def recognizer(request):
    return opened(open_recognizer, request.param)


def test_the_peers_are_listed():
    assert {"projection", "rapidocr"} <= set(DETECTORS.names())
    assert {"rapidocr"} <= set(RECOGNIZERS.names())


@pytest.mark.parametrize("channels", [1, 3])
def test_boxes_lie_on_the_scan(detector, channels):
    image = strip(channels=channels)
    boxes = detector.detect(image)
    for box in [*boxes, *detector.rank(image)]:
        assert box.width > 0 and box.height > 0
        assert 0 <= box.x + box.width / 2 <= image.shape[1]
        assert 0 <= box.y + box.height / 2 <= image.shape[0]
        assert 0 <= box.confidence <= 1


def test_boxes_are_read_downwards(detector):
    middles = [box.y + box.height / 2 for box in detector.detect(strip())]
    assert middles == sorted(middles)


def test_what_is_found_is_ranked(detector):
    image = strip()
    assert len(detector.rank(image)) >= len(detector.detect(image))


@pytest.mark.parametrize("shape", [(1, 1), (300, 40), (40, 300, 3)])
def test_an_empty_scan_has_no_boxes(detector, shape):
    assert detector.detect(np.full(shape, 200, np.uint8)) == []


def test_every_crop_is_answered(recognizer):
    crops = [BLANK, strip(height=70), strip(height=70, channels=3), np.zeros((3, 200), np.uint8)]
    found = recognizer.predict(crops)
    assert len(found) == len(crops)
    for recognition in found:
        assert recognition.candidates
        chances = [chance for _, chance in recognition.candidates]
        assert chances == sorted(chances, reverse=True)
        assert all(isinstance(graph, str) and 0 <= p <= 1 for graph, p in recognition.candidates)
        assert math.fsum(chances) <= 1 + 1e-5
        assert all(isinstance(part, str) for part in recognition.components)
    assert 0 <= recognizer.threshold <= 1


def test_no_crop_has_no_answer(recognizer):
    assert recognizer.predict([]) == []
