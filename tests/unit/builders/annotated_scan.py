"""One scan with two glyphs, annotated in every format."""

from __future__ import annotations

import json

from cbs_bench.dataset.annotations.search import annotated

SIZE = (60, 200)


BOXES = {"又（有）": (10.0, 20.0, 30.0, 40.0), "{日止頁}": (12.0, 80.0, 30.0, 44.0)}


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


def regions(folder, image="a.png"):
    """The regions of the one image, and what was said of the rest."""
    pages, faults = annotated(folder, [folder / image])
    found = [region for page in pages.values() for region in page.regions]
    return found, [f"{fault.where}: {fault.reason}" for fault in faults]
