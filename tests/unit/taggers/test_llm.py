"""The language model that is asked, over an endpoint on loopback."""

from __future__ import annotations

import gzip
import json

import pytest

from baselines.taggers.llm import LlmTagger, labels_of, words_in_answer
from cbs_bench.cli import main
from cbs_bench.errors import DataError, PluginError
from cbs_bench.interfaces import BASELINES, RunRequest
from cbs_bench.script.tagsets import CHUBS
from cbs_bench.types import Sentence, Token, Word

SENTENCES = [
    Sentence(str(number), tuple(text), (Word(0, 2, "n"), Word(2, 3, "d"), Word(3, len(text), "v")))
    for number, text in enumerate(["聖人不言", "君子不器", "天地不仁也", "聖人亡為"] * 4)
]
TEXTS = [list(s.glyphs) for s in SENTENCES]


def train(endpoint, name="character", seed=0, sentences=SENTENCES):
    tokenizer = BASELINES.load(name).train([s.glyphs for s in sentences], vocab_size=300, seed=0)
    settings = {"llm": {"url": endpoint.url, "model": "small"}}
    return LlmTagger.train(RunRequest(None, name, seed, settings), tokenizer, sentences, [])


def test_it_is_shown_ten_sentences_and_asked_one(endpoint):
    train(endpoint).tag([["言", "不", "言"]])
    ((path, _, body),) = endpoint.asked
    system, *demonstrations, question = body["messages"]
    assert path == "/v1/chat/completions"
    assert (body["model"], body["temperature"]) == ("small", 0)
    assert system["role"] == "system" and "d, n, v" in system["content"]
    assert [m["role"] for m in demonstrations] == ["user", "assistant"] * 10
    assert json.loads(question["content"]) == ["言", "不", "言"]
    shown = dict(
        zip(
            (m["content"] for m in demonstrations[::2]),
            (m["content"] for m in demonstrations[1::2]),
            strict=True,
        )
    )
    assert json.loads(shown['["聖", "人", "不", "言"]']) == ["B-n", "I-n", "B-d", "B-v"]


def test_the_seed_draws_the_demonstrations(endpoint):
    for seed in (0, 0, 1):
        train(endpoint, seed=seed).tag([["道"]])
    first, other = (body["messages"] for _, _, body in endpoint.asked)  # the second is cached
    assert first != other


def test_the_ten_tags_of_chubs_are_named_where_the_dataset_has_them(endpoint):
    sentences = [Sentence("a", ("道",), (Word(0, 1, "名词"),))]
    train(endpoint, sentences=sentences).tag([["道"]])
    assert ", ".join(CHUBS) in endpoint.asked[0][2]["messages"][0]["content"]


@pytest.mark.parametrize("name", BASELINES.names())
def test_the_labels_of_every_tokenizer_tell_the_words(name):
    glyphs = [s.glyphs for s in SENTENCES]
    tokenizer = BASELINES.load(name).train(glyphs, vocab_size=300, seed=0)
    for sentence in SENTENCES[:3]:
        tokens = tokenizer.tokenize(sentence.glyphs)
        labels = json.dumps(labels_of(tokens, sentence.words))
        for answer in (
            f"Here it is:\n```json\n{labels}\n```",
            f"```\n{labels}```",
            f'<think>\n["B-v"]?\n</think>\n\n{labels}\n',
        ):
            assert words_in_answer(answer, tokens, frozenset("ndv")) == list(sentence.words)


def test_pieces_of_a_glyph_share_its_label():
    tokens = [
        Token("{日止}", 0, 1, "component", components=("日", "止")),
        Token("Ã", 1, 3, "subword"),
        Token("©", 2, 3, "subword"),
    ]
    words = [Word(0, 2, "n"), Word(2, 3, "v")]
    labels = ["B-n", "B-n", "I-n|B-v", "I-n|B-v"]
    assert labels_of(tokens, words) == labels
    assert words_in_answer(json.dumps(labels), tokens, frozenset("nv")) == words


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I cannot tag this.",
        "[B-n, I-n]",
        '["B-n"]',
        '["B-n", "I-',
        '```json\n["B-n", "I-n"',
        '["B-n", "I-n", "B-n"]',
        '["B-n", "B-place"]',
        '["B-n", "I-n|I-n"]',
        '["B-n", "noun"]',
        '["B-n", "E-n"]',
        '["B-n", 7]',
        '["B-n", null]',
        '[{"a": ["B-n"]}]',
    ],
)
def test_a_malformed_answer_counts_and_gives_no_words(endpoint, answer):
    endpoint.replies.extend([answer, '["B-n", "I-n"]'])
    tagger = train(endpoint)
    assert tagger.tag([["聖", "人"], ["君", "子"]]) == [[], [Word(0, 2, "n")]]
    assert tagger.tally() == {"answers": 2, "malformed_answers": 1}
    assert tagger.tally() == {"answers": 0, "malformed_answers": 0}


def test_a_label_for_every_token_is_asked_for():
    tokens = [Token("聖人", 0, 2, "subword")]
    with pytest.raises(DataError, match="2 labels for 1 tokens"):
        words_in_answer('["B-n", "I-n"]', tokens, frozenset("n"))
    with pytest.raises(DataError, match="label 'B-n' for '聖人'"):
        words_in_answer('["B-n"]', tokens, frozenset("n"))


@pytest.mark.parametrize("missing", ["url", "model"])
def test_without_endpoint_or_model_it_says_what_to_give(missing, tmp_path):
    settings = {"llm": {"url": "http://127.0.0.1/v1", "model": "small"} | {missing: None}}
    with pytest.raises(PluginError, match="give --llm-url and --llm-model"):
        LlmTagger.label("llm", settings)


@pytest.fixture
def command(mini, endpoint, tmp_path):
    """``command(tokenizers, model)``: a run of mini with one seed."""

    def command(tokenizers="character,bpe", model="org/small-7b"):
        return [
            "run", "pos", "--data", str(mini), "--out", str(tmp_path / "results"),
            "--tagger", "llm", "--llm-url", endpoint.url, "--llm-model", model,
            "--tokenizers", tokenizers, "--seeds", "1", "--workers", "1",
        ]  # fmt: skip

    return command


def test_a_run_is_scored_for_each_tokenizer(command, endpoint, tmp_path, capsys):
    endpoint.replies.extend(['["nonsense"]', "", "no"])
    assert main(command()) == 0
    folder = tmp_path / "results" / "pos"
    stored = {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    assert sorted(stored) == [
        "mini-llm-org-small-7b-bpe-0.json",
        "mini-llm-org-small-7b-character-0.json",
    ]
    result = stored["mini-llm-org-small-7b-character-0.json"]
    assert (result["tagger"], result["tokenizer"]) == ("llm-org-small-7b", "character")
    assert result["settings"] == {"llm": {"url": endpoint.url, "model": "org/small-7b"}}
    extra = [track["extra"] for track in result["tracks"]]
    sentences = len(result["tracks"][0]["slices"]["all"])
    assert (extra[0]["answers"], extra[0]["malformed_answers"]) == (sentences, sentences)
    assert main(["report", str(tmp_path / "results")]) == 0
    assert "| llm-org-small-7b·bpe (peer) |" in capsys.readouterr().out


def test_a_run_that_was_stopped_goes_on_and_a_second_asks_nothing(
    command, endpoint, tmp_path, capsys
):
    endpoint.replies.extend([None, None, (400, {}, "too long")])
    assert main(command("character")) == 2
    shown = capsys.readouterr().err
    assert "status 400 Bad Request too long; check the address" in shown
    assert shown.count("\n") == 1
    assert len(endpoint.asked) == 3
    assert main(command("character")) == 0
    questions = [json.dumps(body) for _, _, body in endpoint.asked]
    assert len(questions) == len(set(questions)) + 1  # the one that failed, twice
    (path,) = (tmp_path / "results" / "pos").glob("*.json")
    first = json.loads(path.read_text("utf-8"))["tracks"]
    path.unlink()
    assert main(command("character")) == 0
    assert len(endpoint.asked) == len(questions)
    assert json.loads(path.read_text("utf-8"))["tracks"] == first


def test_the_key_is_sent_and_written_nowhere(command, endpoint, tmp_path, monkeypatch, capsys):
    key = "sk-very-secret"
    monkeypatch.setenv("OPENAI_API_KEY", f"{key}\n")
    endpoint.replies.extend([None, (400, {}, f"bad key {key}")])
    assert main(command("character")) == 2
    assert "bad key …" in capsys.readouterr().err
    assert main(command("character")) == 0
    assert {headers["Authorization"] for _, headers, _ in endpoint.asked} == {f"Bearer {key}"}
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 10
    for path in written:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        assert key.encode() not in content
    assert key not in "".join(capsys.readouterr())


def test_flags_without_the_tagger_are_refused(mini, tmp_path, capsys):
    command = ["run", "pos", "--data", str(mini), "--out", str(tmp_path), "--llm-model", "small"]
    assert main(command) == 2
    assert "--llm-url and --llm-model need --tagger llm" in capsys.readouterr().err


def test_the_tagger_without_flags_is_refused_before_anything_runs(mini, tmp_path, capsys):
    out = tmp_path / "results"
    command = ["run", "pos", "--data", str(mini), "--out", str(out), "--tagger", "llm"]
    assert main(command) == 2
    assert "needs an endpoint and a model; give --llm-url" in capsys.readouterr().err
    assert not out.exists()
