"""The builder for a laboratory's scans finds boxes in every usual format."""

from __future__ import annotations

import io
import json
import struct
import unicodedata
from pathlib import Path

import cv2
import numpy as np
import pytest
from annotated_scan import BOXES, SIZE, alto, coco, corners, labelme, page_xml, regions, yolo
from PIL import Image

import cbs_bench
from builders.scans import Scans
from cbs_bench.dataset import writer
from cbs_bench.errors import InputError
from cbs_bench.export import sinks
from cbs_bench.export.scan_reading import ScanReading
from cbs_bench.interfaces import BuildOptions, Record, Rejection
from cbs_bench.scans import scans_in
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.reading import SlipReading


def test_what_is_no_image_is_rejected_alike_every_time(folder):
    (folder / "a.png").write_bytes(b"no image")
    labelme(folder)
    (rejected,) = Scans().records(folder)
    assert rejected == Rejection("a.png (a.json)", "unreadable image: of no format that is known")


@pytest.mark.parametrize("write", [coco, labelme, yolo, page_xml, alto])
def test_every_format_gives_the_same_rows(folder, write, built):
    write(folder)
    slip, text, *glyphs = built(folder)
    assert [slip.config, text.config] == ["slips", "texts"]
    assert slip.row["objects"]["graph"] == ["又", "{日止頁}"]
    assert slip.row["objects"]["reading"] == ["有", "{日止頁}"]
    np.testing.assert_allclose(slip.row["objects"]["bbox"], list(BOXES.values()), atol=1e-6)
    assert [g.row["components"] for g in glyphs][1] == ["日", "止", "頁"]
    assert [g.row["id"] for g in glyphs] == [f"{slip.row['id']}-1", f"{slip.row['id']}-2"]
    whole = Image.open(folder / "a.png")
    for glyph, (x, y, w, h) in zip(glyphs, BOXES.values(), strict=True):
        crop = Image.open(io.BytesIO(glyph.row["image"]["bytes"]))
        assert crop.tobytes() == whole.crop((x, y, x + w, y + h)).tobytes()


def test_a_transliteration_is_the_name_of_a_class(folder, monkeypatch, built):
    monkeypatch.setattr(
        "annotated_scan.BOXES", dict(zip(("šu", "ka"), BOXES.values(), strict=True))
    )
    coco(folder)
    slip, text, *glyphs = built(folder)
    assert slip.row["objects"]["graph"] == text.row["graphs"] == ["šu", "ka"]
    assert [(g.row["graph"], g.row["status"]) for g in glyphs] == [
        ("šu", "unencoded"),
        ("ka", "unencoded"),
    ]


def test_a_box_without_a_label_is_on_the_slip_and_no_glyph(folder, built):
    shapes = [
        {"label": label, "points": corners(box)[::2]}
        for label, box in zip(("", "有"), BOXES.values(), strict=True)
    ]
    (folder / "a.json").write_text(json.dumps({"imagePath": "a.png", "shapes": shapes}))
    slip, _, *glyphs = built(folder)
    assert len(slip.row["objects"]["bbox"]) == 2
    assert [(g.row["label"], g.row["position"]) for g in glyphs] == [("有", 2)]


def test_an_image_is_found_however_its_accents_are_written(folder, built):
    (folder / "a.png").rename(folder / unicodedata.normalize("NFD", "é.png"))
    name = unicodedata.normalize("NFC", "é.png")
    shapes = [{"label": "道", "points": corners(box)[::2]} for box in BOXES.values()]
    (folder / "a.json").write_text(json.dumps({"imagePath": name, "shapes": shapes}))
    slip, *_ = built(folder)
    assert slip.row["objects"]["graph"] == ["道", "道"]


@pytest.mark.parametrize(("form", "file"), [("jsonl", "read.jsonl"), ("tei", "a.png.xml")])
def test_readings_that_are_not_taken_up_again_are_named(form, file, folder):
    labelme(folder)
    read = ScanReading("a.png", *SIZE, SlipReading((), (), (), ()), "0" * 16)
    out = folder / file if form == "jsonl" else folder
    with sinks.opened(form, out, read.models, print) as sink:
        sink.write(read)
    *rows, rejected = sorted(Scans().records(folder), key=lambda item: isinstance(item, Rejection))
    assert rejected.where == file
    assert "taken up from PAGE and ALTO alone" in rejected.reason
    assert rows


def test_what_is_no_character_is_not_in_the_text(folder, built):
    shapes = [
        {"label": label, "points": corners(box)[::2]}
        for label, box in zip(("又（有）", "●"), BOXES.values(), strict=True)
    ]
    (folder / "a.json").write_text(json.dumps({"imagePath": "a.png", "shapes": shapes}))
    slip, text, *glyphs = built(folder)
    assert slip.row["objects"]["graph"] == ["又", "●"]
    assert (text.row["graphs"], text.row["readings"], text.row["text"]) == (["又"], ["有"], "又")
    assert [glyph.row["status"] for glyph in glyphs] == ["encoded", "not_text"]


def test_what_cannot_be_used_is_reported_and_the_rest_built(folder, built):
    labelme(folder)
    Image.new("L", (20, 20)).save(folder / "b.png")
    (folder / "broken.json").write_text("{")
    (folder / "bomb.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><alto>&b;</alto>')
    items = built(folder)
    reasons = {item.where: item.reason for item in items if isinstance(item, Rejection)}
    assert reasons["bomb.xml"] == "its <!DOCTYPE> has declarations"
    assert "no readable JSON" in reasons["broken.json"]
    assert reasons["b.png"] == "no annotation names it"
    assert sum(isinstance(item, Record) for item in items) == 4


def test_images_that_readers_get_wrong_come_out_right(tmp_path, built):
    grey = np.linspace(0, 65535, 40 * 30).reshape(40, 30).astype(np.uint16)
    Image.fromarray(grey).save(tmp_path / "deep.tif")
    ten_bits = np.dstack([grey // 64] * 3)
    cv2.imwrite(str(tmp_path / "camera.png"), ten_bits)
    Image.new("CMYK", (30, 40), (0, 255, 255, 0)).save(tmp_path / "print.jpg", quality=95)
    turned = Image.new("RGB", (40, 30), "white")
    turned.paste("black", (0, 0, 20, 30))
    mark = Image.Exif()
    mark[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=mark)
    for name in ("deep.tif", "camera.png", "print.jpg", "turned.jpg"):
        shape = {"label": "又", "points": [[5, 5], [20, 30]]}
        content = {"imagePath": name, "shapes": [shape]}
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    rows = {item.row["id"]: item.row for item in built(tmp_path) if item.config == "slips"}
    images = {}
    for name, row in rows.items():
        assert (row["width"], row["height"]) == (30, 40)
        images[name.rpartition("_")[2]] = Image.open(io.BytesIO(row["image"]["bytes"]))
    assert images["deep"].getextrema() == (0, 255)
    assert images["camera"].convert("L").getextrema() == (0, 255)
    red = images["print"].convert("RGB").getpixel((5, 5))
    assert red[0] > 200
    assert max(red[1:]) < 60
    assert images["turned"].getpixel((15, 5)) < (20, 20, 20)
    assert images["turned"].getpixel((15, 35)) > (230, 230, 230)


VIA_REGION = {"filename": "a.png", "size": 1, "regions": [], "file_attributes": {}}


@pytest.mark.parametrize(
    ("name", "text", "tool"),
    [
        ("via.json", json.dumps({"a.png1": VIA_REGION}), "VIA"),
        ("via.json", json.dumps({"_via_img_metadata": {"a.png1": VIA_REGION}}), "VIA"),
        ("via.csv", "filename,file_size,file_attributes,region_count\n", "VIA"),
        ("ls.json", json.dumps([{"id": 1, "annotations": [], "data": {}}]), "Label Studio"),
        ("min.json", json.dumps([{"id": 1, "image": "a", "annotator": 1}]), "Label Studio"),
        ("cvat.xml", "<annotations><version>1.1</version><image/></annotations>", "CVAT"),
        ("voc.xml", "<annotation><filename/><object/></annotation>", "Pascal VOC"),
    ],
)
def test_scans_annotated_in_a_format_that_is_not_read_are_not_read_by_the_models(
    folder, built, name, text, tool
):
    (folder / name).write_text(text)
    first, second = built(folder)
    assert tool in first.reason
    assert "export them as COCO or YOLO" in first.reason
    assert second == Rejection("a.png", "no annotation names it")


@pytest.mark.parametrize("text", ["[]", "{}", "[1]", '{"a": 1}', '[{"slip": 1, "file": "a.png"}]'])
def test_other_json_may_lie_beside_scans(folder, text):
    (folder / "notes.json").write_text(text)
    assert regions(folder) == ([], [])


def test_a_build_without_a_good_row_names_the_first_bad_one(folder, tmp_path_factory):
    coco(folder)
    (folder / "a.png").rename(folder / "b.png")
    with pytest.raises(InputError, match=r"instances.json image 7: no such image: 'a.png'"):
        writer.build("scans", raw=folder, out=tmp_path_factory.mktemp("o"), options=BuildOptions())


def test_scans_without_annotation_are_read_and_lying_ones_named(tmp_path):
    slip = Image.open(Path(cbs_bench.__file__).parent / "corpora" / "mini" / "slips" / "01.webp")
    slip.save(tmp_path / "upright.png")
    slip.rotate(-90, expand=True).save(tmp_path / "lying.png")
    found = list(Scans().records(tmp_path))
    rejected = [item for item in found if isinstance(item, Rejection)]
    assert rejected == [Rejection("lying.png", "not upright; turn it 90 degrees to the left")]
    reading = MultiGranularityTokenizer.load().read(slip)
    rows = [item.row for item in found if isinstance(item, Record) and item.config == "glyphs"]
    assert [row["graph"] for row in rows] == [glyph.graph for glyph in reading.glyphs]
    assert {row["status"] for row in rows} == {row["source"] for row in rows} == {"predicted"}
    doubted = [row["label"].endswith("？") for row in rows]
    assert doubted == [not glyph.sure for glyph in reading.glyphs]


def test_a_folder_that_would_hide_corrections_is_refused(tmp_path):
    folder = tmp_path / "predicted"
    folder.mkdir()
    Image.new("L", SIZE).save(folder / "a.png")
    labelme(folder)
    with pytest.raises(InputError, match=r"predicted: the rows of .* as read by models; rename it"):
        list(Scans().records(folder))


def test_a_broken_image_with_yolo_is_named_and_the_others_are_built(folder, built):
    yolo(folder)
    (folder / "b.png").write_bytes(b"no image")
    (folder / "b.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    *rows, rejected = built(folder)
    reason = "unreadable image: of no format that is known"
    assert rejected == Rejection("b.png (b.txt)", reason)
    assert rows
    assert all(isinstance(item, Record) for item in rows)


def test_a_damaged_tiff_with_yolo_is_named(folder, built):
    yolo(folder)
    buffer = io.BytesIO()
    Image.new("L", (8, 4)).save(buffer, "TIFF")
    data = bytearray(buffer.getvalue() + bytes(6))
    (start,) = struct.unpack_from("<L", data, 4)
    (tags,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<L", data, start + 2 + 12 * tags, len(data) - 6)  # a page without a size
    (folder / "b.tif").write_bytes(data)
    (folder / "b.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    *rows, rejected = built(folder)
    assert rejected.where == "b.tif (b.txt)"
    assert rejected.reason.startswith("unreadable image: ")
    assert rows


@pytest.mark.parametrize("write", [page_xml, alto])
@pytest.mark.parametrize(("quarters", "right"), [(1, -90), (2, 180), (3, 90)])
def test_a_scan_that_lies_is_refused_as_where_the_models_read_it(
    folder, write, quarters, right, built
):
    write(folder)
    text = (folder / "a.xml").read_text(encoding="utf-8")
    text = text.replace("<TextRegion>", f'<TextRegion orientation="{right}">')
    text = text.replace("<Layout>", f'<Layout ROTATION="{right}">')
    (folder / "a.xml").write_text(text, encoding="utf-8")
    turn = f"not upright; turn it {90 * quarters} degrees to the left"
    boxes = "and mark its glyphs anew, whose boxes in a.xml lie as it does"
    assert built(folder) == [Rejection("a.png", f"{turn} {boxes}")]


def test_a_leaning_scan_is_upright(folder, built):
    page_xml(folder)
    text = (folder / "a.xml").read_text(encoding="utf-8")
    (folder / "a.xml").write_text(text.replace("<Page ", '<Page orientation="-1.5" '), "utf-8")
    assert not [item for item in built(folder) if isinstance(item, Rejection)]


@pytest.mark.parametrize("annotated_one", ["a.png", "a.tif"])
def test_of_two_scans_of_one_name_the_annotated_one_is_taken(folder, annotated_one, built):
    Image.open(folder / "a.png").save(folder / "a.tif")
    labelme(folder)
    text = (folder / "a.json").read_text().replace("a.png", annotated_one)
    (folder / "a.json").write_text(text)
    rejected, slip, *_, last = built(folder)
    other = {"a.png": "a.tif", "a.tif": "a.png"}[annotated_one]
    assert rejected.where == other
    assert f"another scan has its name already: {annotated_one}; rename" in rejected.reason
    assert slip.where.startswith(annotated_one)
    assert last.row["position"] == len(BOXES)


@pytest.mark.parametrize("name", ["b.pdf", "b.HEIC", "b.zip", "b.psd"])
def test_files_that_may_hold_scans_are_named(folder, name, built):
    labelme(folder)
    (folder / name).write_bytes(b"x")
    rejected, *rows = built(folder)
    assert rejected.where == name
    assert "export them as PNG, TIFF or JPEG" in rejected.reason
    assert all(isinstance(row, Record) for row in rows)


def test_a_dataset_built_among_the_scans_is_no_scan(folder, built):
    labelme(folder)
    before = [item.row["id"] for item in built(folder)]
    report = writer.build("scans", raw=folder, out=folder / "built", options=BuildOptions())
    assert (report.out / "contact-sheet.jpg").is_file()
    assert [item.row["id"] for item in built(folder)] == before
    assert [name for name, _ in scans_in([folder], pytest.fail)] == ["a.png"]


def test_the_summary_names_the_first_of_each_kind_that_is_left_out(folder, tmp_path_factory):
    labelme(folder)
    for name in ("b.png", "c.png"):
        Image.new("L", (20, 20)).save(folder / name)
    out = tmp_path_factory.mktemp("o")
    report = writer.build("scans", raw=folder, out=out, options=BuildOptions())
    assert "rejected 2: no annotation names it (first: b.png)" in str(report)
