import dataclasses
from pathlib import Path

import pytest

from cbs_bench.errors import InputError
from cbs_bench.training.config import settings_from
from cbs_bench.training.settings import (
    BOUNDS,
    DetectorSettings,
    RecognizerSettings,
    VectorSettings,
)

KINDS = [DetectorSettings, RecognizerSettings, VectorSettings]
CONFIGS = sorted((Path(__file__).parents[3] / "configs").glob("*.yaml"))


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
        ("data: a\nout: m\nside: 8", "side is 8; give 32 to 512"),
        ("data: a\nout: m\nbatch: 1", "batch is 1; give 2 or more"),
        ("data: a\nout: m\nwidth: 0", "width is 0; give 4 to 256"),
        ("data: a\nout: m\nmixup: 3.0", "mixup is 3.0; give 0 to 1"),
        ("data: a\nout: m\nmargin: .nan", "margin is nan; give 0 to 1"),
        ("data: a\nout: m\nlearning_rate: fast", "learning_rate is 'fast', expected float"),
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


def test_a_flag_out_of_bounds_is_named():
    with pytest.raises(InputError, match=r"^seed is -1; give 0 to 4294967295$"):
        settings_from(RecognizerSettings, None, {"data": [], "out": Path("m"), "seed": -1})


@pytest.mark.parametrize("written", ["1e-3", "1.0e-3", "0.001"])
def test_a_number_may_be_written_as_yaml_does_not_know_it(written, tmp_path):
    path = config(tmp_path, f"data: a\nout: m\nlearning_rate: {written}")
    assert settings_from(RecognizerSettings, path, {}).learning_rate == 0.001


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_has_bounds_and_a_default_within(kind):
    for field in dataclasses.fields(kind):
        if type(field.default) in (int, float):
            low, high = BOUNDS[field.name]
            assert low <= field.default <= high, field.name


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_the_configs_at_hand_are_valid(path):
    settings_from(RecognizerSettings, path, {"data": [], "out": Path("m")})


def test_there_are_configs():
    assert {"chubs.yaml", "isobs.yaml", "quick.yaml"} <= {path.name for path in CONFIGS}
