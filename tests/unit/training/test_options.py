"""What ``cbs-bench train --help`` tells."""

from __future__ import annotations

import dataclasses

import pytest

from cbs_bench.cli import main
from cbs_bench.training.options import SETTINGS


def test_the_help_names_every_setting_with_its_default(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "batches of real data (default: detector 1500, recognizer 900)" in told
    _, _, settings = told.partition("settings of --config and their defaults")
    for model, kind in SETTINGS.items():
        _, _, listed = settings.partition(f"{model}: ")
        for field in dataclasses.fields(kind):
            if type(field.default) in (int, float, bool):
                assert f"{field.name} {field.default}" in listed
            elif field.name != "command":
                assert field.name in listed
    assert "command" not in settings
