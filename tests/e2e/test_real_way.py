"""The main job on real data: build, load, read, tag, report."""

from __future__ import annotations

import json

import pytest

from cbs_bench.cli import main
from cbs_bench.dataset import reader

pytestmark = pytest.mark.real


def build(name, raw, out):
    assert main(["build", name, "--raw", str(raw), "--out", str(out)]) == 0
    return out


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_crops_of_chubs_load_with_datasets(real_data, tmp_path):
    import datasets

    out = build("chubs", real_data / "chubs-sample-glyphs.zip", tmp_path / "chubs")
    loaded = datasets.load_dataset(str(out), "glyphs", cache_dir=str(tmp_path / "cache"))
    assert sum(split.num_rows for split in loaded.values()) == 712
    row = next(iter(datasets.load_dataset(str(out), "glyphs", split="train", streaming=True)))
    assert row["image"].size[0] > 10
    assert main(["audit", str(out)]) == 0


def test_real_slips_are_read_in_order_with_two_granularities(real_data, tmp_path, capsys):
    out = build("laozi", real_data / "guodian-laozi-a", tmp_path / "laozi")
    assert reader.configs(out) == ["glyphs", "slips", "texts"]
    capsys.readouterr()
    assert main(["tokenize", str(out), "--format", "jsonl"]) == 0
    scans = lines(capsys)
    assert len(scans) == 26
    assert sum(len(scan["glyphs"]) for scan in scans) == pytest.approx(736, rel=0.1)
    granularities = {token["granularity"] for scan in scans for token in scan["tokens"]}
    assert granularities == {"character", "component"}
    for scan in scans:
        tops = [glyph["box"][1] for glyph in scan["glyphs"]]
        assert tops == sorted(tops)
        assert all(0 <= glyph["confidence"] <= 1 for glyph in scan["glyphs"])
        spans = [token["start"] for token in scan["tokens"]]
        assert spans == sorted(spans)


def test_a_bare_picture_is_read(real_data, capsys):
    picture = sorted((real_data / "guodian-laozi-a" / "slips").glob("*.png"))[0]
    assert main(["tokenize", str(picture), "--format", "jsonl"]) == 0
    (scan,) = lines(capsys)
    assert scan["scan"] == picture.name
    assert len(scan["glyphs"]) > 15


def test_treebank_and_zuozhuan_become_words(real_data, tmp_path, capsys):
    kyoto = build("ud", real_data / "ud-kyoto", tmp_path / "kyoto")
    evahan = build("evahan", real_data / "evahan2022", tmp_path / "evahan")
    assert sum(len(row["words"]) for row in reader.rows(kyoto, "pos", "test")) == 27_566
    assert sum(len(row["words"]) for row in reader.rows(evahan, "pos", "test")) == 28_131
    results = tmp_path / "results"
    command = ["run", "pos", "--data", str(kyoto), "--out", str(results), "--seeds", "1"]
    assert main([*command, "--tokenizers", "multigranularity,bpe", "--epochs", "2"]) == 0
    capsys.readouterr()
    assert main(["report", str(results)]) == 0
    assert "the best sub-word tokenizer" in capsys.readouterr().out
