"""Members of archives by their place, and whole JPEGs told from damaged ones."""

from __future__ import annotations

import io
import zipfile

import pytest
from given_rows import glyph, picture
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cbs_bench.dataset import archive, images, jpeg, reader
from cbs_bench.interfaces import ImageRef

CONTENTS = {"b/又（有）.png": b"x" * 5000, "a.png": bytes(range(256)), "empty.png": b""}


@pytest.fixture(params=[zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def packed(request, tmp_path):
    path = tmp_path / "raw.zip"
    with zipfile.ZipFile(path, "w", request.param) as file:
        file.mkdir("b")
        for name, content in CONTENTS.items():
            file.writestr(name, content)
    return path


def test_members_are_read_as_zipfile_reads_them(packed):
    found = archive.members(packed)
    assert [name for name, _ in found] == sorted(CONTENTS)
    for name, place in found:
        assert images.encoded(ImageRef(packed, name, place)) == CONTENTS[name]


def test_a_damaged_member_is_told(tmp_path):
    path = tmp_path / "raw.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.png", b"x" * 100)
    [(name, place)] = archive.members(path)
    path.write_bytes(path.read_bytes().replace(b"x" * 100, b"x" * 99 + b"y"))
    with pytest.raises(images.BadRowError, match="the member is damaged"):
        images.encoded(ImageRef(path, name, place))


def test_what_unpacks_to_more_than_it_says_is_no_bomb(tmp_path):
    path = tmp_path / "raw.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.png", b"\0" * 10_000_000)
    [(_, place)] = archive.members(path)
    with pytest.raises(zipfile.BadZipFile, match="the member is damaged"):
        archive.read(path, place._replace(size=1000))
    with pytest.raises(images.BadRowError, match="image too large"):
        images.encoded(ImageRef(path, "a.png", place._replace(size=1 << 40)))


def encoded(form="JPEG", mode="RGB", **settings):
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture(3))).convert(mode).save(buffer, form, **settings)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_whole_jpeg_is_measured(mode, progressive):
    assert jpeg.size_if_whole(encoded(mode=mode, progressive=progressive)) == (32, 40)


def test_anything_unusual_is_left_to_pillow():
    mark = Image.Exif()
    mark[0x0112] = 6
    others = [
        encoded("PNG"),
        encoded(mode="CMYK"),
        encoded(exif=mark),
        b"",
        b"\xff\xd8",
        b"\xff" * 9,
    ]
    assert [jpeg.size_if_whole(data) for data in others] == [None] * len(others)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_cut_jpeg_is_never_whole(data):
    whole = encoded()
    cut = data.draw(st.integers(0, len(whole) - 3))
    assert jpeg.size_if_whole(whole[:cut]) is None


def test_an_image_of_absurd_size_is_refused_before_it_is_unpacked(build, tmp_path):
    buffer = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(buffer, "PNG")
    report = build([glyph(0), glyph(1, image=buffer.getvalue())])
    assert report.rejected == {"image too large": 1}
    assert sum(1 for s in reader.SPLITS for _ in reader.rows(report.out, "glyphs", s)) == 1
