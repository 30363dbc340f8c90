"""Tokenization and end-to-end: which glyphs survive, and where F1 is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from baselines.character import CharacterTokenizer
from cbs_bench.errors import PluginError
from cbs_bench.interfaces import BASELINES, TAGGERS, RunRequest, WordTagger
from cbs_bench.nlp.corpus import Sentence
from cbs_bench.nlp.scan import with_gold_spans
from cbs_bench.predictions import Predictions
from cbs_bench.tasks.end_to_end import SLICES, STEPS, losses
from cbs_bench.tasks.pos import PosGold, PosTask
from cbs_bench.tasks.tokenization import TokenizationTask, measures, surviving
from cbs_bench.tokenizer.coverage import cut
from cbs_bench.types import Token, Word

TRAIN = [list("道可道非常道"), ["{日止頁}", "道", "可"]] * 4


def trained(name):
    return BASELINES.load(name).train(TRAIN, vocab_size=400, seed=0)


@pytest.mark.parametrize("name", BASELINES.names())
def test_glyphs_of_the_training_text_survive(name):
    assert surviving(trained(name), {"道", "可"}) == {"道", "可"}


@pytest.mark.parametrize("name", ["character", "bpe", "wordpiece", "unigram"])
def test_an_unknown_glyph_does_not_survive_even_alone(name):
    assert surviving(trained(name), {"道", "鬱"}) == {"道"}


def test_bytes_keep_every_glyph():
    assert surviving(trained("byte_bpe"), {"鬱", "{木口}"}) == {"鬱", "{木口}"}


def test_components_keep_a_composition_unless_another_glyph_shares_them():
    system = trained("multigranularity")
    assert surviving(system, {"{木口}", "鬱"}) == {"{木口}", "鬱"}
    assert surviving(system, {"{女子}", "好"}) == set()


def test_measures_of_one_token_a_glyph():
    rows = [Sentence("a", ("道", "鬱"), ()), Sentence("b", ("道", "道"), ())]
    tokens = cut(trained("character"), (row.glyphs for row in rows), "character")
    found = measures(rows, tokens, {"道", "可", "非", "常", "{日止頁}"})
    assert found == {
        "unknown_rate": 1 / 4,
        "untrained_rate": 1 / 4,  # no training text shows [UNK]
        "fertility": 1.0,
        "sequence_length": 2.0,
        "vocabulary_use": 1 / 5,
    }


class Everything(CharacterTokenizer):
    """Takes every glyph for a token of its own, without end."""

    def tokenize(self, glyphs):
        return [Token(glyph, i, i + 1, "character") for i, glyph in enumerate(glyphs)]


class EverySecond(Everything):
    """Loses every second glyph of a sentence, and none that stands alone."""

    def tokenize(self, glyphs):
        return super().tokenize(glyphs)[::2]


@pytest.fixture
def request_for(mini, monkeypatch):
    """``request_for(kind)``: to run a task with a tokenizer of that class."""

    def request_for(kind):
        monkeypatch.setattr(BASELINES, "load", lambda name: kind)
        return RunRequest(mini, "mine", 0, {"budget": {"epochs": 1}})

    return request_for


@pytest.mark.parametrize("task", [TokenizationTask, PosTask])
def test_a_tokenizer_that_loses_glyphs_is_refused(task, request_for):
    refusal = "tokenizer 'mine' has no token in its place for glyph 1 of '.*'; let its tokens cover"
    with pytest.raises(PluginError, match=refusal):
        list(task().run(request_for(EverySecond)))


class OfTexts(Everything):
    """Gives the texts of its tokens alone."""

    def tokenize(self, glyphs):
        return [token.text for token in super().tokenize(glyphs)]


class Streaming(Everything):
    """Gives its tokens one after the other."""

    def tokenize(self, glyphs):
        yield from super().tokenize(glyphs)


class Reader(WordTagger):
    """A peer that reads tokens."""

    takes_tokens = True

    @classmethod
    def train(cls, request, tokenizer, train, validation):
        return tokenizer.tokenize(train[0].glyphs)[0].start

    def tag(self, texts):
        return []


@pytest.mark.parametrize(("kind", "returned"), [(OfTexts, "list of str"), (Streaming, "generator")])
@pytest.mark.parametrize(
    ("task", "tagger"), [(TokenizationTask, None), (PosTask, None), (PosTask, "reader")]
)
def test_what_is_no_list_of_tokens_is_blamed_on_the_tokenizer(
    task, tagger, kind, returned, request_for, monkeypatch
):
    monkeypatch.setattr(TAGGERS, "load", lambda name: Reader)
    asked = replace(request_for(kind), tagger=tagger)
    with pytest.raises(PluginError) as caught:
        list(task().run(asked))
    assert str(caught.value) == (
        f"tokenizer 'mine' returned {returned}, where a list of Token is expected; "
        "mend its method tokenize"
    )


def test_a_vocabulary_without_end_shows_in_tokens_that_no_training_showed(request_for):
    (track,) = TokenizationTask().run(request_for(Everything))
    assert all(correct == gold for correct, _, gold in track["slices"]["all"])
    unseen = sum(gold for *_, gold in track["slices"]["unseen graph"])
    glyphs = sum(gold for *_, gold in track["slices"]["all"])
    assert track["extra"]["untrained_rate"] == unseen / glyphs > 0


def test_gold_spans_take_the_commonest_tag_below_them():
    words = [Word(0, 1, "n"), Word(1, 3, "v"), Word(4, 5, "n")]
    gold = [Word(0, 3, "x"), Word(3, 4, "x"), Word(4, 5, "x")]
    assert with_gold_spans(words, gold) == [Word(0, 3, "v"), Word(3, 4, ""), Word(4, 5, "n")]


@pytest.mark.parametrize(("sentences", "blocks"), [(3, 3), (250, 100)])
def test_tags_are_counted_in_blocks_of_consecutive_sentences(sentences, blocks):
    gold = [Sentence(str(n), ("道",), (Word(0, 1, "nv"[n % 2]),)) for n in range(sentences)]
    rows = [{"id": sentence.id, "words": [[0, 1, "n"]]} for sentence in gold]
    nothing = frozenset()
    track = PosTask().score(
        Predictions("transcription", "test", rows), PosGold(gold, [], {}, nothing, nothing)
    )
    found = track["tag_blocks"]
    assert {len(counts) for counts in found.values()} == {blocks}
    assert track["tags"]["n"] == [(sentences + 1) // 2, sentences, (sentences + 1) // 2]
    assert track["tags"]["v"] == [0, 0, sentences // 2]
    for tag, total in track["tags"].items():
        assert [sum(column) for column in zip(*found[tag], strict=True)] == total
    predicted = [n_counts[1] for n_counts in found["n"]]
    assert max(predicted) - min(predicted) <= 1


def test_losses_make_up_what_the_reading_lacks():
    correct = dict(zip(SLICES, (2, 5, 6, 9), strict=True))
    slices = {name: [[hits, 10, 10]] for name, hits in correct.items()}
    lost = losses(slices)
    assert lost == pytest.approx(dict(zip(STEPS, (0.3, 0.1, 0.3, 0.1), strict=True)))
    assert sum(lost.values()) == pytest.approx(1 - 0.2)
