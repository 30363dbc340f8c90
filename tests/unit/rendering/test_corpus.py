import json

import pytest
from PIL import Image

from cbs_bench.errors import InputError
from cbs_bench.rendering.corpus import main

SLIPS = [{"slip": name, "glyphs": [{"graph": "口"}, {"graph": "一"}]} for name in ("01", "02")]


@pytest.fixture
def slips(tmp_path):
    path = tmp_path / "slips.jsonl"
    path.write_text("".join(json.dumps(slip) + "\n" for slip in SLIPS), encoding="utf-8")
    return path


def command(slips, font_file, out, *, licence="strokes.ttf=CC0"):
    return [str(slips), "--fonts", str(font_file), "--licence", licence, "--out", str(out)]


def test_a_picture_a_slip_with_boxes_and_how_it_was_made(slips, font_file, tmp_path):
    main(command(slips, font_file, tmp_path / "out"))
    boxes = json.loads((tmp_path / "out" / "boxes.json").read_text(encoding="utf-8"))
    assert {name: len(rows) for name, rows in boxes.items()} == {"01": 2, "02": 2}
    with Image.open(tmp_path / "out" / "01.webp") as picture:
        assert picture.width == 64
    made = (tmp_path / "out" / "MADE.md").read_text(encoding="utf-8")
    assert "| strokes.ttf | CC0 |" in made
    assert str(tmp_path) not in made


def test_a_font_whose_licence_nobody_states_is_refused(slips, font_file, tmp_path):
    with pytest.raises(InputError, match="licence not stated"):
        main(command(slips, font_file, tmp_path / "out", licence="other.ttf=CC0"))
    assert not (tmp_path / "out").exists()


def test_a_line_that_is_no_slip_is_named(slips, font_file, tmp_path):
    slips.write_text('{"slip": "01"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="row 1"):
        main(command(slips, font_file, tmp_path / "out"))
