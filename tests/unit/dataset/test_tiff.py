"""Large TIFFs read in pieces give the pixels that Pillow gives at once."""

from __future__ import annotations

import io
import json

import cv2
import numpy as np
import pytest
from PIL import Image

from builders.scans import Scans
from cbs_bench.dataset import images, tiff
from cbs_bench.interfaces import ImageRef, Rejection
from cbs_bench.vision.images import load_image

SIZE = (333, 257)


def pixels(*shape, top=256, kind=np.uint8):
    return np.random.default_rng(1).integers(0, top, shape, dtype=kind)


@pytest.fixture(params=["raw", "tiff_lzw", "tiff_deflate", "packbits"])
def scan(request, tmp_path, monkeypatch):
    """A small TIFF in strips, read as if it were large."""
    monkeypatch.setattr(tiff, "WHOLE_PIXELS", 1000)
    monkeypatch.setattr(tiff, "REDUCED_PIXELS", 10_000)
    path = tmp_path / "scan.tif"
    image = Image.fromarray(pixels(SIZE[1], SIZE[0], 3))
    image.save(path, compression=request.param, tiffinfo={278: 32})
    return path


def png(data):
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("box", [(0, 0, 333, 257), (10.5, 30, 50, 70), (300, 250, 33, 7)])
def test_a_glyph_is_cut_at_full_size(scan, box):
    x, y, width, height = box
    cut = png(images.encoded(ImageRef(scan, box=box)))
    whole = pixels(SIZE[1], SIZE[0], 3)
    right, bottom = int(np.ceil(x + width)), int(np.ceil(y + height))
    np.testing.assert_array_equal(cut, whole[int(y) : bottom, int(x) : right])


def test_the_slip_is_the_mean_of_squares(scan):
    factor = tiff.reduction(scan)
    assert factor == 3
    whole = pixels(SIZE[1], SIZE[0], 3)[:255].astype(float)
    means = whole.reshape(85, 3, 111, 3, 3).mean(axis=(1, 3))
    reduced = png(images.encoded(ImageRef(scan, upright=True)))
    np.testing.assert_allclose(reduced, means, atol=0.51)


def test_boxes_are_reduced_with_the_slip(scan, finished):
    shape = {"label": "又", "points": [[30, 60], [90, 150]]}
    content = {"imagePath": scan.name, "shapes": [shape]}
    scan.with_suffix(".json").write_text(json.dumps(content))
    slip, _, glyph = (finished(record) for record in Scans().records(scan.parent))
    assert (slip.row["width"], slip.row["height"]) == (111, 85)
    assert slip.row["objects"]["bbox"] == [[10.0, 20.0, 20.0, 30.0]]
    assert png(glyph.row["image"]["bytes"]).shape == (90, 60, 3)


@pytest.mark.parametrize("size", [(64, 48), (100, 70)])
def test_tiles_of_16_bits(tmp_path, monkeypatch, size):
    monkeypatch.setattr(tiff, "WHOLE_PIXELS", 100)
    values = pixels(size[1], size[0], top=4096, kind=np.uint16)
    path = tmp_path / "deep.tif"
    write_tiles(path, values, side=32)
    cut = png(images.encoded(ImageRef(path, box=(5, 6, 50, 40))))
    np.testing.assert_array_equal(cut, load_image(path)[6:46, 5:55])


@pytest.fixture
def deep_scan(tmp_path, monkeypatch):
    """``deep_scan(values)``: a TIFF of sixteen bits in strips, read as if it were large."""
    monkeypatch.setattr(tiff, "WHOLE_PIXELS", 1000)

    def deep_scan(values, compression=5):
        path = tmp_path / "deep.tif"
        told = [cv2.IMWRITE_TIFF_COMPRESSION, compression, cv2.IMWRITE_TIFF_ROWSPERSTRIP, 32]
        cv2.imwrite(str(path), values, told)
        return path

    return deep_scan


@pytest.mark.parametrize("colours", [(), (3,)])
@pytest.mark.parametrize("compression", [1, 5, 8, 32773])
def test_16_bits_are_stretched_as_on_a_scan_read_whole(deep_scan, colours, compression):
    values = pixels(257, 333, *colours, top=900, kind=np.uint16) + 200
    values[:64] += 2000  # stretched alone, the strips would have scales of their own
    path = deep_scan(values, compression)
    cut = png(images.encoded(ImageRef(path, box=(10, 20, 300, 90))))
    np.testing.assert_array_equal(cut, load_image(path)[20:110, 10:310])


def test_a_page_of_16_bits_with_next_to_nothing_on_it(deep_scan):
    values = np.full((257, 333), 900, np.uint16)
    values[50, 50] = 400
    path = deep_scan(values)
    cut = png(images.encoded(ImageRef(path, box=(0, 0, 333, 257))))
    np.testing.assert_array_equal(cut, load_image(path))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.ones((257, 333), np.float32), "of 32 bits; save them with 16, unsigned"),
        (np.full((257, 333, 4), 900, np.uint16), "transparent; save it without transparency"),
    ],
)
def test_values_that_no_piece_shows_as_the_whole_would_are_refused(deep_scan, values, reason):
    with pytest.raises(images.BadRowError, match=reason):
        images.encoded(ImageRef(deep_scan(values), box=(0, 0, 50, 50)))


def write_tiles(path, values, side):
    """An uncompressed TIFF in tiles, which Pillow cannot write."""
    height, width = values.shape
    rows, columns = -(-height // side), -(-width // side)
    padded = np.zeros((rows * side, columns * side), values.dtype)
    padded[:height, :width] = values
    blocks = padded.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(-1, side, side)
    size = blocks[0].nbytes
    offsets = [8 + n * size for n in range(len(blocks))]
    tags = {256: width, 257: height, 258: 16, 259: 1, 262: 1, 277: 1, 322: side, 323: side}
    entries = [(tag, 4, 1, value) for tag, value in tags.items()]
    tables = 8 + size * len(blocks)
    entries += [(324, 4, len(blocks), tables), (325, 4, len(blocks), tables + 4 * len(blocks))]
    with path.open("wb") as file:
        file.write(b"II*\0" + (tables + 8 * len(blocks)).to_bytes(4, "little"))
        file.write(blocks.astype("<u2").tobytes())
        file.write(np.array(offsets + [size] * len(blocks), "<u4").tobytes())
        file.write(len(entries).to_bytes(2, "little"))
        for tag, kind, count, value in entries:
            file.write(np.array([tag, kind], "<u2").tobytes())
            file.write(np.array([count, value], "<u4").tobytes())
        file.write(b"\0" * 4)


@pytest.mark.parametrize(
    ("tag", "value", "reason"), [(274, 6, "save it upright"), (278, 300, "save it in tiles")]
)
def test_what_cannot_be_read_in_pieces_is_refused_by_name(
    tmp_path, monkeypatch, tag, value, reason
):
    monkeypatch.setattr(tiff, "WHOLE_PIXELS", 1000)
    monkeypatch.setattr(tiff, "PIECE_PIXELS", 50_000)
    path = tmp_path / "scan.tif"
    Image.fromarray(pixels(SIZE[1], SIZE[0])).save(path, tiffinfo={278: 32} | {tag: value})
    with pytest.raises(images.BadRowError, match=reason):
        images.encoded(ImageRef(path, upright=True))


@pytest.mark.parametrize("scan", ["tiff_lzw", "tiff_deflate"], indirect=True)
def test_a_damaged_strip_is_a_bad_row(scan):
    with Image.open(scan) as image:
        place = image.tag_v2[273][1]
    data = bytearray(scan.read_bytes())
    data[place : place + 2000] = b"\xff" * 2000
    scan.write_bytes(data)
    with pytest.raises(images.BadRowError, match=r"unreadable image: not a readable image \("):
        images.encoded(ImageRef(scan, upright=True))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_tiff_is_a_rejection(tmp_path, finished):
    (tmp_path / "scan.tif").write_bytes(b"II*\0 no directory")
    (tmp_path / "scan.json").write_text('{"imagePath": "scan.tif", "shapes": []}')
    [item] = [finished(record) for record in Scans().records(tmp_path)]
    assert isinstance(item, Rejection)
    assert "unreadable image" in item.reason
