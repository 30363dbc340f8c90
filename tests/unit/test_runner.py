"""What a run takes for done, what it does again, and how the error of a plugin is told."""

from __future__ import annotations

import importlib
import json
import operator
import shutil

import numpy as np
import pytest

from cbs_bench import predictions, runner
from cbs_bench.cli import main
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BASELINES, TASKS, PredictingTask, Task, TaskInfo
from cbs_bench.model_card import identity
from cbs_bench.nlp import glyph_vectors
from cbs_bench.predictions import Predictions
from cbs_bench.tasks.end_to_end import EndToEndTask
from cbs_bench.vision.choice import SHIPPED

TOKENIZER = """
from cbs_bench.interfaces import SlipTokenizer
from cbs_bench.types import Token


class Mine(SlipTokenizer):
    granularity = "character"

    @classmethod
    def train(cls, texts, *, vocab_size, seed):
        return cls()

    def tokenize(self, glyphs):
        return [Token(glyph, i, i + 1, "character") for i, glyph in enumerate(glyphs)]

    def to_bytes(self):
        return b""

    @classmethod
    def from_bytes(cls, data):
        return cls()
"""


class LengthTask(Task):
    """A task in which no tokenizer takes part, nor a model of ours."""

    info = TaskInfo("long", "sentences", needs=("pos",), compares_tokenizers=False)

    def run(self, request):
        yield {"track": "transcription", "split": "test", "slices": {"all": [[1, 1, 1]]},
               "extra": {}}  # fmt: skip


class CountTask(PredictingTask):
    """Counts the sentences: done at once, with predictions."""

    info = TaskInfo("sentences", "sentences", needs=("pos",))

    def predict(self, request):
        tokens = BASELINES.load(request.tokenizer).train([], vocab_size=1, seed=0).tokenize(["道"])
        yield Predictions("transcription", "test", [{"id": "a", "tokens": len(tokens)}])

    def gold(self, data):
        return 1

    def score(self, stored, gold):
        return {"track": "transcription", "split": "test", "slices": {"all": [[1, 1, gold]]},
                "extra": {}}  # fmt: skip


class TaggedTask(CountTask):
    """The same where our tagger takes part."""

    info = TaskInfo("sentences", "sentences", needs=("pos",), takes=("tagger",))


class ReadTask(CountTask):
    """The same where our models read first and our tagger tags then, whatever a peer can do."""

    info = EndToEndTask.info


EYES = {role: identity(folder) for role, folder in SHIPPED.items()}


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """``plugin(text)``: the file of the tokenizer ``mine``, written anew."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "mine_in_work.py"
    load = BASELINES.load

    def loaded(name):
        if name != "mine":
            return load(name)
        module = importlib.import_module("mine_in_work")
        return importlib.reload(module).Mine

    def write(text):
        path.write_text(text, encoding="utf-8")
        shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)
        return path

    write(TOKENIZER)
    monkeypatch.setattr(BASELINES, "load", loaded)
    return write


@pytest.fixture
def run(mini, tmp_path, monkeypatch, plugin, capsys):
    """``run(data=…)``: status, and what stands on standard error."""
    load = TASKS.load
    made = {"count": CountTask, "length": LengthTask, "tagged": TaggedTask, "end_to_end": ReadTask}
    monkeypatch.setattr(TASKS, "names", lambda: [*made, "detection", "tokenization"])
    monkeypatch.setattr(TASKS, "load", lambda name: made.get(name) or load(name))

    def run(task="count", tokenizer="mine", *, data=mini, debug=()):
        command = ["run", task, "--data", str(data), "--out", str(tmp_path / "results")]
        tokenizers = ["--tokenizers", tokenizer] if tokenizer else []
        status = main([*command, *tokenizers, "--seeds", "1", *debug])
        return status, capsys.readouterr().err

    return run


@pytest.fixture
def result(tmp_path):
    return tmp_path / "results" / "count" / "mini-mine-0.json"


def change(path, **values):
    stored = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**stored, **values}), encoding="utf-8")


def test_what_is_there_is_not_run_again(run, result):
    assert run() == (0, "")
    change(result, seconds=99)
    assert run() == (0, "")
    assert json.loads(result.read_text(encoding="utf-8"))["seconds"] == 99


def without_sources(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    del stored["sources"]
    path.write_text(json.dumps(stored), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (without_sources, "it does not tell from which source of its plugins it came"),
        (lambda path: change(path, version="0.0.1"), "its version is 0.0.1, not"),
        (lambda path: change(path, schema=1), "its schema is 1, not 2"),
        (lambda path: change(path, settings={"budget": {}}), "it had other settings"),
        (
            lambda path: predictions.path_beside(path).unlink(),
            "mini-mine-0.predictions.jsonl.gz is missing",
        ),
        (
            lambda path: predictions.path_beside(path).write_bytes(b""),
            "mini-mine-0.predictions.jsonl.gz is not what its run stored",
        ),
    ],
)
def test_what_does_not_stand_for_the_run_is_run_again_with_a_word(run, result, spoil, reason):
    run()
    spoil(result)
    change(result, seconds=99)
    status, shown = run()
    assert status == 0
    assert shown.startswith(f"cbs-bench: {result}: run again, because {reason}")
    assert shown.count("\n") == 1
    assert json.loads(result.read_text(encoding="utf-8"))["seconds"] < 99
    assert run() == (0, "")


def test_a_result_whose_predictions_are_denied_is_run_again(run, result):
    run()
    predictions.path_beside(result).unlink()
    change(result, predictions=None)
    assert "predictions.jsonl.gz is missing" in run()[1]


@pytest.mark.parametrize("stated", ["kept", "denied"])
def test_a_report_names_what_nobody_can_score_again(run, result, stated, capsys):
    run()
    command = ["report", str(result.parent)]
    assert main(command) == 0
    whole = capsys.readouterr()
    assert whole.err == ""
    predictions.path_beside(result).unlink()
    if stated == "denied":
        change(result, predictions=None)
    assert main(command) == 0
    shown = capsys.readouterr()
    assert shown.out == whole.out
    assert shown.err == (
        f"cbs-bench: {result}: nobody can score it again, because "
        "mini-mine-0.predictions.jsonl.gz is missing; run the task again\n"
    )


def test_another_source_of_a_plugin_is_run_again(run, result, plugin):
    run()
    before = json.loads(result.read_text(encoding="utf-8"))["sources"]
    plugin(TOKENIZER.replace("i, i + 1", "int(i), i + 1"))
    line = f"{result}: run again, because the source of its tokenizer has changed"
    assert run() == (0, f"cbs-bench: {line}\n")
    after = json.loads(result.read_text(encoding="utf-8"))["sources"]
    assert before["task"] == after["task"]
    assert before["tokenizer"] != after["tokenizer"]


@pytest.mark.parametrize(("task", "eyes"), [("tagged", {}), ("end_to_end", EYES)])
def test_other_glyph_vectors_are_run_again_and_results_that_name_none_stand(
    task, eyes, run, tmp_path
):
    run(task)
    result = tmp_path / "results" / task / "mini-mine-0.json"
    named = json.loads(result.read_text(encoding="utf-8"))["models"]
    assert named == {**eyes, "vectors": identity(glyph_vectors.SHIPPED)}
    change(result, models={**eyes, "vectors": "0" * 64})
    line = f"{result}: run again, because the glyph vectors have changed"
    assert run(task) == (0, f"cbs-bench: {line}\n")
    change(result, models=eyes)
    assert run(task) == (0, "")


def test_results_of_other_data_of_the_same_name_are_not_overwritten(run, result, mini, tmp_path):
    run()
    stored = result.read_bytes()
    other = shutil.copytree(mini, tmp_path / "other" / "mini")
    manifest = json.loads((other / "fingerprint.json").read_text(encoding="utf-8"))
    ours = manifest["fingerprint"]
    (other / "fingerprint.json").write_text(json.dumps({**manifest, "fingerprint": "e" * 64}))
    status, shown = run(data=other)
    assert status == 2
    assert shown == (
        f"cbs-bench: {result}: its data have the fingerprint {ours}, where {other} has "
        f"{'e' * 64}; remove the results of the other data, give another --out, or rename the "
        "folder of one of the datasets\n"
    )
    assert result.read_bytes() == stored


@pytest.mark.parametrize(
    ("healthy", "ill"),
    [("return cls()", "return 1 / 0"), ("return [Token", "return [1 / 0 or Token")],
    ids=["train", "tokenize"],
)
def test_the_error_of_a_plugin_is_one_line(run, plugin, healthy, ill):
    text = TOKENIZER.replace(healthy, ill, 1)
    path = plugin(text)
    line = text[: text.index("1 / 0")].count("\n") + 1
    for task in ("count", "tokenization"):
        assert run(task) == (
            2,
            f"cbs-bench: {path}: line {line}: ZeroDivisionError: division by zero; "
            "mend it; --debug shows the whole traceback\n",
        )
    with pytest.raises(Exception) as caught:
        run(debug=["--debug"])
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_error_outside_of_plugins_is_no_plugins(run, monkeypatch):
    monkeypatch.setattr(predictions, "write", operator.truediv)  # fails on what it is given
    with pytest.raises(TypeError):
        run()


@pytest.mark.parametrize(("task", "who"), [("length", "none"), ("detection", "multigranularity")])
def test_where_no_tokenizer_is_compared_none_is_named_but_the_system_that_ran(
    run, task, who, tmp_path, capsys
):
    assert run(task, "character") == (
        2,
        f"cbs-bench: task {task!r} takes no --tokenizers; leave it out\n",
    )
    assert run(task, None) == (0, "")
    (path,) = (tmp_path / "results" / task).glob("*.json")
    assert path.name == f"mini-{who}-0.json"
    assert main(["report", str(path.parent), "--format", "csv"]) == 0
    assert f"{task},mini," in (shown := capsys.readouterr().out)
    assert f",test,{who},all," in shown


@pytest.mark.parametrize(
    ("task", "healthy", "ill", "error"),
    [
        ("count", "return cls()", "return None", "AttributeError: 'NoneType' object has no"),
        ("tokenization", "vocab_size, seed", "vocab_size", "TypeError: Mine.train() got an"),
    ],
)
def test_what_a_plugin_should_not_return_is_not_blamed_on_us(
    run, plugin, task, healthy, ill, error
):
    plugin(TOKENIZER.replace(healthy, ill, 1))
    status, shown = run(task)
    assert status == 2
    assert error in shown
    if task == "tokenization":
        assert "see that tokenizer 'mine' return what their interface asks for" in shown
        assert "mend it" not in shown


def test_a_granularity_that_is_none_is_refused_before_anything_is_learned(run, plugin, tmp_path):
    plugin(TOKENIZER.replace('granularity = "character"', 'granularity = "words"', 1))
    assert run() == (
        2,
        "cbs-bench: the granularity of tokenizer 'mine' is 'words'; choose one of character, "
        "component, subword\n",
    )
    assert not (tmp_path / "results").exists()


def test_numbers_of_numpy_are_numbers(run, result, monkeypatch):
    measures = {"length": np.float32(0.5), "lengths": np.arange(2)}
    scored = CountTask.score
    monkeypatch.setattr(
        CountTask, "score", lambda *own: scored(*own) | {"extra": measures | {"by": "numpy"}}
    )
    monkeypatch.setattr(
        CountTask,
        "predict",
        lambda *_: [Predictions("transcription", "test", [{"id": "a", "tokens": np.int64(1)}])],
    )
    assert run() == (0, "")
    extra = json.loads(result.read_text(encoding="utf-8"))["tracks"][0]["extra"]
    assert extra == {"length": 0.5, "lengths": [0, 1], "by": "numpy"}
    (stored,) = predictions.read(predictions.path_beside(result))
    assert stored.rows == [{"id": "a", "tokens": 1}]


@pytest.mark.parametrize("measure", [float("nan"), {1, 2}, np.float64("inf")])
def test_what_no_result_can_hold_is_refused(measure, run, result, monkeypatch):
    scored = CountTask.score
    monkeypatch.setattr(CountTask, "score", lambda *own: scored(*own) | {"extra": {"n": measure}})
    status, shown = run()
    assert status == 2
    assert shown.startswith(f"cbs-bench: {result}: what was measured is no JSON (")
    assert not result.exists()


@pytest.mark.parametrize("torn", ["", '{"schema": 2', "[]"])
def test_a_damaged_result_is_run_again(run, result, torn):
    run()
    result.write_text(torn, encoding="utf-8")
    status, shown = run()
    assert status == 0
    assert shown.startswith(f"cbs-bench: {result}: run again, because it is not a result: ")
    assert run() == (0, "")


def test_the_result_of_another_of_the_same_file_name_is_not_overwritten(run, result):
    run()
    change(result, tokenizer="e", tagger="min")
    assert run() == (
        2,
        f"cbs-bench: {result}: its tokenizer is 'e', where 'mine' is asked for; give another "
        "--out\n",
    )


@pytest.mark.usefixtures("run")
def test_more_seeds_than_anybody_needs_are_refused(mini, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "run_one", lambda request, folder, head: folder)
    options = {"data": mini, "tokenizers": ["mine"], "out": tmp_path / "out", "workers": 1}
    with pytest.raises(InputError, match=r"^1,001 seeds; give 1,000 at most$"):
        runner.run("count", seeds=1001, **options)
    assert not (tmp_path / "out").exists()
    assert len(runner.run("count", seeds=1000, **options)) == 1000
