"""Members of archives by their place, and whole JPEGs told from damaged ones."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from given_rows import glyph, picture
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cbs_bench.dataset import archive, images, jpeg, reader, rows
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


def test_an_archive_after_other_data_and_with_a_comment(tmp_path):
    path = tmp_path / "raw.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.comment = b"PK\5 no end" * 90
        file.writestr("a.png", b"abc")
    path.write_bytes(b"#!/bin/unpack\n" * 700 + path.read_bytes())
    [(name, place)] = archive.members(path)
    assert (name, archive.read(path, place)) == ("a.png", b"abc")


def unflagged(path, name):
    """An archive whose directory does not say in which encoding its one name is."""
    mark = "x" * len(name)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(mark, b"abc")
    path.write_bytes(path.read_bytes().replace(mark.encode(), name))
    return path


def test_names_packed_by_macos_are_utf_8(tmp_path):
    path = unflagged(tmp_path / "raw.zip", "glyphs/又（有）/1.png".encode())
    [(member, file)] = rows.members(path, "an archive")
    assert member == "glyphs/又（有）/1.png"
    assert images.encoded(file) == rows.content(file) == b"abc"


def test_names_in_another_encoding_are_refused(tmp_path):
    path = unflagged(tmp_path / "raw.zip", "glyphs/郭店/1.png".encode("gbk"))
    with pytest.raises(zipfile.BadZipFile, match="a member's name is not in UTF-8: repack it"):
        archive.members(path)


def test_sizes_of_64_bits(tmp_path, monkeypatch):
    path = tmp_path / "raw.zip"
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    contents = {f"{n}.png": bytes([n]) * (90 + 10 * n) for n in range(9)}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in contents.items():
            file.writestr(name, content)
    assert b"PK\6\6" in path.read_bytes()
    assert {name: archive.read(path, place) for name, place in archive.members(path)} == contents


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_archive_is_read_right_or_refused(tmp_path_factory, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in CONTENTS.items():
            file.writestr(name, content[:20])
    whole = bytearray(buffer.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=3)):
        whole[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "raw.zip"
    path.write_bytes(whole)
    allowed = {content[:20] for content in CONTENTS.values()}
    try:
        for _, place in archive.members(path):
            assert place is None or archive.read(path, place) in allowed
    except (zipfile.BadZipFile, zlib.error):
        return


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
    [(_, (offset, packed, _, *rest))] = archive.members(path)
    with pytest.raises(zipfile.BadZipFile, match="the member is damaged"):
        archive.read(path, (offset, packed, 1000, *rest))
    with pytest.raises(images.BadRowError, match="image too large"):
        images.encoded(ImageRef(path, "a.png", (offset, packed, 1 << 40, *rest)))


def encoded(form="JPEG", mode="RGB", size=(32, 40), **settings):
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture(3))).convert(mode).resize(size).save(buffer, form, **settings)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("size", [(1, 1), (8, 16), (32, 40), (131, 77)])
def test_a_whole_jpeg_is_measured(mode, size):
    assert jpeg.size_if_whole(encoded(mode=mode, size=size)) == size


def test_anything_unusual_is_left_to_pillow():
    mark = Image.Exif()
    mark[0x0112] = 6
    others = [
        encoded("PNG"),
        encoded(mode="CMYK"),
        encoded(progressive=True),
        encoded(exif=mark),
        b"",
        b"\xff\xd8",
        b"\xff" * 9,
    ]
    assert [jpeg.size_if_whole(data) for data in others] == [None] * len(others)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_passes_quickly_is_read_by_pillow_alike(data):
    whole = encoded(size=(97, 83))
    first = data.draw(st.integers(0, len(whole)), label="damage from")
    last = data.draw(st.integers(first, min(first + 60, len(whole))), label="to")
    damaged = whole[:first] + data.draw(st.binary(max_size=4)) + whole[last:]
    size = jpeg.size_if_whole(damaged)
    if size is not None:
        with Image.open(io.BytesIO(damaged)) as image:
            image.load()
            assert image.size == size


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_cut_jpeg_is_never_whole(data):
    whole = encoded()
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert jpeg.size_if_whole(whole[:cut]) is None


def test_an_image_of_absurd_size_is_refused_before_it_is_unpacked(build, tmp_path):
    buffer = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(buffer, "PNG")
    report = build([glyph(0), glyph(1, image=buffer.getvalue())])
    assert report.rejected == {"image too large": 1}
    assert sum(1 for s in reader.SPLITS for _ in reader.rows(report.out, "glyphs", s)) == 1
