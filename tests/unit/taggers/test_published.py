"""The adapters to published systems, over stand-ins that answer as those systems do."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from baselines.taggers.jiayan import JiayanTagger
from baselines.taggers.suparkanbun import SuParKanbunTagger
from baselines.taggers.udkanbun import UdKanbunTagger
from cbs_bench.errors import PluginError
from cbs_bench.types import Word


def install(monkeypatch, name, **members):
    """A module of that name, and empty ones for the packages around it."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        module = ModuleType(".".join(parts[:end]))
        module.__path__ = []
        monkeypatch.setitem(sys.modules, module.__name__, module)
    vars(module).update(members)


def test_udkanbun_gives_forms_and_universal_tags(monkeypatch):
    root = SimpleNamespace(form="_", upos="_")

    def parse(text):
        assert text == "聖人〓"
        return [
            root,
            SimpleNamespace(form="聖人", upos="NOUN"),
            SimpleNamespace(form="〓", upos="X"),
        ]

    install(monkeypatch, "udkanbun", load=lambda: parse)
    words = UdKanbunTagger.load().tag([["聖", "人", "{日止頁}"]])
    assert words == [[Word(0, 2, "NOUN"), Word(2, 3, "X")]]


def test_suparkanbun_gives_forms_and_universal_tags(monkeypatch):
    def nlp(text):
        assert text == "不言"
        return [SimpleNamespace(orth_="不", pos_="ADV"), SimpleNamespace(orth_="言", pos_="VERB")]

    install(monkeypatch, "suparkanbun", load=lambda: nlp)
    assert SuParKanbunTagger.load().tag([["不", "言"]]) == [[Word(0, 1, "ADV"), Word(1, 2, "VERB")]]


def test_a_model_that_cannot_be_fetched_is_one_line(monkeypatch):
    def load():
        raise OSError("no route\nto the Hub")

    install(monkeypatch, "suparkanbun", load=load)
    with pytest.raises(PluginError, match="cannot load its model") as caught:
        SuParKanbunTagger.load()
    assert "\n" not in str(caught.value)


class Cutter:
    """As Jiayan's: words of Han characters, and whatever lies between in one piece."""

    def __init__(self):
        raise AssertionError("would write into the installed package")

    @staticmethod
    def gen_prefix_dict(path):
        assert path == "dict.txt"
        return {"聖人": 2, "聖": 0, "不": 1}, 3

    def tokenize(self, text):
        assert text == "聖人，〓不"
        return ["聖人", "，〓", "不"]


def test_jiayan_gives_words_without_tags(monkeypatch):
    install(
        monkeypatch,
        "jiayan.tokenizer.ngram_tokenizer",
        WordNgramTokenizer=Cutter,
        dict_path="dict.txt",
    )
    before = sys.modules.get("kenlm")
    words = JiayanTagger.load().tag([["聖", "人", "，", "{日}", "不"]])
    assert words == [[Word(0, 2, ""), Word(2, 3, ""), Word(3, 4, ""), Word(4, 5, "")]]
    assert sys.modules.get("kenlm") is before


@pytest.mark.parametrize(
    ("tagger", "module"),
    [(UdKanbunTagger, "udkanbun"), (SuParKanbunTagger, "suparkanbun"), (JiayanTagger, "jiayan")],
)
def test_a_missing_package_is_one_line_with_the_remedy(monkeypatch, tagger, module):
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(module), *sys.meta_path])
    with pytest.raises(PluginError, match=rf"{module} is not installed; pip install") as caught:
        tagger.load()
    assert "\n" not in str(caught.value)


class Missing:
    """A finder that denies one package."""

    def __init__(self, module):
        self.module = module

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == self.module:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
