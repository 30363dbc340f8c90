"""The command line as a user types it, on data the tests make."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cbs_bench.cli import main
from cbs_bench.dataset import reader

WORDS = [("君子", "NOUN"), ("不", "ADV"), ("器", "VERB"), ("學", "VERB"), ("而", "CCONJ")]


def write_treebank(folder):
    """A treebank of short sentences, dev and test."""
    folder.mkdir()
    for split, count in (("dev", 60), ("test", 20)):
        lines = []
        for number in range(count):
            lines.append(f"# sent_id = {split}_{number}")
            words = [WORDS[(number + place) % len(WORDS)] for place in range(3)]
            lines.append(f"# text = {''.join(form for form, _ in words)}")
            for place, (form, tag) in enumerate(words, 1):
                lines.append(f"{place}\t{form}\t{form}\t{tag}\t_\t_\t0\troot\t_\tSpaceAfter=No")
            lines.append("")
        text = "\n".join(lines) + "\n"
        (folder / f"lzh_small-ud-{split}.conllu").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def treebank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("treebank")
    raw = write_treebank(folder / "raw")
    assert main(["build", "ud", "--raw", str(raw), "--out", str(folder / "small")]) == 0
    return folder / "small"


@pytest.fixture(scope="module")
def results(treebank, tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    command = ["run", "pos", "--data", str(treebank), "--out", str(out), "--workers", "1"]
    options = ["--tokenizers", "multigranularity,bpe", "--seeds", "2", "--epochs", "4"]
    assert main([*command, *options]) == 0
    return out


def test_a_build_without_training_rows_says_what_that_means(tmp_path, capsys):
    (tmp_path / "zuozhuan_train_utf8.txt").write_text("")
    (tmp_path / "EvaHan_testa_gold.txt").write_text("春秋/n\n")
    command = ["build", "evahan", "--raw", str(tmp_path), "--out", str(tmp_path / "built")]
    assert main(command) == 0
    shown = capsys.readouterr()
    assert "train 0, validation 0, test 1" in shown.out
    assert shown.err.startswith("cbs-bench: pos: no row in train, so that nothing can learn from")
    assert shown.err.count("\n") == 1


def test_list_names_every_plugin(capsys):
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    for name in ("mini", "chubs", "laozi", "ud", "evahan", "multigranularity", "bpe", "pos"):
        assert name in shown


def test_a_run_writes_one_result_for_each_tokenizer_and_seed(results):
    stored = [json.loads(path.read_text()) for path in results.rglob("*.json")]
    cells = {(r["tokenizer"], r["seed"]) for r in stored}
    assert cells == {(t, s) for t in ("multigranularity", "bpe") for s in (0, 1)}
    rows = stored[0]["tracks"][0]["slices"]["all"]
    assert sum(row[2] for row in rows) == 60  # three words in each of twenty sentences


def test_a_second_run_repeats_nothing(treebank, results, capsys):
    before = {path: path.stat().st_mtime_ns for path in results.rglob("*.json")}
    command = ["run", "pos", "--data", str(treebank), "--out", str(results), "--epochs", "4"]
    assert main([*command, "--tokenizers", "multigranularity,bpe", "--seeds", "2"]) == 0
    assert {path: path.stat().st_mtime_ns for path in results.rglob("*.json")} == before


def test_a_run_of_several_networks_stands_apart(treebank, tmp_path):
    command = ["run", "pos", "--data", str(treebank), "--out", str(tmp_path), "--seeds", "1"]
    assert main([*command, "--epochs", "2", "--members", "2"]) == 0
    assert [path.name for path in tmp_path.rglob("*.json")] == [
        "small-multigranularity@epochs=2@members=2-0.json"
    ]


def test_a_tagger_of_another_corpus_guides_ours(treebank, mini, tmp_path, capsys):
    command = ["run", "pos", "--out", str(tmp_path), "--seeds", "1", "--epochs", "1", "--guide"]
    assert main([*command, str(mini), "--data", str(treebank)]) == 0
    (path,) = tmp_path.rglob("*.json")
    assert path.name == "small-multigranularity@guide=mini@epochs=1-0.json"
    fingerprint = json.loads((mini / "fingerprint.json").read_text())["fingerprint"]
    assert json.loads(path.read_text())["settings"]["guide_fingerprint"] == fingerprint
    assert main([*command, str(treebank), "--data", str(treebank)]) == 2
    assert "learned the same sentences; give another corpus" in capsys.readouterr().err


def test_the_report_ranks_marks_the_best_and_states_the_gain(results, capsys):
    assert main(["report", str(results), "--format", "markdown"]) == 0
    shown = capsys.readouterr().out
    assert "| multigranularity |" in shown
    assert "**" in shown
    assert "over bpe, the best sub-word tokenizer" in shown


def test_the_csv_starts_with_the_agreed_columns(results, capsys):
    assert main(["report", str(results), "--format", "csv"]) == 0
    header, first, *_ = capsys.readouterr().out.splitlines()
    agreed = "task,dataset,track,split,tokenizer,slice,seeds,precision,recall,f1,f1_low,f1_high"
    assert header.startswith(agreed)
    assert first.startswith("pos,small,transcription,test,")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["build", "chubs", "--raw", "nowhere", "--out", "out"], "nowhere"),
        (["build", "nothing", "--raw", ".", "--out", "out"], "unknown builder 'nothing'"),
        (["run", "pos", "--data", "nowhere", "--out", "out"], "nowhere"),
        (["run", "nothing", "--data", ".", "--out", "out"], "unknown task 'nothing'"),
        (["tokenize", "nowhere.png"], "nowhere.png: no such file or folder"),
        *(
            (["tokenize", "nowhere", "--format", form, "--out", "x/y"], "nowhere: no such file")
            for form in ("text", "jsonl", "page")
        ),
        (["report", "nowhere"], "nowhere: no results"),
        (["audit", "nowhere"], "nowhere"),
        (["run", "pos"], "required"),
        (
            ["run", "pos", "--data", ".", "--out", "out", "--tokenizers", ","],
            "--tokenizers: name at least one",
        ),
        (
            ["run", "pos", "--data", ".", "--out", "out", "--tokenizers", "bpe,character,bpe"],
            "--tokenizers: bpe is named twice; name each once",
        ),
        (
            ["build", "mini", "--out", "out", "--seed", "-3"],
            "--seed: -3 is not a whole number from 0",
        ),
        (["build", "mini", "--out", "out", "--seed", "x"], "--seed: x is not a whole number"),
        (["build", "mini", "--out", "out", "--workers", "0"], "--workers: 0 is not a whole number"),
        (
            ["run", "pos", "--data", ".", "--out", "out", "--members", "5", "--tagger", "crf"],
            "tagger 'crf' takes no --members; leave it out",
        ),
        (
            ["run", "pos", "--data", ".", "--out", "out", "--guide", ".", "--tagger", "crf"],
            "tagger 'crf' takes no --guide; leave it out",
        ),
        *(
            (["run", *f"{run} {option} 5 --data . --out out".split()], f"takes no {option}; leave")
            for run, option in [
                ("recognition", "--vocab-size"),
                ("detection --detector projection", "--vocab-size"),
                ("components", "--epochs"),
                ("tokenization", "--epochs"),
                ("pos --tagger crf", "--epochs"),
                ("pos --tagger udkanbun", "--vocab-size"),
                ("end_to_end", "--guide"),
            ]
        ),
    ],
)
def test_bad_input_is_one_line_and_status_2(command, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    try:
        status = main(command)
    except SystemExit as stop:
        status = stop.code
    shown = capsys.readouterr()
    assert status == 2
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_tokenizer_is_named_before_anything_runs(treebank, tmp_path, capsys):
    out = tmp_path / "results"
    command = ["run", "pos", "--data", str(treebank), "--out", str(out)]
    assert main([*command, "--tokenizers", "bpe,wrong"]) == 2
    assert "unknown tokenizer 'wrong'; choose one of" in capsys.readouterr().err
    assert not out.exists()


def test_listing_imports_no_plugin_and_no_heavy_library():
    script = (
        "import sys; from cbs_bench.cli import main; main(['list']); "
        "heavy = {'spacy', 'datasets', 'torch', 'onnxruntime', 'cv2', 'pandas', 'pyarrow', "
        "'builders.chubs', 'baselines.bpe', 'cbs_bench.tasks.pos'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("command", "place", "message"),
    [
        ("tokenize", "folder", "folder: Is a directory; check the path"),
        ("view", "folder", "folder: Is a directory; check the path"),
        ("view", "file.png/x.html", "file.png: "),
        ("tokenize", "file.png/x.jsonl", "file.png: "),
        ("tokenize --format page", "file.png", "file.png: "),
        ("tokenize", "/dev/full", "/dev/full: No space left on device; make room and start"),
    ],
)
def test_a_place_that_takes_nothing_is_named(
    command, place, message, tmp_path, monkeypatch, capsys, write_scan
):
    if place == "/dev/full" and not os.path.exists(place):  # noqa: PTH110
        pytest.skip("no /dev/full on this system")
    monkeypatch.chdir(tmp_path)
    write_scan(tmp_path / "file.png")
    (tmp_path / "folder").mkdir()
    assert main([*command.split(), "file.png", "--out", place]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"cbs-bench: {message}")
    assert shown.count("\n") == 1 and "; " in shown
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.png", "folder"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("build mini --out", "file.png/x: cannot write here (File exists); choose another --out"),
        ("run tokenization --data {mini} --out", "file.png/x/tokenization: Not a directory; give"),
        ("tokenize file.png --out", "file.png: File exists; give a path that leads through no"),
        ("tokenize file.png --format page --out", "file.png/x: Not a directory; give a path"),
        ("view file.png --out", "file.png: File exists; give a path that leads through no file"),
        *(
            (f"train {model} --data {{mini}} --out", "file.png: a file, where a folder is needed;")
            for model in ("detector", "recognizer", "vectors")
        ),
        ("report {results} --fill", "file.png/x: cannot be read ([Errno 20] Not a directory"),
    ],
)
def test_a_place_below_a_file_is_refused_in_one_line_before_the_work(
    command, message, mini, tmp_path, monkeypatch, capsys, write_scan
):
    def worked(source):
        raise AssertionError("a scan was read")

    monkeypatch.setattr("cbs_bench.scans.load_image", worked)
    monkeypatch.chdir(tmp_path)
    write_scan(tmp_path / "file.png")
    results = Path(__file__).resolve().parents[2] / "leaderboards" / "results" / "detection"
    assert main([*command.format(mini=mini, results=results).split(), "file.png/x"]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"cbs-bench: {message}")
    assert shown.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file.png"]


def test_a_name_in_another_encoding_is_named(tmp_path, capsys, write_scan):
    write_scan(tmp_path / "a.png")
    try:
        (tmp_path / "a.png").rename(tmp_path / os.fsdecode("郭店.png".encode("gbk")))
    except OSError:
        pytest.skip("names are Unicode on this system")
    write_scan(tmp_path / "b.png")
    out = tmp_path / "read.jsonl"
    assert main(["tokenize", str(tmp_path), "--out", str(out)]) == 2
    assert "its name is not in UTF-8; rename the file\n" in capsys.readouterr().err
    assert [json.loads(line)["scan"] for line in out.read_text("utf-8").splitlines()] == ["b.png"]


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
def test_a_pipe_gets_utf_8_whatever_the_system_takes(encoding, mini, tmp_path):
    scan = next(reader.rows(mini, "slips", "test"))
    (tmp_path / "㠯.png").write_bytes(scan["image"]["bytes"])
    told = subprocess.run(
        [sys.executable, "-m", "cbs_bench.cli", "tokenize", str(tmp_path), "--format", "jsonl"],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    assert json.loads(told.stdout.decode("utf-8"))["scan"] == "㠯.png"


def test_an_interrupt_is_one_line(tmp_path, monkeypatch, capsys, write_scan):
    def interrupted(source):
        raise KeyboardInterrupt

    write_scan(tmp_path / "a.png")
    monkeypatch.setattr("cbs_bench.scans.load_image", interrupted)
    assert main(["tokenize", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "cbs-bench: interrupted\n"
