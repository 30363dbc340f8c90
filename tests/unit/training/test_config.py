from pathlib import Path

import pytest

from cbs_bench.errors import InputError
from cbs_bench.training.config import settings_from
from cbs_bench.training.settings import RecognizerSettings


def config(tmp_path, text):
    path = tmp_path / "run.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_flags_override_the_file_and_the_file_the_defaults(tmp_path):
    path = config(tmp_path, "data: a\nout: runs\nsteps: 5\nside: 48\nmargin: 1\n")
    got = settings_from(RecognizerSettings, path, {"steps": 7, "seed": None})
    assert (got.data, got.out, got.steps, got.side) == ([Path("a")], Path("runs"), 7, 48)
    assert (got.margin, got.seed) == (1.0, 0)


def test_flags_alone_are_enough():
    assert settings_from(RecognizerSettings, None, {"data": [], "out": Path("m")}).steps == 900


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data: a\nout: m\nstep: 5", "unknown setting 'step'"),
        ("data: a\nout: m\nsteps: many", "steps is 'many', expected int"),
        ("data: a\nout: m\nsteps: -3", "steps is -3; give 0 or more"),
        ("data: a\nout: m\ntrim: 1", "trim is 1, expected bool"),
        ("data: a", "out is not set"),
        ("- a", "no mapping"),
        ("a: [", "cannot read"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, message):
    with pytest.raises(InputError, match=message) as caught:
        settings_from(RecognizerSettings, config(tmp_path, text), {})
    assert "run.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)
