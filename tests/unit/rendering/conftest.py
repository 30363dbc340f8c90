from pathlib import Path

import pytest

from cbs_bench.rendering.fonts import Font

EM = 1000


@pytest.fixture(scope="session")
def font_file(tmp_path_factory) -> Path:
    """A font that draws 一 and 口, maps 人 to nothing and has a box for what is missing."""
    builder_of = pytest.importorskip("fontTools.fontBuilder", reason="needs fonttools")
    glyph_pen = pytest.importorskip("fontTools.pens.ttGlyphPen", reason="needs fonttools")

    def drawn(*rectangles):
        pen = glyph_pen.TTGlyphPen(None)
        for left, bottom, right, top in rectangles:
            pen.moveTo((left, bottom))
            for corner in ((left, top), (right, top), (right, bottom)):
                pen.lineTo(corner)
            pen.closePath()
        return pen.glyph()

    glyphs = {
        ".notdef": drawn((100, 0, 900, 800)),
        "one": drawn((50, 380, 950, 460)),
        "mouth": drawn(
            (150, 50, 230, 750), (770, 50, 850, 750), (150, 50, 850, 130), (150, 670, 850, 750)
        ),
        "empty": drawn(),
    }
    builder = builder_of.FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord("一"): "one", ord("口"): "mouth", ord("人"): "empty"})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (EM, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Test Strokes", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    path = tmp_path_factory.mktemp("fonts") / "strokes.ttf"
    builder.save(path)
    return path


@pytest.fixture(scope="session")
def font(font_file) -> Font:
    return Font(font_file)
