"""Scans read from the command line: what is read, named, refused and taken up again."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

import cbs_bench
from cbs_bench.cli import main
from cbs_bench.dataset import reader
from cbs_bench.export import sinks
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.model_pair import SHIPPED
from cbs_bench.tokenizer.reading import LEAST_SURE
from cbs_bench.vision.turning import turned_box


def test_an_unset_variable_of_the_shell_is_not_the_current_folder(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["tokenize", ""])
    assert stop.value.code == 2
    assert "an empty path; give that of a scan or a folder" in capsys.readouterr().err


def test_an_unreadable_image_is_named(tmp_path, capsys):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG no picture")
    assert main(["tokenize", str(broken)]) == 2
    assert "broken.png: not a readable image" in capsys.readouterr().err


def test_a_document_among_the_scans_is_named_and_the_rest_is_read(tmp_path, capsys):
    slip = Image.open(Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips" / "01.webp")
    slip.save(tmp_path / "slip.gif")
    (tmp_path / "notes.txt").write_text("no scan")
    (tmp_path / "plates.PDF").write_bytes(b"%PDF-1.7")
    assert main(["tokenize", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert shown.out.startswith("slip.gif\t")
    assert shown.err == (
        "cbs-bench: plates.PDF: a PDF is no image; export its pages as PNG or TIFF\n"
    )


@pytest.mark.parametrize("command", ["tokenize", "view"])
def test_links_to_nothing_and_closed_folders_are_named_and_the_rest_is_read(
    command, tmp_path, monkeypatch, capsys, write_scan
):
    scans = tmp_path / "scans"
    (scans / "closed").mkdir(parents=True)
    write_scan(scans / "a.png")
    for name in ("lost.png", "notes.txt"):
        (scans / name).symlink_to("gone")
    listed = os.scandir

    def forbidding(place):
        if str(place).endswith("closed"):
            raise PermissionError(13, "Permission denied", place)
        return listed(place)

    monkeypatch.setattr(os, "scandir", forbidding)
    out = tmp_path / "read"
    assert main([command, f"{scans}/lost.png", f"{scans}/a.png", "--out", str(out)]) == 2
    shown = capsys.readouterr().err
    assert f"cbs-bench: {scans}/lost.png: this link leads nowhere; mend or remove it" in shown
    assert "a.png" in out.read_text(encoding="utf-8")
    out.unlink()
    assert main([command, str(scans), "--out", str(out)]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if "a.png" not in line]
    assert sorted(said) == [
        f"cbs-bench: {scans}/closed: cannot list this folder (Permission denied); "
        "see that you may read it",
        f"cbs-bench: {scans}/lost.png: this link leads nowhere; mend or remove it",
    ]
    assert "a.png" in out.read_text(encoding="utf-8")


def test_several_scans_are_read_in_one_run_each_by_one_name(tmp_path, capsys, write_scan):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        for name in ("a.png", f"{folder}.png"):
            write_scan(tmp_path / folder / name)
    out = tmp_path / "read.jsonl"

    def names():
        return [json.loads(line)["scan"] for line in out.read_text("utf-8").splitlines()]

    assert main(["tokenize", f"{tmp_path}/x/a.png", f"{tmp_path}/y/y.png", "--out", str(out)]) == 0
    assert names() == ["a.png", "y.png"]
    assert main(["tokenize", f"{tmp_path}/x", "--out", str(out)]) == 0
    assert names() == ["a.png", "y.png", "x.png"]
    capsys.readouterr()
    assert main(["tokenize", f"{tmp_path}/x", f"{tmp_path}/y", "--out", f"{tmp_path}/z"]) == 2
    assert "cbs-bench: a.png: two scans have this name; give the folder" in capsys.readouterr().err
    assert not (tmp_path / "z").exists()


def test_a_row_of_a_dataset_has_the_name_of_no_other_scan(mini, tmp_path, capsys, write_scan):
    name = next(reader.column(mini, "slips", "test", "id"))
    write_scan(tmp_path / f"{name}.png")
    (tmp_path / f"{name}.png").rename(tmp_path / name)
    assert main(["tokenize", str(tmp_path / name), str(mini)]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(f"cbs-bench: {name}: two scans have this name")
    assert shown.out == ""


@pytest.mark.parametrize("form", ["jsonl", "text", "page"])
def test_a_second_run_on_one_output_is_refused_in_one_line(form, tmp_path, capsys, write_scan):
    scans, out = tmp_path / "a.png", tmp_path / "out"
    write_scan(scans)
    command = ["tokenize", str(scans), "--format", form, "--out", str(out)]
    with sinks.opened(form, out, "models", print):
        assert main(command) == 2
    assert capsys.readouterr().err == (
        f"cbs-bench: {out}: another run is writing here; wait until it ends, or give another "
        "--out\n"
    )
    assert main(command) == 0


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_scan_is_read_whichever_way_up_it_is(tmp_path, capsys, degrees):
    slip = Image.open(Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips" / "01.webp")
    slip.rotate(-degrees, expand=True).save(tmp_path / "slip.png")
    assert main(["tokenize", str(tmp_path), "--format", "jsonl"]) == 0
    shown = capsys.readouterr()
    reading = json.loads(shown.out)
    assert reading["quarters"] == degrees // 90
    note = f"cbs-bench: slip.png: read after a turn of {degrees} degrees to the left\n"
    assert shown.err == (note if degrees else "")
    upright = MultiGranularityTokenizer.load().read(slip)
    assert [glyph["graph"] for glyph in reading["glyphs"]] == [g.graph for g in upright.glyphs]
    for glyph, other in zip(reading["glyphs"], upright.glyphs, strict=True):
        width, height = slip.size
        box = turned_box(other.box, (4 - degrees // 90) % 4, height=height, width=width)
        assert glyph["box"] == pytest.approx(box.xywh, abs=0.1)


@pytest.mark.parametrize(
    ("width", "remark"),
    [
        (12, "too small to be read: scan it at a higher resolution"),
        (None, ""),
        (0, "no glyph found"),
    ],
)
def test_what_cannot_be_read_is_said(width, remark, tmp_path, capsys):
    path = Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips" / "01.webp"
    slip = Image.open(path).convert("L")
    if width:
        slip = slip.resize((width, round(slip.height * width / slip.width)))
    if width == 0:
        slip = Image.new("L", slip.size, 255)
    slip.save(tmp_path / "slip.png")
    assert main(["tokenize", str(tmp_path), "--format", "jsonl"]) == 0
    shown = capsys.readouterr()
    assert shown.err == (f"cbs-bench: slip.png: {remark}\n" if remark else "")
    if width == 12:
        glyphs = json.loads(shown.out)["glyphs"]
        sure = sum(glyph["sure"] for glyph in glyphs)
        assert sure > LEAST_SURE * len(glyphs)  # nothing else warns


def test_the_page_says_what_should_be_known_of_a_scan(tmp_path):
    slip = Image.open(Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips" / "01.webp")
    slip.save(tmp_path / "upright.png")
    slip.rotate(180).save(tmp_path / "headlong.png")
    page = tmp_path / "read.html"
    assert main(["view", str(tmp_path), "--out", str(page)]) == 0
    captions = re.findall("<figcaption>(.*?)</figcaption>", page.read_text(encoding="utf-8"))
    turn = "read after a turn of 180 degrees to the left"
    assert captions == [f"headlong.png: {turn}", "upright.png"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such names here")
@pytest.mark.parametrize("sign", ["\x01", "\n", "\x85", "\uffff"])
def test_a_name_that_no_line_and_no_xml_can_hold_is_named(sign, tmp_path, capsys, write_scan):
    write_scan(tmp_path / f"a{sign}.png")
    write_scan(tmp_path / "b.png")
    assert main(["tokenize", str(tmp_path), "--format", "page", "--out", str(tmp_path / "x")]) == 2
    told = "a\ufffd.png: control character in its name; rename the file\n"
    assert told in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["b.png.xml"]


def test_a_broken_scan_is_left_out_of_the_page(tmp_path, capsys, write_scan):
    write_scan(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"broken")
    assert main(["view", str(tmp_path), "--out", str(tmp_path / "new" / "read.html")]) == 2
    shown = capsys.readouterr()
    assert shown.out.startswith("1 scan in ")
    assert "b.png: not a readable image" in shown.err
    assert "a.png" in (tmp_path / "new" / "read.html").read_text(encoding="utf-8")


def test_a_night_of_scans_survives_a_broken_one_and_a_crash(tmp_path, capsys, write_scan):
    scans = tmp_path / "scans"
    scans.mkdir()
    for name in ("a.png", "c.png", "d.png"):
        write_scan(scans / name)
    (scans / "b.png").write_bytes(b"broken")
    out = tmp_path / "read.jsonl"
    assert main(["tokenize", str(scans), "--out", str(out)]) == 2
    assert "b.png: not a readable image" in capsys.readouterr().err
    lines = out.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["scan"] for line in lines] == ["a.png", "c.png", "d.png"]
    out.write_text(f"{lines[0]}\n{lines[1][:10]}", encoding="utf-8")  # killed while writing
    (scans / "b.png").unlink()
    capsys.readouterr()
    assert main(["tokenize", str(scans), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").splitlines() == lines
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if "before" in line] == ["cbs-bench: 1 scan was read before"]


@pytest.mark.parametrize("options", [["--format", "alto"], ["--format", "page", "--models", "{m}"]])
def test_a_run_that_would_mix_readings_is_refused(options, tmp_path, capsys, write_scan):
    models = tmp_path / "models"
    shutil.copytree(SHIPPED.recognizer, models)
    card = json.loads((models / "model.json").read_text("utf-8")) | {"scores": {}}
    (models / "model.json").write_text(json.dumps(card), "utf-8")
    write_scan(tmp_path / "a.png")
    write_scan(tmp_path / "b.png")
    out = tmp_path / "read"
    command = ["tokenize", "--out", str(out)]
    assert main([*command, "--format", "page", f"{tmp_path}/b.png"]) == 0
    before = {path: path.read_bytes() for path in out.iterdir()}
    capsys.readouterr()
    filled = [option.format(m=models) for option in options]
    assert main([*command, str(tmp_path / "a.png"), *filled]) == 2
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert f"{out}/b.png.xml: not written as {options[1]} by these models; give" in shown
    assert {path: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize(("form", "out"), [("jsonl", "read.jsonl"), ("page", "read")])
def test_another_image_of_a_name_that_was_read_is_named_and_the_rest_goes_on(
    form, out, tmp_path, monkeypatch, capsys, write_scan
):
    monkeypatch.chdir(tmp_path)
    for box in ("first", "second"):
        Path(box).mkdir()
        write_scan(Path(box, "1.png"))
    write_scan(Path("second", "2.png"))
    command = ["tokenize", "--format", form, "--out", out]
    assert main([*command, "first"]) == 0
    assert main([*command, "first"]) == 0
    shutil.move("first", "moved")
    assert main([*command, "moved"]) == 0
    capsys.readouterr()
    Image.effect_noise((60, 80), 9).save(Path("second", "1.png"))
    assert main([*command, "second"]) == 2
    shown = capsys.readouterr().err
    assert re.search(r"^cbs-bench: 1\.png: another image of this name .*; give another", shown)
    written = Path(out).read_text("utf-8") if form == "jsonl" else str(list(Path(out).iterdir()))
    assert "2.png" in written


@pytest.mark.parametrize("form", ["page", "alto"])
def test_other_models_read_what_is_new_and_leave_alone_what_a_person_changed(
    form, tmp_path, monkeypatch, capsys, write_scan
):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SHIPPED.recognizer, "models")
    card = json.loads(Path("models/model.json").read_text("utf-8")) | {"scores": {}}
    Path("models/model.json").write_text(json.dumps(card), "utf-8")
    Path("scans").mkdir()
    slips = Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips"
    Image.open(slips / "01.webp").save("scans/1.png")
    command = ["tokenize", "scans", "--format", form, "--out", "scans"]
    assert main(command) == 0
    file = Path("scans/1.png.xml")
    corrected = re.sub('(<Unicode>|CONTENT=").', r"\1王", file.read_text("utf-8"), count=1)
    file.write_text(corrected, "utf-8")
    write_scan(Path("scans/2.png"))
    assert main([*command, "--models", "models"]) == 0
    assert file.read_text("utf-8") == corrected
    assert Path("scans/2.png.xml").exists()
    assert "1 scan was read before" in capsys.readouterr().err


def test_a_page_takes_the_place_of_no_other_file(tmp_path, capsys, write_scan):
    scan, page = tmp_path / "a.png", tmp_path / "read.html"
    write_scan(scan)
    before = scan.read_bytes()
    assert main(["view", str(scan), "--out", str(page)]) == 0
    assert main(["view", str(scan), "--out", str(page)]) == 0
    assert main(["view", str(scan), "--out", str(scan)]) == 2
    assert "a.png: is no page of `view`; give another file" in capsys.readouterr().err
    assert scan.read_bytes() == before


def test_out_obeys_the_format(tmp_path, write_scan):
    write_scan(tmp_path / "a.png")
    for form, line in (("text", "a.png\t"), ("jsonl", '{"scan": "a.png"')):
        out = tmp_path / form
        assert main(["tokenize", f"{tmp_path}/a.png", "--format", form, "--out", str(out)]) == 0
        assert out.read_text(encoding="utf-8").startswith(line)


def test_another_file_is_not_taken_for_readings(tmp_path, capsys, write_scan):
    write_scan(tmp_path / "a.png")
    notes = tmp_path / "notes.txt"
    notes.write_text("my notes\n", encoding="utf-8")
    assert main(["tokenize", str(tmp_path / "a.png"), "--out", str(notes)]) == 2
    assert "notes.txt: row 1: not a line of readings" in capsys.readouterr().err
    assert notes.read_text(encoding="utf-8") == "my notes\n"
