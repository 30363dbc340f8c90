import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from cbs_bench.errors import DataError
from cbs_bench.vision.images import load_image, to_grey


def encoded(image: Image.Image, form: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def test_grey_stays_grey_and_colour_stays_rgb():
    assert load_image(encoded(Image.new("L", (5, 7)))).shape == (7, 5)
    red = load_image(encoded(Image.new("RGB", (5, 7), "red")))
    assert red.shape == (7, 5, 3)
    assert red[0, 0].tolist() == [255, 0, 0]


def test_scans_may_be_larger_than_pillow_believes(monkeypatch):
    data = encoded(Image.new("L", (300, 200)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert load_image(data).shape == (200, 300)
    assert Image.MAX_IMAGE_PIXELS == 100
    monkeypatch.setattr("cbs_bench.vision.images.MAX_PIXELS", 50_000)
    with pytest.raises(DataError, match="300 x 200 pixels are too many; scale it below 50,000"):
        load_image(data)


def test_transparency_is_laid_on_white():
    clear = load_image(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 0))))
    assert to_grey(clear).min() == 255


def test_sixteen_bits_keep_their_contrast():
    ramp = np.linspace(1000, 60000, 16, dtype=np.uint16).reshape(4, 4)
    grey = load_image(encoded(Image.fromarray(ramp)))
    assert grey.dtype == np.uint8
    assert int(grey.max()) - int(grey.min()) > 200


def ten_bits(shape):
    """Values as a camera of ten bits writes them, in sixteen."""
    return np.random.default_rng(0).integers(200, 900, shape, dtype=np.uint16)


def test_a_hot_pixel_leaves_the_contrast_of_the_others():
    values = ten_bits((40, 50))
    plain = load_image(encoded(Image.fromarray(values)))
    values[7, 7] = 65535
    hot = load_image(encoded(Image.fromarray(values)))
    assert np.delete(hot, 7 * 50 + 7) == pytest.approx(np.delete(plain, 7 * 50 + 7), abs=2)
    assert plain.std() > 60


def test_a_page_with_next_to_nothing_on_it_keeps_it():
    values = np.full((100, 100), 900, np.uint16)
    values[3, 3:6] = 200
    assert load_image(encoded(Image.fromarray(values)))[3, 2:5].tolist() == [255, 0, 0]


@pytest.mark.parametrize("form", [".png", ".tiff"])
def test_deep_colours_are_stretched_together(form, tmp_path):
    rgb = ten_bits((40, 50, 3))
    rgb[:, :, 2] //= 4  # a yellowed slip has little blue
    rgb[7, 7] = 65535
    cv2.imwrite(str(tmp_path / f"deep{form}"), rgb[:, :, ::-1])
    pixels = load_image(tmp_path / f"deep{form}")
    assert pixels.shape == (40, 50, 3)
    assert pixels[:, :, 0].std() > 50
    assert pixels[:, :, 2].std() < 20
    assert np.corrcoef(pixels[:, :, 0].ravel()[360:], rgb[:, :, 0].ravel()[360:])[0, 1] > 0.99
    assert np.array_equal(load_image((tmp_path / f"deep{form}").read_bytes()), pixels)


def test_deep_colours_are_upright_and_transparency_is_laid_on_white():
    rgba = np.dstack([ten_bits((4, 8, 3)), np.full((4, 8), 65535, np.uint16)])
    rgba[0, 0, 3] = 0
    plain = cv2.imencode(".png", rgba)[1].tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = load_image(with_exif(plain, exif.tobytes()[6:]))
    assert turned.shape == (8, 4, 3)
    assert turned[0, 3].tolist() == [255, 255, 255]
    assert np.array_equal(np.rot90(turned), load_image(plain))


def with_exif(png: bytes, exif: bytes) -> bytes:
    """A PNG with the chunk after its header, which has 33 bytes."""
    chunk = b"eXIf" + exif
    added = struct.pack(">I", len(exif)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:33] + added + png[33:]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_named(value, tmp_path):
    values = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    assert np.ptp(load_image(encoded(Image.fromarray(values), "TIFF"))) > 200
    values[2, 2] = value
    Image.fromarray(values).save(tmp_path / "a.tif")
    with pytest.raises(DataError, match=r"a\.tif: some of its pixels are no finite numbers; fill"):
        load_image(tmp_path / "a.tif")


def test_cmyk_becomes_rgb():
    assert load_image(encoded(Image.new("CMYK", (4, 4)), "JPEG")).shape == (4, 4, 3)


def test_exif_rotation_is_applied():
    image = Image.new("L", (8, 4))
    exif = Image.Exif()
    exif[0x0112] = 6
    assert load_image(encoded(image, "JPEG", exif=exif)).shape == (8, 4)


@pytest.mark.parametrize(("mode", "shape"), [("L", (8, 4)), ("RGBA", (8, 4, 3))])
def test_an_image_of_pillow_is_as_good_as_its_file(mode, shape):
    image = Image.new(mode, (8, 4))
    image.getexif()[0x0112] = 6
    assert load_image(image).shape == shape


def test_a_file_of_several_pages_is_refused():
    pages = [Image.new("L", (8, 4)), Image.new("L", (9, 4))]
    with pytest.raises(DataError, match="it has 2 pages; save each page as a file of its own"):
        load_image(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))


@pytest.mark.parametrize("first", ["page", "preview"])
def test_a_preview_beside_the_page_is_passed_over(first):
    page, preview = Image.new("L", (80, 40)), Image.new("L", (8, 4))
    page.encoderinfo, preview.encoderinfo = {"tiffinfo": {254: 0}}, {"tiffinfo": {254: 1}}
    one, other = (page, preview) if first == "page" else (preview, page)
    data = encoded(one, "TIFF", save_all=True, append_images=[other], **one.encoderinfo)
    assert load_image(data).shape == (40, 80)


@pytest.mark.parametrize("data", [b"", b"no image"])
def test_what_is_no_image_is_named_without_an_address_in_memory(data):
    with pytest.raises(DataError, match=r"not a readable image \(of no format that is known\);"):
        load_image(data)


def test_an_array_comes_back_as_it_is():
    pixels = np.zeros((3, 4), np.uint8)
    assert load_image(pixels) is pixels


@pytest.mark.parametrize(
    "array",
    [np.zeros((0, 4), np.uint8), np.zeros((4, 4), np.float32), np.zeros((4, 4, 2), np.uint8)],
)
def test_arrays_that_are_no_images_are_named(array):
    with pytest.raises(DataError, match="no image"):
        load_image(array)


def test_a_broken_file_is_named_in_one_line(tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(encoded(Image.new("L", (64, 64)))[:40])
    with pytest.raises(DataError) as caught:
        load_image(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_tiff_whose_next_page_has_no_size_is_unreadable():
    data = bytearray(encoded(Image.new("L", (8, 4)), "TIFF"))
    (start,) = struct.unpack_from("<L", data, 4)
    (tags,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<L", data, start + 2 + 12 * tags, len(data))
    with pytest.raises(DataError, match="not a readable image"):
        load_image(bytes(data) + bytes(6))


def test_a_missing_file_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match=r"gone\.png: no such file; check the path"):
        load_image(tmp_path / "gone.png")
