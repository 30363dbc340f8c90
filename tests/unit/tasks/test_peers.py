"""A peer in the place of our tagger: what is run, stored, scored and shown."""

from __future__ import annotations

import json

import pytest

from cbs_bench.cli import main
from cbs_bench.errors import InputError
from cbs_bench.interfaces import NO_TAG, TAGGERS, WordTagger
from cbs_bench.report import read_boards, to_markdown
from cbs_bench.runner import run
from cbs_bench.script.tagsets import UPOS
from cbs_bench.types import Word


class Cutter(WordTagger):
    """A segmenter: each glyph is a word."""

    takes_tokens = False
    tagset = ()
    tag_given = NO_TAG

    @classmethod
    def train(cls, request, tokenizer, train, validation):
        assert tokenizer is None
        return cls()

    def tag(self, texts):
        return [[Word(i, i + 1, self.tag_given) for i in range(len(text))] for text in texts]


class Foreigner(Cutter):
    """A tagger with tags of its own."""

    tagset = UPOS
    tag_given = "NOUN"


class Reader(Cutter):
    """A tagger that learns the tags and reads tokens."""

    takes_tokens = True
    tagset = None
    tag_given = "n"

    @classmethod
    def label(cls, name, settings):
        return f"{name}-large"

    @classmethod
    def train(cls, request, tokenizer, train, validation):
        assert tokenizer.tokenize(["道"])[0].text == "道"
        return cls()


PEERS = {"cutter": Cutter, "foreigner": Foreigner, "reader": Reader}


@pytest.fixture
def results(mini, tmp_path, monkeypatch):
    monkeypatch.setattr(TAGGERS, "load", PEERS.__getitem__)

    def results(peer, *tokenizers, task="pos"):
        names = tokenizers or ("character",)
        paths = run(
            task,
            data=mini,
            tokenizers=names,
            seeds=2,
            out=tmp_path,
            peers={"tagger": peer},
            workers=1,
        )
        return {path.name: json.loads(path.read_text("utf-8")) for path in paths}

    return results


def test_one_that_cuts_by_itself_runs_once_without_tokenizer(results):
    ((name, result),) = results("cutter", "character", "bpe").items()
    assert name == "mini-cutter-none-0.json"
    assert (result["tagger"], result["tokenizer"]) == ("cutter", "none")


@pytest.mark.parametrize("peer", ["cutter", "foreigner"])
def test_without_the_tags_of_the_dataset_segmentation_alone_is_scored(peer, results):
    (result,) = results(peer).values()
    assert {tuple(track["slices"]) for track in result["tracks"]} == {("segmentation",)}


def test_one_that_takes_tokens_runs_with_each_tokenizer_and_seed(results):
    found = results("reader", "character", "bpe")
    assert sorted(found) == [
        f"mini-reader-large-{tokenizer}-{seed}.json"
        for tokenizer in ("bpe", "character")
        for seed in (0, 1)
    ]
    assert all("all" in result["tracks"][0]["slices"] for result in found.values())


def test_a_segmenter_is_shown_where_it_has_a_score(results, tmp_path):
    results("reader")
    results("cutter")
    board = next(b for b in read_boards(tmp_path) if b.key.track == "transcription")
    assert [entry.name for entry in board.entries] == ["reader-large·character", "cutter"]
    shown = to_markdown([board])
    assert "| cutter (peer) |" in shown


def test_a_task_without_tags_takes_no_tagger(results):
    with pytest.raises(InputError, match="takes no tagger"):
        results("cutter", task="tokenization")


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize(
    ("task", "peers", "refuser"),
    [("pos", {"tagger": "reader"}, "tagger 'reader'"), ("tokenization", {}, "task 'tokenization'")],
)
def test_what_runs_no_tagger_of_ours_takes_no_guide(task, peers, refuser, mini, tmp_path):
    with pytest.raises(InputError, match=f"{refuser} takes no --guide; leave it out"):
        run(task, data=mini, tokenizers=["bpe"], seeds=1, out=tmp_path, peers=peers, guide=mini)
    assert not list(tmp_path.iterdir())


def test_the_command_line_lists_and_refuses_taggers(mini, tmp_path, capsys):
    assert main(["list"]) == 0
    assert "taggers: crf jiayan llm suparkanbun udkanbun" in capsys.readouterr().out
    command = ["run", "pos", "--data", str(mini), "--out", str(tmp_path), "--tagger", "wrong"]
    assert main(command) == 2
    assert "unknown tagger 'wrong'; choose one of" in capsys.readouterr().err
