"""Building: splits, rejections, atomic folders, determinism, and what datasets loads."""

import errno
import json
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from given_rows import glyph, passage, picture, scan, sentence
from hypothesis import given
from hypothesis import strategies as st

from cbs_bench.dataset import reader, splits, writer
from cbs_bench.dataset.folder import DRAFT
from cbs_bench.dataset.parallel import in_order
from cbs_bench.errors import DataError, InputError, PluginError
from cbs_bench.interfaces import (
    BUILDERS,
    BuildOptions,
    CorpusBuilder,
    CorpusInfo,
    ImageRef,
    Rejection,
)


def reasons(out):
    return [
        json.loads(line)["reason"] for line in (out / "rejected.jsonl").read_text().splitlines()
    ]


def card_of(report):
    return (report.out / "README.md").read_text(encoding="utf-8")


def files(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_rows_come_back_as_they_were(build):
    report = build([*(glyph(n) for n in range(60)), sentence(0)])
    found = [row for split in reader.SPLITS for row in reader.rows(report.out, "glyphs", split)]
    assert sorted(row["id"] for row in found) == sorted(f"g{n}" for n in range(60))
    first = next(row for row in found if row["id"] == "g7")
    assert first["image"] == {"bytes": picture(7), "path": "g7.png"}
    assert reader.configs(report.out) == ["glyphs", "pos"]
    assert "rejected" not in str(report)


def test_a_slip_is_in_one_split(build):
    report = build([glyph(n) for n in range(300)])
    slips = [{row["slip"] for row in reader.rows(report.out, "glyphs", s)} for s in reader.SPLITS]
    assert all(slips)
    assert sum(map(len, slips)) == len(set.union(*slips))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (glyph(1, image=b""), "the file is empty"),
        (glyph(1, image=b"no image"), "known format"),
        (glyph(1, image=picture(1)[:-40]), "unreadable image"),
        (glyph(1, id=""), "no id"),
        (glyph(0), "id occurs twice"),
        (glyph(1, id="../x"), "id contains / or NUL"),
        (glyph(1, slip="a\0b"), "slip contains / or NUL"),
        (glyph(1, document="a\udcffb"), "document is no Unicode text"),
        (glyph(1, label="\ud800"), "label cannot be stored"),
        (glyph(1, components=["一", "\ud800"]), "components cannot be stored"),
        (glyph(1, position=1 << 40), "position cannot be stored"),
        (glyph(1, position="one"), "position cannot be stored"),
        (scan(1, [float("nan"), 0, 3, 3]), "not finite"),
        (scan(1, [0, 0, -3, 3]), "no area"),
        (scan(1, [-1, 0, 3, 3]), "outside"),
        (scan(1, [30, 0, 3, 3]), "outside"),
        (sentence(1, tags=["B-n"]), "1 tags for 2 tokens"),
        (glyph(1, image=None), "no image"),
        (glyph(1, label=None), "no label"),
        (replace(glyph(1), config="pictures"), "no config 'pictures': choose one of slips,"),
        (replace(glyph(1), split="dev"), "no split 'dev': choose one of train, validation, test"),
        (
            sentence(1, tags=["B-x", "I-x"], words=[{"start": 0, "end": 2, "tag": "x"}]),
            "tag is not in the tag set: x",
        ),
        (sentence(1, tags=["B-v", "I-v"]), "tags are not those of the words: B-v I-v for B-n I-n"),
        (sentence(1, words=None), "no words"),
        (sentence(1, words=[{"start": 0, "end": 3, "tag": "n"}]), "out of range"),
        (sentence(1, tokens=[]), "no tokens"),
        (sentence(1, text="天"), "tokens are not the glyphs of the text: 天 下 of 天"),
        (sentence(1, tokens=["天", "\u0301"], text="天\u0301"), "not the glyphs of the text"),
        (passage(1, graphs=[], readings=[], text=""), "no graphs"),
        (passage(1, readings=["有", "有"]), "2 readings for 1 graphs"),
        (Rejection("line 3", "broken"), "broken"),
    ],
)
def test_bad_rows_are_left_out_or_fail_when_strict(build, tmp_path, record, reason):
    report = build([glyph(0), record])
    assert report.counts == {"glyphs": {"train": 1, "validation": 0, "test": 0}}
    assert len(reasons(report.out)) == 1
    assert reason in reasons(report.out)[0]
    with pytest.raises(DataError, match=r"without --strict") as caught:
        build([glyph(0), record], out=tmp_path / "strict", strict=True)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "strict").exists()


def test_a_missing_image_names_no_path_of_this_machine(build, tmp_path):
    report = build([glyph(0), glyph(1, image=ImageRef(tmp_path / "gone.png"))])
    assert reasons(report.out) == ["unreadable image: No such file or directory"]


def test_equal_data_give_equal_bytes_whatever_the_workers(build, tmp_path):
    records = [glyph(n) for n in range(40)] + [glyph(3), sentence(0)]
    build(records, out=tmp_path / "one")
    build(records, out=tmp_path / "two", workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_killed_worker_is_one_line():
    with pytest.raises(InputError, match="fewer --workers"):
        list(in_order(os._exit, [(None, 1)], workers=2))


@pytest.mark.parametrize("error", [InputError("bad"), KeyboardInterrupt()])
def test_nothing_half_written_remains(build, tmp_path, error):
    before = build([glyph(n) for n in range(9)])
    kept = files(before.out)
    with pytest.raises(type(error)):
        build([glyph(0), error])
    assert files(before.out) == kept
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


class Broken(CorpusBuilder):
    """A builder with a fault of its own."""

    info = CorpusInfo("Broken", "Rows.", "MIT", "nobody", "nowhere")

    def records(self, raw):
        yield glyph(0)
        raise KeyError("slip")


def test_the_error_of_a_builder_is_one_line_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(BUILDERS, "load", lambda name: Broken)
    with pytest.raises(PluginError) as caught:
        writer.build("broken", raw=None, out=tmp_path / "out", options=BuildOptions())
    shown = re.escape(f"{__file__}: line ") + r"\d+: KeyError: 'slip'; mend it; --debug shows .*"
    assert re.fullmatch(shown, str(caught.value))
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_one_line_and_leaves_nothing(build, tmp_path):
    with pytest.raises(InputError, match="out: no room for the dataset; make room or choose"):
        build([glyph(0), OSError(errno.ENOSPC, "No space left on device")])
    assert list(tmp_path.iterdir()) == []


def test_a_builder_that_declares_nothing_takes_a_table_and_no_counts(build, tmp_path):
    file = tmp_path / "given"
    file.write_text("道\t⿺辶首\n")
    report = build([glyph(0)], options=BuildOptions(ids=file))
    assert "- Components: ideographic description sequences of given" in card_of(report)
    with pytest.raises(InputError, match="given takes no --orthography; leave it out"):
        build([glyph(0)], options=BuildOptions(orthography=file))


def test_a_card_of_texts_has_a_list_of_no_tasks(build):
    assert "\ntask_categories: []\n" in card_of(build([passage(0)]))


def test_a_card_of_texts_names_no_table_of_components(build):
    assert "- Components: " not in card_of(build([sentence(0)]))


def test_no_good_row_is_an_error(build, tmp_path):
    with pytest.raises(InputError, match=r"no good row \(the raw data are empty\)"):
        build([])
    rejected = [Rejection(f"{n}.png", "torn") for n in range(5)]
    with pytest.raises(InputError, match=r"\(0\.png: torn; 1\.png: torn; 2\.png: torn\)"):
        build(rejected)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_dataset_is_not_overwritten(build, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="no dataset"):
        build([glyph(0)])
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"


def test_large_splits_become_several_shards(build, monkeypatch):
    monkeypatch.setattr("cbs_bench.dataset.batches.ROWS", 4)
    monkeypatch.setattr("cbs_bench.dataset.shards.GROUP_BYTES", 1000)
    monkeypatch.setattr("cbs_bench.dataset.shards.SHARD_BYTES", 5000)
    report = build([glyph(n) for n in range(60)])
    names = [path.name for path in reader.shards(report.out, "glyphs", "train")]
    assert len(names) > 2
    assert names[0] == f"train-00000-of-{len(names):05d}.parquet"
    rows = sum(1 for split in reader.SPLITS for _ in reader.rows(report.out, "glyphs", split))
    assert rows == 60


def test_datasets_loads_it_and_does_not_serve_stale_rows(build, tmp_path, monkeypatch):
    datasets = pytest.importorskip("datasets")
    cache = str(tmp_path / "cache")
    for text in ("天下", "地上"):
        report = build([sentence(n, tokens=list(text), text=text) for n in range(30)])
        loaded = datasets.load_dataset(str(report.out), "pos", split="train", cache_dir=cache)
        assert set(loaded["text"]) == {text}
    assert loaded.features["tags"].feature.names == ["O", "B-n", "I-n", "B-v", "I-v"]
    stream = datasets.load_dataset(str(report.out), "pos", split="train", streaming=True)
    assert next(iter(stream)) == loaded[0]


def test_reader_names_what_is_missing(build, tmp_path):
    out = build([glyph(0)]).out
    assert list(reader.rows(out, "glyphs", "test")) == []
    with pytest.raises(InputError, match="no config 'pos'"):
        next(reader.rows(out, "pos", "train"))
    with pytest.raises(InputError, match="no dataset here"):
        reader.configs(tmp_path)
    assert not reader.is_dataset(tmp_path / "nowhere")


@pytest.mark.parametrize("part", [{"files": []}, {"counts": {"glyphs": 1}}, {"fingerprint": None}])
def test_a_damaged_manifest_is_no_dataset(build, part):
    out = build([glyph(0)]).out
    manifest = reader.manifest(out) | part
    (out / reader.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="is not of format 1"):
        reader.configs(out)


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text here")
def test_a_folder_whose_name_is_no_text_is_refused_by_name(build, tmp_path):
    foreign = tmp_path / os.fsdecode("新".encode("gbk"))
    with pytest.raises(InputError, match="not in UTF-8; choose another --out"):
        build([glyph(0)], out=foreign)
    assert list(tmp_path.iterdir()) == []
    build([glyph(0)]).out.rename(foreign)
    with pytest.raises(InputError, match="not in UTF-8; rename the folder"):
        reader.configs(foreign)
    assert reader.is_dataset(foreign)


def test_a_name_keeps_its_split_for_ever():
    names = [f"D_{number}" for number in range(1, 22)]
    drawn = {name: split for name in names if (split := splits.split_of_name(name)) != "train"}
    assert drawn == {
        "D_3": "validation", "D_6": "validation", "D_18": "test", "D_19": "test",
        "D_21": "validation",
    }  # fmt: skip
    assert drawn != {name: splits.split_of_name(name, 1) for name in drawn}


@given(st.text(), st.integers(0, 3))
def test_a_share_of_any_name(name, seed):
    assert 0 <= splits.share(name, seed) < 1


def test_hidden_folders_of_the_user_beside_a_dataset_are_left_alone(build, tmp_path):
    kept = [tmp_path / name for name in (".out-old", ".out-x-draft", ".old-out-1")]
    for folder in kept:
        folder.mkdir()
    build([glyph(0)])
    build([glyph(0)])
    assert all(folder.is_dir() for folder in kept)


def test_a_dataset_may_be_built_into_the_empty_folder_one_is_in(build, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    build([glyph(0)], out=Path())
    assert reader.is_dataset(home)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_dataset_survives_where_its_successor_cannot_take_its_place(build, monkeypatch):
    out = build([glyph(0)]).out
    before, rename = files(out), Path.rename

    def refuse(path, target):
        if DRAFT in path.name:
            raise OSError("busy")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="busy"):
        build([glyph(1)])
    assert files(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["out"]
