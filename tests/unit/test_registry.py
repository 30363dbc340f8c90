"""Plugins of strangers are found by their entry points, and their faults are one line."""

from importlib.metadata import EntryPoint
from importlib.resources import files

import pytest

import baselines
from cbs_bench import registry
from cbs_bench.errors import PluginError
from cbs_bench.interfaces import BASELINES, SlipTokenizer
from cbs_bench.registry import Registry


@pytest.fixture
def registered(monkeypatch):
    """``registered(name, *values)``: packages that are installed and say so."""

    def install(name, *values):
        points = [EntryPoint(name, value, BASELINES.group) for value in values]
        monkeypatch.setattr(registry, "entry_points", lambda group: points)

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


@pytest.mark.parametrize(
    ("name", "values", "first"),
    [
        ("bpe", ["theirs.wordpiece:Tokenizer"], "the module baselines.bpe"),
        ("multigranularity", ["mine:Tokenizer", "theirs:Tokenizer"], "the entry point mine:"),
    ],
)
def test_a_name_that_two_plugins_share_is_refused(registered, name, values, first):
    registered(name, *values)
    with pytest.raises(PluginError, match="is registered twice, by") as caught:
        BASELINES.load(name)
    assert first in str(caught.value)
    assert f"the entry point {values[-1]}; rename or uninstall one" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("import json\nimport no_such_package\n", "line 2: ModuleNotFoundError: No module named"),
        ("class X(:\n", "line 1: SyntaxError: "),
        ("\n\nprint(undefined)\n", "line 3: NameError: "),
    ],
)
def test_a_file_that_cannot_be_imported_is_one_line(content, shown, tmp_path, monkeypatch):
    monkeypatch.setattr(baselines, "__path__", [str(tmp_path), *baselines.__path__])
    monkeypatch.setattr(Registry, "_folder", lambda self: tmp_path)
    path = tmp_path / "mine_in_work.py"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PluginError) as caught:
        BASELINES.load("mine_in_work")
    message = str(caught.value)
    assert message.startswith(f"{path}: {shown}")
    assert message.endswith("; mend it; --debug shows the whole traceback")
    assert "\n" not in message


@pytest.mark.parametrize("package", ["cbs_bench", "builders", "baselines"])
def test_a_plugin_is_checked_against_our_types(package):
    """PEP 561: without the marker a type checker takes everything of ours for ``Any``."""
    assert files(package).joinpath("py.typed").is_file()


def test_a_plugin_without_what_its_interface_names_is_refused(registered, tmp_path, monkeypatch):
    (tmp_path / "unfinished_plugin.py").write_text(
        "from cbs_bench.interfaces import SlipTokenizer\n\n\nclass Mine(SlipTokenizer):\n    pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    registered("theirs", "unfinished_plugin:Mine")
    reason = "tokenizer 'theirs' has no granularity; give Mine this attribute, as SlipTokenizer"
    with pytest.raises(PluginError, match=reason):
        BASELINES.load("theirs")


def test_a_name_that_no_file_can_have_is_refused(registered):
    registered("a/b", "baselines.bpe:BpeTokenizer")
    with pytest.raises(PluginError, match="'a/b' has a name that no file can have; rename"):
        BASELINES.load("a/b")
