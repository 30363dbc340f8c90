"""The builder for a laboratory's scans finds boxes in every usual format."""

from __future__ import annotations

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import cbs_bench
from builders.scans import Scans
from cbs_bench.dataset import writer
from cbs_bench.dataset.annotations.pages import Region
from cbs_bench.dataset.annotations.search import annotated
from cbs_bench.errors import InputError
from cbs_bench.interfaces import BuildOptions, Record, Rejection
from cbs_bench.scans import scans_in
from cbs_bench.tokenizer import MultiGranularityTokenizer

SIZE = (60, 200)
BOXES = {"又（有）": (10.0, 20.0, 30.0, 40.0), "{日止頁}": (12.0, 80.0, 30.0, 44.0)}


@pytest.fixture
def folder(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    return tmp_path


def test_what_is_no_image_is_rejected_alike_every_time(folder):
    (folder / "a.png").write_bytes(b"no image")
    labelme(folder)
    (rejected,) = Scans().records(folder)
    assert rejected == Rejection("a.png (a.json)", "unreadable image: of no format that is known")


def corners(box):
    x, y, width, height = box
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def coco(folder):
    annotations = [
        {"id": n, "image_id": 7, "category_id": n, "bbox": box}
        for n, box in enumerate(BOXES.values())
    ]
    content = {
        "images": [{"id": 7, "file_name": "C:\\scans\\a.png"}],
        "annotations": annotations,
        "categories": [{"id": n, "name": name} for n, name in enumerate(BOXES)],
    }
    (folder / "instances.json").write_text(json.dumps(content))


def labelme(folder):
    shapes = [{"label": name, "points": corners(box)[::2]} for name, box in BOXES.items()]
    (folder / "a.json").write_text(json.dumps({"imagePath": "a.png", "shapes": shapes}))


def yolo(folder):
    (folder / "classes.txt").write_text("\n".join(BOXES), encoding="utf-8")
    lines = [
        f"{n} {(x + w / 2) / SIZE[0]} {(y + h / 2) / SIZE[1]} {w / SIZE[0]} {h / SIZE[1]}"
        for n, (x, y, w, h) in enumerate(BOXES.values())
    ]
    (folder / "a.txt").write_text("\n".join(lines))


def page_xml(folder):
    glyphs = "".join(
        f'<Glyph id="g{n}"><Coords points="'
        + " ".join(f"{x:.0f},{y:.0f}" for x, y in corners(box))
        + f'"/><TextEquiv><Unicode>{name}</Unicode></TextEquiv></Glyph>'
        for n, (name, box) in enumerate(BOXES.items())
    )
    (folder / "a.xml").write_text(
        '<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">'
        '<Page imageFilename="a.png"><TextRegion><TextLine><Word>'
        f"{glyphs}</Word></TextLine></TextRegion></Page></PcGts>",
        encoding="utf-8",
    )


def alto(folder):
    glyphs = "".join(
        f'<Glyph CONTENT="{name}" HPOS="{x}" VPOS="{y}" WIDTH="{w}" HEIGHT="{h}"/>'
        for name, (x, y, w, h) in BOXES.items()
    )
    (folder / "a.xml").write_text(
        '<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Description><MeasurementUnit>'
        "pixel</MeasurementUnit><sourceImageInformation><fileName>a.png</fileName>"
        f'</sourceImageInformation></Description><Layout><String CONTENT="{"".join(BOXES)}">'
        f"{glyphs}</String></Layout></alto>",
        encoding="utf-8",
    )


@pytest.fixture
def built(finished):
    """``built(folder)``: the rows and rejections of a folder of scans."""
    return lambda folder: [finished(item) for item in Scans().records(folder)]


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
    monkeypatch.setattr(f"{__name__}.BOXES", dict(zip(("šu", "ka"), BOXES.values(), strict=True)))
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


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ([float("nan"), 1, 5, 5], "is not finite"),
        ([5, 1, 10**400, 5], "is not finite"),
        (["1e999", 1, 5, 5], "is not finite"),
        ([-9, 1, 5, 5], "is outside the image"),
        ([58, 1, 5, 5], "is outside the image"),
        ([5, 1, 0, 5], "has no area"),
        ([5, 1, -4, 5], "has no area"),
    ],
)
def test_boxes_off_the_image_are_refused_by_name(folder, box, reason, built):
    content = {"images": [{"id": 1, "file_name": "a.png"}], "categories": []}
    content["annotations"] = [{"id": 1, "image_id": 1, "bbox": box, "text": "又"}]
    content["annotations"].append({"id": 2, "image_id": 1, "bbox": [5, 50, 9, 9], "text": "有"})
    (folder / "c.json").write_text(json.dumps(content))
    rejected, slip, text, glyph = built(folder)
    assert rejected.where == "c.json annotation 1"
    assert reason in rejected.reason
    assert slip.row["objects"]["graph"] == text.row["graphs"] == [glyph.row["graph"]] == ["有"]


def test_what_cannot_be_used_is_reported_and_the_rest_built(folder, built):
    labelme(folder)
    Image.new("L", (20, 20)).save(folder / "b.png")
    (folder / "broken.json").write_text("{")
    (folder / "bomb.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><alto>&b;</alto>')
    items = built(folder)
    reasons = {item.where: item.reason for item in items if isinstance(item, Rejection)}
    assert reasons["bomb.xml"] == "it declares a document type"
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


def regions(folder, image="a.png"):
    """The regions of the one image, and what was said of the rest."""
    pages, faults = annotated(folder, [folder / image])
    found = [region for page in pages.values() for region in page.regions]
    return found, [f"{fault.where}: {fault.reason}" for fault in faults]


def test_coco_ids_may_be_numbers_in_quotes(folder):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    for entry in content["annotations"]:
        entry["image_id"] = str(entry["image_id"])
    (folder / "instances.json").write_text(json.dumps(content))
    assert [region.label for region in regions(folder)[0]] == list(BOXES)


@pytest.mark.parametrize(
    ("attributes", "label"),
    [
        ({"occluded": False, "rotation": 0.0, "释文": "又"}, "又"),
        ({"释文": "又", "備註": "殘"}, ""),
        ({"備註": "殘", "graph": "又"}, "又"),
        ({"释文": "", "rotation": 0.0}, ""),
        (None, ""),
    ],
)
def test_the_only_attribute_that_is_text_is_the_label(folder, attributes, label):
    entry = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}
    content = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": [{**entry, "attributes": attributes}],
        "categories": [{"id": 1, "name": "glyph"}],
    }
    (folder / "c.json").write_text(json.dumps(content))
    assert [region.label for region in regions(folder)[0]] == [label]


def test_a_coco_box_of_no_image_is_reported(folder):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    content["annotations"][1]["image_id"] = 8
    (folder / "instances.json").write_text(json.dumps(content))
    found, faults = regions(folder)
    assert len(found) == 1
    assert faults == ["instances.json annotation 1: no image of that id: 8"]


def test_an_image_that_is_not_there_does_not_hide_the_others(folder):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    content["images"].insert(0, {"id": 1, "file_name": "gone.png"})
    (folder / "instances.json").write_text(json.dumps(content))
    found, faults = regions(folder)
    assert len(found) == len(BOXES)
    assert faults == ["instances.json image 1: no such image: 'gone.png'"]


@pytest.mark.parametrize("name", ["3f2a9b1c-第1簡.png", "3f2a9b1c-%E7%AC%AC1%E7%B0%A1.png"])
def test_an_image_is_found_by_its_name_before_label_studio_took_it_in(folder, name):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    content["images"][0]["file_name"] = f"../media/upload/1/{name}"
    (folder / "instances.json").write_text(json.dumps(content))
    (folder / "a.png").rename(folder / "第1簡.png")
    assert len(regions(folder, "第1簡.png")[0]) == len(BOXES)


@pytest.mark.parametrize("tail", ["", " 0.93"])
def test_yolo_polygons_become_boxes(folder, tail):
    x, y, w, h = BOXES["又（有）"]
    shares = " ".join(f"{a / SIZE[0]} {b / SIZE[1]}" for a, b in corners((x, y, w, h)))
    (folder / "classes.txt").write_text("glyph\n")
    (folder / "a.txt").write_text(f"0 {shares}{tail}\n")
    assert regions(folder)[0][0].box == pytest.approx((x, y, w, h))


def test_a_labelme_circle_is_a_centre_and_a_point_on_it(folder):
    shape = {"label": "又", "shape_type": "circle", "points": [[30, 50], [34, 53]]}
    (folder / "a.json").write_text(json.dumps({"imagePath": "a.png", "shapes": [shape]}))
    assert regions(folder)[0] == [Region((25, 45, 10, 10), "又")]


def page_of(folder, inside):
    (folder / "a.xml").write_text(
        f'<PcGts><Page imageFilename="a.png"><TextRegion>{inside}</TextRegion></Page></PcGts>',
        encoding="utf-8",
    )


LINE = (
    '<TextLine id="l"><Coords points="10,20 40,60"/>'
    "<TextEquiv><Unicode>{}</Unicode></TextEquiv></TextLine>"
)


def test_a_page_line_of_one_glyph_is_a_glyph(folder):
    page_of(folder, LINE.format("又"))
    assert regions(folder) == ([Region((10, 20, 30, 40), "又")], [])


def test_page_lines_without_boxes_of_glyphs_are_no_empty_slip(folder, built):
    page_of(folder, LINE.format("又有"))
    items = built(folder)
    assert all(isinstance(item, Rejection) for item in items)
    assert items[0].reason == "a line of several glyphs without boxes of its glyphs"


def test_page_coordinates_may_be_elements(folder):
    points = "".join(f'<Point x="{x}" y="{y}"/>' for x, y in corners((10, 20, 30, 40)))
    page_of(folder, LINE.format("又").replace(' points="10,20 40,60"/>', f">{points}</Coords>"))
    assert regions(folder) == ([Region((10, 20, 30, 40), "又")], [])


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


def sized(folder, write, width, height):
    """Let an annotation say that its image has another size."""
    write(folder)
    names = {
        coco: ("instances.json", '"id": 7', f'"id": 7, "width": {width}, "height": {height}'),
        labelme: ("a.json", "{", f'{{"imageWidth": {width}, "imageHeight": {height}, '),
        page_xml: ("a.xml", "<Page ", f'<Page imageWidth="{width}" imageHeight="{height}" '),
        alto: ("a.xml", "<Layout>", f'<Layout><Page WIDTH="{width}" HEIGHT="{height}"/>'),
    }
    name, old, new = names[write]
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("write", [coco, labelme, page_xml, alto])
def test_boxes_made_on_a_smaller_copy_are_scaled(folder, write):
    Image.new("L", (120, 399)).save(folder / "a.png")  # 0.3 % from twice the height
    sized(folder, write, *SIZE)
    found, faults = regions(folder)
    assert faults == []
    for region, (x, y, w, h) in zip(found, BOXES.values(), strict=True):
        assert region.box == pytest.approx((2 * x, y * 1.995, 2 * w, h * 1.995))


def test_a_box_rounded_over_the_edge_of_a_smaller_copy_ends_at_the_edge(folder, built):
    Image.new("L", (180, 600)).save(folder / "a.png")
    shape = {"label": "又", "points": [[-0.4, 20], [60.4, 50]]}
    content = {"imagePath": "a.png", "imageWidth": 60, "imageHeight": 200, "shapes": [shape]}
    (folder / "a.json").write_text(json.dumps(content))
    slip, *_ = built(folder)
    assert slip.row["objects"]["bbox"] == [[0, 60, 180, 90]]


@pytest.mark.parametrize(
    ("width", "height"), [(60, "Infinity"), ("NaN", 200), (60, "1" + 400 * "0")]
)
def test_a_coco_size_that_is_not_finite_is_named_and_the_other_scans_are_built(
    folder, built, width, height
):
    Image.new("L", SIZE).save(folder / "b.png")
    sized(folder, coco, width, height)
    path = folder / "instances.json"
    other = ', {"id": 8, "file_name": "b.png", "width": 60, "height": 200}], "annotations": ['
    box = '{"id": 9, "image_id": 8, "category_id": 0, "bbox": [5, 5, 9, 9]}, '
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('], "annotations": [', other + box), encoding="utf-8")
    fault, missing, slip, *_ = built(folder)
    reason = "no size of two numbers: a number is not finite"
    assert fault == Rejection("instances.json image 7", reason)
    assert missing == Rejection("a.png", "no annotation names it")
    assert slip.row["slip"] == "b"


@pytest.mark.parametrize("write", [labelme, page_xml, alto])
@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        ("Infinity", 200, "a number is not finite"),
        ("NaN", "NaN", "a number is not finite"),
        ("5e-324", "5e-324", "annotated on an image of another shape"),
    ],
)
def test_a_size_of_no_image_is_a_fault_in_every_format(folder, write, width, height, reason, built):
    sized(folder, write, width, height)
    fault, *others = built(folder)
    assert reason in fault.reason
    assert all(isinstance(item, Rejection) for item in others)


@pytest.mark.parametrize("angle", ["inf", "nan", "1e999"])
@pytest.mark.parametrize("write", [page_xml, alto])
def test_an_angle_that_is_not_finite_is_named(folder, write, angle, built):
    write(folder)
    text = (folder / "a.xml").read_text(encoding="utf-8")
    text = text.replace("<TextRegion>", f'<TextRegion orientation="{angle}">')
    text = text.replace("<Layout>", f'<Layout ROTATION="{angle}">')
    (folder / "a.xml").write_text(text, encoding="utf-8")
    fault, missing = built(folder)
    assert fault.where == "a.xml"
    assert "a number is not finite" in fault.reason
    assert missing == Rejection("a.png", "no annotation names it")


@pytest.mark.parametrize("names", ["glyph", "1", "{.inf: a}", "{x: a}"])
def test_yolo_names_that_are_no_names_by_number_are_refused(folder, names, built):
    yolo(folder)
    (folder / "classes.txt").unlink()
    (folder / "data.yaml").write_text(f"names: {names}\n")
    fault, _ = built(folder)
    assert fault.where == "a.txt"
    assert "no class names here" in fault.reason


@pytest.mark.parametrize("names", ["[又, 有]", "{0: 又, 1: 有}", "{'1': 有, '0': 又}"])
def test_yolo_names_are_a_list_or_a_mapping(folder, names):
    yolo(folder)
    (folder / "classes.txt").unlink()
    (folder / "data.yaml").write_text(f"names: {names}\n", encoding="utf-8")
    assert [region.label for region in regions(folder)[0]] == ["又", "有"]


def test_a_yolo_box_a_pixel_over_the_edge_is_refused_and_one_a_hair_over_is_cut(folder):
    (folder / "classes.txt").write_text("glyph\n")
    over = [f"0 {(10 - by) / SIZE[0]} 0.2 {20 / SIZE[0]} 0.1" for by in (0.3, 5)]
    (folder / "a.txt").write_text("\n".join(over))
    (kept,), (fault,) = regions(folder)
    assert kept.box[0] == 0
    assert fault.startswith("a.txt line 2: its box is outside the image: -5, ")


def test_a_broken_image_with_yolo_is_named_and_the_others_are_built(folder, built):
    yolo(folder)
    (folder / "b.png").write_bytes(b"no image")
    (folder / "b.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    *rows, rejected = built(folder)
    reason = "unreadable image: of no format that is known"
    assert rejected == Rejection("b.png (b.txt)", reason)
    assert rows
    assert all(isinstance(item, Record) for item in rows)


def test_of_two_images_beside_one_file_the_first_is_annotated(folder):
    yolo(folder)
    Image.open(folder / "a.png").save(folder / "a.jpg")
    images = [folder / "a.jpg", folder / "a.png"]
    assert list(annotated(folder, images)[0]) == [folder / "a.jpg"]


def test_of_two_images_of_one_name_that_beside_the_annotation_is_meant(folder):
    for place in ("x", "y"):
        (folder / place).mkdir()
        Image.open(folder / "a.png").save(folder / place / "b.png")
    shape = {"label": "又", "points": [[5, 5], [20, 20]]}
    text = json.dumps({"imagePath": "b.png", "shapes": [shape]})
    (folder / "y" / "b.json").write_text(text)
    images = sorted(folder.rglob("*.png"))
    pages, faults = annotated(folder, images)
    assert (list(pages), faults) == ([folder / "y" / "b.png"], [])
    (folder / "y" / "b.json").rename(folder / "b.json")
    pages, (fault,) = annotated(folder, images)
    assert not pages
    assert fault.reason == "2 images have that name: 'b.png'"


def test_a_text_without_an_index_goes_before_those_with_one(folder):
    texts = "<TextEquiv{}><Unicode>{}</Unicode></TextEquiv>"
    for first, second in (((' index="1"', "有"), ("", "又")), (("", "又"), (' index="1"', "有"))):
        both = texts.format(*first) + texts.format(*second)
        page_of(folder, f'<TextLine id="l"><Coords points="10,20 40,60"/>{both}</TextLine>')
        assert [region.label for region in regions(folder)[0]] == ["又"]


@pytest.mark.parametrize("write", [coco, labelme, page_xml, alto])
def test_boxes_made_on_another_image_are_refused_with_both_sizes(folder, write, built):
    sized(folder, write, 60, 190)
    (rejected,) = built(folder)
    assert rejected.where.startswith("a.png (")
    assert "60 x 190 pixels, this one has 60 x 200" in rejected.reason


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
    reason = f"not upright; turn it {90 * quarters} degrees to the left"
    assert built(folder) == [Rejection("a.png", reason)]


def test_a_leaning_scan_is_upright(folder, built):
    page_xml(folder)
    text = (folder / "a.xml").read_text(encoding="utf-8")
    (folder / "a.xml").write_text(text.replace("<Page ", '<Page orientation="-1.5" '), "utf-8")
    assert not [item for item in built(folder) if isinstance(item, Rejection)]


def empty_yolo(folder):
    yolo(folder)
    (folder / "a.txt").write_text("")


def empty_labelme(folder):
    (folder / "a.json").write_text(json.dumps({"imagePath": "a.png", "shapes": []}))


def empty_coco(folder):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    (folder / "instances.json").write_text(json.dumps(content | {"annotations": []}))


@pytest.mark.parametrize("write", [empty_yolo, empty_labelme, empty_coco])
def test_a_scan_without_a_marked_glyph_is_no_empty_slip(folder, write, built):
    write(folder)
    (rejected,) = built(folder)
    assert rejected.where.startswith("a.png (")
    assert rejected.reason.startswith("no glyph is marked on it")


def test_a_coco_category_that_is_not_there_is_named(folder):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    content["annotations"][1]["category_id"] = 9
    (folder / "instances.json").write_text(json.dumps(content))
    found, faults = regions(folder)
    assert len(found) == 1
    assert faults == [
        "instances.json annotation 1: no category of that id: 9; add it to the categories"
    ]


def test_a_yolo_class_that_has_no_name_is_named(folder):
    yolo(folder)
    (folder / "classes.txt").write_text("又\n", encoding="utf-8")
    found, faults = regions(folder)
    assert len(found) == 1
    assert faults == ["a.txt line 2: no class of that number: 1; name it in classes.txt"]


def test_yolo_without_a_file_of_classes_is_refused(folder, built):
    yolo(folder)
    (folder / "classes.txt").unlink()
    assert built(folder) == [
        Rejection("a.png (a.txt)", "its classes have no names; list them in classes.txt")
    ]


COLUMNS = {"一": (40, 10, 15, 15), "二": (41, 30, 15, 15), "三": (10, 12, 15, 15)}


@pytest.mark.parametrize("write", [coco, labelme, yolo])
def test_glyphs_are_ordered_as_they_are_read_and_not_as_they_were_drawn(folder, write, monkeypatch):
    monkeypatch.setattr(f"{__name__}.BOXES", dict(reversed(COLUMNS.items())))
    write(folder)
    assert [region.label for region in regions(folder)[0]] == ["一", "二", "三"]


@pytest.mark.parametrize("write", [page_xml, alto])
def test_page_and_alto_keep_their_own_order(folder, write, monkeypatch):
    monkeypatch.setattr(f"{__name__}.BOXES", dict(reversed(COLUMNS.items())))
    write(folder)
    assert [region.label for region in regions(folder)[0]] == ["三", "二", "一"]


def test_two_annotations_of_one_box_are_both_kept(folder):
    shapes = [{"label": label, "points": [[5, 5], [20, 20]]} for label in "又有"]
    (folder / "a.json").write_text(json.dumps({"imagePath": "a.png", "shapes": shapes}))
    assert [region.label for region in regions(folder)[0]] == ["又", "有"]


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
