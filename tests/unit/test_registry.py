"""Plugins of strangers are found by their entry points, and their faults are one line."""

from importlib.metadata import EntryPoint
from importlib.resources import files

import pytest

from cbs_bench import registry
from cbs_bench.errors import PluginError
from cbs_bench.interfaces import BASELINES, SlipTokenizer


@pytest.fixture
def registered(monkeypatch):
    """``registered(name, value)``: a package that is installed and says so."""

    def install(name, value):
        point = EntryPoint(name, value, BASELINES.group)
        monkeypatch.setattr(registry, "entry_points", lambda group: [point])

    return install


def test_a_plugin_of_a_package_is_found(registered):
    registered("theirs", "baselines.bpe:BpeTokenizer")
    assert "theirs" in BASELINES.names()
    assert issubclass(BASELINES.load("theirs"), SlipTokenizer)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("baselines.bpe:NoSuchClass", "NoSuchClass"),
        ("no_such_package_anywhere:X", "no_such_package_anywhere"),
        ("broken_plugin:X", "SyntaxError"),
        ("json:dumps", "is not a SlipTokenizer"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_one_line(registered, value, why, tmp_path, monkeypatch):
    (tmp_path / "broken_plugin.py").write_text("class X(:\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registered("theirs", value)
    with pytest.raises(PluginError, match=why) as caught:
        BASELINES.load("theirs")
    assert value in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_plugin_replaces_one_of_ours(registered):
    registered("bpe", "baselines.wordpiece:WordPieceTokenizer")
    with pytest.raises(PluginError, match="registered twice"):
        BASELINES.load("bpe")


@pytest.mark.parametrize("package", ["cbs_bench", "builders", "baselines"])
def test_a_plugin_is_checked_against_our_types(package):
    """PEP 561: without the marker a type checker takes everything of ours for ``Any``."""
    assert files(package).joinpath("py.typed").is_file()
