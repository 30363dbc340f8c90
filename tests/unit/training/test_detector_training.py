"""What the trainer of the detector makes of its settings."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="needs the extra train")

from cbs_bench.errors import InputError
from cbs_bench.training import detector
from cbs_bench.training.settings import DetectorSettings

pytestmark = pytest.mark.train


def test_fonts_that_write_nothing_are_one_line(blank_font, tmp_path, monkeypatch):
    monkeypatch.setattr(detector, "find_fonts", lambda paths: [blank_font])
    settings = DetectorSettings([], tmp_path / "out", fonts=[tmp_path])
    with pytest.raises(InputError, match=r"no font in .* draws 之 and 不; give"):
        detector.train(settings, print)


def test_nothing_to_train_on_is_one_line(tmp_path):
    with pytest.raises(InputError, match="nothing to train on; give --data with slips"):
        detector.train(DetectorSettings([], tmp_path / "out"), print)
