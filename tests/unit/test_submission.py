"""A result of somebody else is taken in only if its predictions score what it says."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from cbs_bench import predictions
from cbs_bench.cli import main
from cbs_bench.report import read_boards

RESULTS = Path(__file__).resolve().parents[2] / "leaderboards" / "results"
SUBMITTED = RESULTS / "pos" / "mini-bpe-0.json"
COMMITTED = sorted(
    path for path in RESULTS.glob("*/mini-*.json") if predictions.path_beside(path).exists()
)
"""Those that a task with predictions left."""


@pytest.fixture
def submitted(tmp_path):
    """A good submission, free to be spoilt."""
    return copy(SUBMITTED, tmp_path / "theirs")


def copy(result, folder):
    folder.mkdir(exist_ok=True)
    shutil.copy(predictions.path_beside(result), folder)
    return Path(shutil.copy(result, folder))


def rewrite(path, change):
    """Change the JSON of a result."""
    result = json.loads(path.read_text(encoding="utf-8"))
    change(result)
    path.write_text(json.dumps(result), encoding="utf-8")


def rewrite_predictions(path, change):
    """Change the rows of the stored predictions, and the checksum in the result with them."""
    beside = predictions.path_beside(path)
    rows = [json.loads(line) for line in gzip.decompress(beside.read_bytes()).splitlines()]
    change(rows)
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    beside.write_bytes(gzip.compress(text.encode("utf-8")))
    rewrite(path, lambda result: result.update(predictions=predictions.checksum(beside)))


@pytest.fixture
def refusal(mini, tmp_path, capsys):
    """The one line by which a submission is refused; nothing is stored."""

    def refusal(path):
        into = tmp_path / "into"
        assert main(["submit", str(path), "--data", str(mini), "--into", str(into)]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.startswith("cbs-bench: ") and shown.err.count("\n") == 1
        assert not into.exists()
        return shown.err

    return refusal


def test_the_committed_results_are_there():
    assert {path.parent.name for path in COMMITTED} > {"pos", "detection", "end_to_end"}


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_every_committed_result_passes(path, mini, capsys):
    assert main(["submit", str(path), "--data", str(mini)]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_a_good_one_is_stored_where_the_report_finds_it(submitted, mini, tmp_path, capsys):
    path = submitted.rename(submitted.with_name("sent-by-mail.json"))
    beside = predictions.path_beside(submitted)
    beside.rename(predictions.path_beside(path))
    into = tmp_path / "results"
    command = ["submit", str(path), "--data", str(mini), "--into", str(into)]
    assert main(command) == 0
    stored = into / "pos" / "mini-bpe-0.json"
    assert capsys.readouterr().out.startswith(f"{stored}: pos on mini")
    assert stored.read_bytes() == path.read_bytes()
    assert sorted(p.name for p in stored.parent.iterdir()) == [
        "mini-bpe-0.json",
        "mini-bpe-0.predictions.jsonl.gz",
    ]
    assert {board.entries[0].name for board in read_boards(into)} == {"bpe"}
    assert main(command) == 0  # the same again changes nothing
    assert main(["submit", str(stored), "--data", str(mini)]) == 0


def test_counts_that_older_results_lack_may_be_missing(submitted, mini):
    rewrite(submitted, lambda result: result["tracks"][0].pop("tag_blocks", None))
    assert main(["submit", str(submitted), "--data", str(mini)]) == 0


def test_a_peer_is_named_in_its_file(mini, tmp_path):
    path = copy(RESULTS / "pos" / "mini-crf-character-0.json", tmp_path / "theirs")
    into = tmp_path / "results"
    assert main(["submit", str(path), "--data", str(mini), "--into", str(into)]) == 0
    assert (into / "pos" / "mini-crf-character-0.json").is_file()


def test_another_result_of_the_same_name_is_not_overwritten(submitted, mini, tmp_path, capsys):
    there = tmp_path / "results" / "pos" / "mini-bpe-0.json"
    there.parent.mkdir(parents=True)
    there.write_text("{}", encoding="utf-8")
    into = str(tmp_path / "results")
    assert main(["submit", str(submitted), "--data", str(mini), "--into", into]) == 2
    assert f"{there}: another result of this name is there; remove it" in capsys.readouterr().err
    assert [path.name for path in there.parent.iterdir()] == [there.name]
    assert there.read_text(encoding="utf-8") == "{}"


def as_another_seed(path, seed):
    """The same run told as that of ``seed``, its predictions packed in other bytes."""
    other = path.with_name(path.name.replace("-0.json", f"-{seed}.json"))
    shutil.copy(path, other)
    rows = gzip.decompress(predictions.path_beside(path).read_bytes())
    predictions.path_beside(other).write_bytes(gzip.compress(rows, compresslevel=1, mtime=1))
    checksum = predictions.checksum(predictions.path_beside(other))
    rewrite(other, lambda result: result.update(seed=seed, predictions=checksum))
    return other


def test_the_predictions_of_another_seed_are_refused(submitted, mini, tmp_path, refusal, capsys):
    second = as_another_seed(submitted, 1)
    shown = refusal(second)
    assert f"{second}: its predictions are those of another seed, {submitted}; submit" in shown
    alone = tmp_path / "alone"
    alone.mkdir()
    for path in (second, predictions.path_beside(second)):
        shutil.move(path, alone)
    into = tmp_path / "results"
    command = ["submit", "--data", str(mini), "--into", str(into)]
    assert main([*command, str(submitted)]) == 0
    capsys.readouterr()
    assert main([*command, str(alone / second.name)]) == 2
    stored = into / "pos" / "mini-bpe-0.json"
    assert f"those of another seed, {stored}; submit" in capsys.readouterr().err
    assert [path.name for path in stored.parent.glob("*.json")] == [stored.name]


def field(**values):
    return lambda result: result.update(values)


def extra(**values):
    return lambda result: result["tracks"][0]["extra"].update(values)


def count(place, value):
    """Set one count of the first sentence of the slice ``all``."""

    def change(result):
        row = result["tracks"][0]["slices"]["all"][0]
        row[place] = value if isinstance(value, bool) else row[place] + value

    return change


def without_a_slice(result):
    del result["tracks"][0]["slices"]["unseen word"]


def with_a_slice(result):
    result["tracks"][0]["slices"]["easy"] = [[1, 1, 1]]


def without_a_row(result):
    result["tracks"][0]["slices"]["all"].pop()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (field(schema=1), "its schema is 1, not 2; run the task again with cbs_bench"),
        (field(schema=9), "not a result: its schema is 9"),
        (field(version="0.0.1"), "its version of cbs_bench is 0.0.1, not"),
        (
            field(task="guessing"),
            "its task is 'guessing'; submit one of components, detection, end_to_end, pos, "
            "recognition\n",
        ),
        (field(dataset="kyoto"), "its dataset is 'kyoto', where"),
        (field(fingerprint="0" * 64), "built from the same raw data"),
        (field(tokenizer="../../etc"), "its tokenizer is '../../etc', not a name"),
        (field(tokenizer=".hidden"), "its tokenizer is '.hidden', not a name"),
        (field(tagger="a b"), "its tagger is 'a b', not a name"),
        (field(granularity="character"), "that of 'bpe' is subword"),
        (field(tokenizer="mine", granularity="sentence"), "that of 'mine' is character or"),
        (field(tokenizer="none"), "that of 'none' is word"),
        (field(seed=-1), "its seed is -1"),
        (field(seed=0.5), "not a result: seed is 0.5"),
        (field(seconds=0), "its seconds are 0"),
        (field(seconds=float("nan")), "its seconds are nan"),
        (field(seconds=float("inf")), "its seconds are inf"),
        (field(revision={"commit": "HEAD", "dirty": False}), "its revision is"),
        (field(sources={"task": "abc"}), "its source of the 'task' is 'abc', not a SHA-256"),
        (field(models={"detector": "abc"}), "its model of the 'detector' is 'abc', not a SHA-256"),
        (field(settings={"budget": {"epochs": float("inf")}}), "its settings hold a number"),
        (field(settings={"vocab_size": "../../etc"}), "its setting 'vocab_size' is '../../etc'"),
        (field(settings={"vocab_size": -1}), "its setting 'vocab_size' is -1"),
        (field(settings={"budget": "../.."}), "its budget is '../..', not numbers"),
        (field(settings={"budget": {"../a": 1}}), "its setting '../a' is 1"),
        (field(settings={"guide": "../../etc"}), "its guide is '../../etc', not a name"),
        (field(settings={"guide": ["evahan"]}), "its guide is ['evahan'], not a name"),
        (field(predictions=None), "where the result names None; submit the two files"),
        (field(predictions="0" * 64), "where the result names '0000"),
        (lambda r: r["tracks"].append(r["tracks"][0]), "it has 2 transcription tracks"),
        (lambda r: r["tracks"].pop(), "where the result scores transcription test;"),
        (lambda r: r["tracks"][0].update(split="train"), "is of the split 'train', not 'test'"),
        (count(0, 99), "not a result: tracks[0]: 'all' holds"),
        (count(0, True), "not a result: tracks[0]: 'all' holds"),
        (count(1, 1), "tracks[0].slices.all[0][1] is"),
        (count(2, 1), "tracks[0].slices.all[0][2] is"),
        (without_a_slice, "tracks[0].slices.unseen word is in its score alone"),
        (with_a_slice, "tracks[0].slices.easy is in the result alone"),
        (without_a_row, "tracks[0].slices.all is 26 rows, where its predictions score 27 rows"),
        (lambda r: r["tracks"][0].pop("extra"), "field tracks[0].extra is missing"),
        (lambda r: r["tracks"][0]["tags"]["名词"].__setitem__(1, 99), "tracks[0].tags.名词[1] is"),
        (lambda r: r["tracks"][0].update(tag_blocks={"名词": [[0, 0, 0]]}), "tag_blocks"),
        (extra(paper_f1=0.99), "tracks[0].extra.paper_f1 is 0.99, where its predictions score"),
        (extra(paper_f1=float("nan")), "tracks[0].extra.paper_f1 is NaN"),
        (extra(validation_f1=[0.5, 1.5]), "tracks[0].extra.validation_f1 is 1.5"),
        (extra(tokens_per_glyph=float("nan")), "tracks[0].extra.tokens_per_glyph is nan"),
    ],
)  # fmt: skip
def test_a_spoilt_result_is_refused_in_one_line(submitted, change, message, refusal):
    rewrite(submitted, change)
    shown = refusal(submitted)
    assert message in shown
    assert "; " in shown  # the remedy


def duplicate(rows):
    rows[1] = rows[0]


def overlap(rows):
    start, end, tag = rows[0]["words"][0]
    rows[0]["words"].insert(0, [start, end, f"{tag}?"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.pop(0), "predictions on the transcription track for 27 rows"),
        (lambda rows: rows.insert(0, rows[0]), "28 predictions on the transcription track"),
        (duplicate, "row 2: a prediction on the transcription track for"),
        (lambda rows: rows[0].update(id="elsewhere"), "for 'elsewhere', where the dataset has"),
        (lambda rows: rows[0].pop("words"), "cannot read the predictions of the transcription"),
        (lambda rows: rows[0].update(words=[[1]]), "cannot read the predictions"),
        (lambda rows: rows[0].update(words=7), "cannot read the predictions"),
        (lambda rows: rows[-1].update(boxes=[[float("nan")] * 4]), "is not finite"),
        (lambda rows: rows[1].update(boxes=[[5, 5, -2, 4]]), "row 2: the transcription track hold"),
        (lambda rows: rows[0].update(boxes=[[5, 5, -2, 4]]), "a box of -2 x 4 pixels in its boxes"),
        (lambda rows: rows[0].update(ranked=[[5, 5, 2, 4, 1.5]]), "probability 1.5 in its ranked"),
        (lambda rows: rows[0].update(candidates=[["又", -0.1]]), "-0.1 in its candidates; predict"),
        (lambda rows: rows[0].update(track="scan"), "predictions on the transcription track"),
        (overlap, "where glyph 1 is reached; predict spans in order that do not overlap"),
        (lambda rows: rows[0].update(words=[]), "tracks[0].slices.all[0]"),
        (lambda rows: rows.clear(), "predictions for nothing, where the result scores"),
    ],
)
def test_spoilt_predictions_are_refused_in_one_line(submitted, change, message, refusal):
    rewrite_predictions(submitted, change)
    assert message in refusal(submitted)


def test_missing_predictions_are_refused(submitted, refusal):
    predictions.path_beside(submitted).unlink()
    assert "mini-bpe-0.predictions.jsonl.gz: no predictions; keep them" in refusal(submitted)


@pytest.mark.parametrize("content", ["{", "[" * 100_000], ids=["cut off", "deep"])
def test_what_is_no_json_is_refused(submitted, content, refusal):
    submitted.write_text(content, encoding="utf-8")
    assert "mini-bpe-0.json: not a result: no JSON" in refusal(submitted)


def test_a_task_without_predictions_is_refused(submitted, refusal):
    rewrite(submitted, field(task="tokenization"))
    assert "task 'tokenization' stores no predictions, so that its counts cannot" in refusal(
        submitted
    )


def test_what_is_no_dataset_is_refused(submitted, tmp_path, capsys):
    assert main(["submit", str(submitted), "--data", str(tmp_path)]) == 2
    assert "no dataset here" in capsys.readouterr().err
