"""What each format of annotations says, and what of it cannot be used."""

from __future__ import annotations

import json
import shutil
import unicodedata

import pytest
from annotated_scan import BOXES, SIZE, alto, coco, corners, labelme, page_xml, regions, yolo
from PIL import Image

from cbs_bench.dataset.annotations.pages import Region
from cbs_bench.dataset.annotations.search import annotated
from cbs_bench.interfaces import Rejection


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


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("image_id", "no image of that id: 9"),
        ("category_id", "no category of that id: 9; add it to the categories"),
    ],
)
def test_a_coco_box_of_an_image_or_category_that_is_not_there_is_named(folder, field, problem):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    content["annotations"][1][field] = 9
    (folder / "instances.json").write_text(json.dumps(content))
    found, faults = regions(folder)
    assert len(found) == 1
    assert faults == [f"instances.json annotation 1: {problem}"]


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


def test_of_two_images_of_one_name_the_path_tells_however_its_accents_are_written(folder):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    content["images"][0]["file_name"] = unicodedata.normalize("NFC", "/home/me/é/a.png")
    (folder / "instances.json").write_text(json.dumps(content))
    images = [folder / unicodedata.normalize("NFD", name) / "a.png" for name in ("é", "è")]
    for image in images:
        image.parent.mkdir()
        shutil.copy(folder / "a.png", image)
    pages, faults = annotated(folder, images)
    assert (list(pages), faults) == (images[:1], [])


def test_an_uploaded_name_may_keep_accents_apart(folder):
    coco(folder)
    content = json.loads((folder / "instances.json").read_text())
    content["images"][0]["file_name"] = "../media/upload/1/3f2a9b1c-e%CC%81.png"
    (folder / "instances.json").write_text(json.dumps(content))
    (folder / "a.png").rename(folder / "é.png")
    assert len(regions(folder, "é.png")[0]) == len(BOXES)


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
    monkeypatch.setattr("annotated_scan.BOXES", dict(reversed(COLUMNS.items())))
    write(folder)
    assert [region.label for region in regions(folder)[0]] == ["一", "二", "三"]


@pytest.mark.parametrize("write", [page_xml, alto])
def test_page_and_alto_keep_their_own_order(folder, write, monkeypatch):
    monkeypatch.setattr("annotated_scan.BOXES", dict(reversed(COLUMNS.items())))
    write(folder)
    assert [region.label for region in regions(folder)[0]] == ["三", "二", "一"]


def test_two_annotations_of_one_box_are_both_kept(folder):
    shapes = [{"label": label, "points": [[5, 5], [20, 20]]} for label in "又有"]
    (folder / "a.json").write_text(json.dumps({"imagePath": "a.png", "shapes": shapes}))
    assert [region.label for region in regions(folder)[0]] == ["又", "有"]
