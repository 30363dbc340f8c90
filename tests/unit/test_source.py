"""What of a plugin's source is told apart, and which errors are a plugin's."""

from __future__ import annotations

import importlib

import pytest

from cbs_bench import source
from cbs_bench.errors import InputError


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """``plugin(base=…)``: a class that inherits from one in a file of its own."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "heir_in_work.py").write_text(
        "from base_in_work import Base\n\n\nclass Heir(Base):\n    pass\n", encoding="utf-8"
    )

    def plugin(base="pass"):
        (tmp_path / "base_in_work.py").write_text(f"class Base:\n    {base}\n", encoding="utf-8")
        return importlib.import_module("heir_in_work").Heir

    return plugin


def test_a_change_of_what_it_inherits_changes_its_checksum(plugin):
    before = source.checksum(plugin())
    assert source.checksum(plugin()) == before
    assert source.checksum(plugin("x = 1")) != before


@pytest.mark.parametrize("error", [FileNotFoundError(2, "gone", "a.txt"), InputError("bad row")])
def test_what_is_one_line_already_stays_as_it_is(error, plugin):
    with pytest.raises(type(error)) as caught, source.errors_named([__file__]):
        raise error
    assert caught.value is error
