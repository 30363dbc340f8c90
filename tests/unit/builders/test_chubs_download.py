"""The whole published layout of CHUBS: glyphs, parts of speech, scans; and the Hub."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from PIL import Image

from builders.chubs import Chubs
from cbs_bench.errors import InputError
from cbs_bench.interfaces import Record, Rejection


def png(size=(12, 20)):
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def download(tmp_path):
    with zipfile.ZipFile(tmp_path / "glyphs.zip", "w") as file:
        file.writestr("glyphs/又（有）/包山簡_1-文書_2_1-002-01.png", png())
    folder = tmp_path / "pos-tagging-data"
    folder.mkdir()
    good = {
        "id": 4,
        "input": list("[天]下="),
        "label": ["B-名词", "I-名词", "I-名词", "I-名词", "O"],
    }
    broken = {"id": 5, "input": ["天"], "label": []}
    (folder / "dev_examples.json").write_text(json.dumps([good, broken]), encoding="utf-8")
    (folder / "dev_examples_subchars.json").write_text(json.dumps([good]), encoding="utf-8")
    scans = tmp_path / "detection" / "images"
    scans.mkdir(parents=True)
    (scans / "slip1.png").write_bytes(png((40, 200)))
    (tmp_path / "detection" / "labels").mkdir()
    (tmp_path / "detection" / "labels" / "slip1.txt").write_text("0 0.5 0.5 0.5 0.1\n")
    return tmp_path


def test_every_part_is_read(download):
    items = list(Chubs().records(download))
    by_config = {}
    for item in items:
        by_config.setdefault(getattr(item, "config", "rejected"), []).append(item)
    assert {name: len(found) for name, found in by_config.items()} == {
        "glyphs": 1,
        "pos": 1,
        "rejected": 1,
        "slips": 1,
    }
    tagged = by_config["pos"][0]
    assert tagged.split == "validation"
    assert tagged.row["tokens"] == ["天", "下"]
    assert tagged.row["tags"] == ["B-名词", "I-名词"]
    assert by_config["slips"][0].row["objects"]["bbox"] == [[10.0, 90.0, 20.0, 20.0]]
    assert by_config["rejected"][0].where == "dev_examples.json row 1"


def test_a_box_without_a_label_is_no_glyph(download):
    items = list(Chubs().records(download))
    assert {item.row["label"] for item in items if getattr(item, "config", "") == "glyphs"} == {
        "又（有）"
    }


def packed(folder, path):
    """The same files in an archive, its own ``glyphs.zip`` unpacked."""
    with zipfile.ZipFile(folder / "glyphs.zip") as file:
        file.extractall(folder)
    (folder / "glyphs.zip").unlink()
    with zipfile.ZipFile(path, "w") as file:
        for one in sorted(folder.rglob("*.*")):
            file.write(one, one.relative_to(folder).as_posix())
    return path


def test_one_archive_gives_what_the_folder_gives_and_names_the_scans(download, tmp_path_factory):
    archive = packed(download, tmp_path_factory.mktemp("a") / "CHUBS.zip")
    loose, whole = list(Chubs().records(download)), list(Chubs().records(archive))
    scan = Rejection("detection/images/slip1.png", "a scan in an archive is not read; unpack it")
    assert [item for item in whole if item not in loose and isinstance(item, Rejection)] == [scan]

    def shown(items):
        records = [item for item in items if isinstance(item, Record) and item.config != "slips"]
        return [(item.config, item.split, item.row | {"image": None}) for item in records]

    assert [config for config, *_ in shown(whole)] == ["glyphs", "pos"]
    assert shown(whole) == shown(loose)


def test_glyphs_packed_twice_are_named(download, tmp_path):
    archive = tmp_path / "CHUBS.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(download / "glyphs.zip", "glyphs.zip")
    reason = "an archive in the raw data is not read; unpack it"
    assert list(Chubs().records(archive)) == [Rejection("glyphs.zip", reason)]


def test_what_is_out_of_place_is_rejected_alike_in_folder_and_archive(tmp_path):
    crop = "包山簡_1-文書_2_1-002-0{}"
    names = {
        f"glyphs/又/{crop.format(1)}.webp": None,
        f"glyphs/{crop.format(2)}.png": "no folder names the label",
        "glyphs/又/nothing.png": "name is not <source>_<document>_<slip>_<id>-<position>",
        f"more/{crop.format(3)}.png": "a glyph outside of the folder glyphs; move it there",
        "old/glyphs.zip": "an archive in the raw data is not read; unpack it",
        "pos/extra_examples.json": "no split begins its name, such as train_",
    }
    folder, archive = tmp_path / "folder", tmp_path / "CHUBS.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in names:
            file.writestr(name, png())
        file.extractall(folder)
    expected = {name: reason for name, reason in names.items() if reason}
    for raw in (folder, archive):
        items = list(Chubs().records(raw))
        rejected = {item.where: item.reason for item in items if isinstance(item, Rejection)}
        assert rejected == expected
        assert [item.row["label"] for item in items if isinstance(item, Record)] == ["又"]


def test_a_scan_that_nothing_marks_is_named(download):
    (download / "detection" / "labels" / "slip1.txt").unlink()
    rejected = [item for item in Chubs().records(download) if isinstance(item, Rejection)]
    assert Rejection("detection/images/slip1.png", "no annotation names it") in rejected


@pytest.mark.parametrize("name", ["dev", "valid", "validation", "Valid"])
def test_valid_is_validation(tmp_path, name):
    example = {"id": 1, "input": ["天"], "label": ["B-名词"]}
    (tmp_path / f"{name}_examples.json").write_text(json.dumps([example]), encoding="utf-8")
    assert [item.split for item in Chubs().records(tmp_path)] == ["validation"]


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (["O", "I-名词"], "I-名词 goes on with no word: O I-名词"),
        (["B-名词", "I-动词"], "I-动词 goes on with no word: B-名词 I-动词"),
        (["I-名词", "I-名词"], "I-名词 goes on with no word: O I-名词"),
        (["B-名词", "名词"], "neither O nor a tag with B- or I-: 名词"),
    ],
)
def test_tags_that_are_no_bio_are_named_and_not_mended(tmp_path, label, reason):
    example = {"id": 1, "input": ["天", "下"], "label": label}
    (tmp_path / "test_examples.json").write_text(json.dumps([example]), encoding="utf-8")
    assert list(Chubs().records(tmp_path)) == [
        Rejection("test_examples.json row 0", f"label is no BIO sequence: {reason}")
    ]


def test_the_subchars_file_alone_is_read(download):
    (download / "pos-tagging-data" / "dev_examples.json").unlink()
    items = [item for item in Chubs().records(download) if getattr(item, "config", "") == "pos"]
    assert [item.row["id"] for item in items] == ["dev_examples_subchars-4"]


def test_a_name_on_the_hub_is_loaded_from_there(download, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    asked = []

    def snapshot_download(repo, *, repo_type):
        asked.append((repo, repo_type))
        return str(download)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    items = list(Chubs().records(type(download)("chen-yingfa/CHUBS")))
    assert asked == [("chen-yingfa/CHUBS", "dataset")]
    assert any(isinstance(item, Record) for item in items)


def test_without_a_network_the_error_is_one_line(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def offline(*_, **__):
        raise ConnectionError("no route\nto host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    with pytest.raises(InputError, match="the Hub does not give it") as caught:
        list(Chubs().records(type(tmp_path)("chen-yingfa/CHUBS")))
    assert "\n" not in str(caught.value)


@pytest.mark.real
def test_real_rows_keep_their_words(real_data, tmp_path):
    (tmp_path / "train_examples.json").write_bytes(
        (real_data / "chubs-pos-sample" / "train_examples.json").read_bytes()
    )
    items = list(Chubs().records(tmp_path))
    assert len(items) == 27
    assert not any(isinstance(item, Rejection) for item in items)
    assert all(not set(item.row["tokens"]) & set("[]（）【】=") for item in items)
