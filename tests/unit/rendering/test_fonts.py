import pytest

from cbs_bench.errors import InputError
from cbs_bench.rendering.fonts import covering, find_fonts


def test_a_drawn_character_has_ink_cut_to_its_extent(font):
    bar = font.mask("一")
    assert bar.max() == 1
    assert bar.shape[1] > 5 * bar.shape[0]


@pytest.mark.parametrize("character", ["人", "之", "\ue123", "𠂤"])
def test_neither_an_empty_outline_nor_the_placeholder_is_a_drawing(font, character):
    assert font.mask(character) is None


def test_fonts_are_found_below_a_folder(font_file):
    broken = font_file.parent / "bitmaps.ttf"
    broken.write_bytes(b"no outlines")
    assert [found.path for found in find_fonts([font_file.parent])] == [font_file]
    broken.unlink()


def test_covering_asks_for_every_character(font):
    assert covering([font], "一口") == [font]
    assert covering([font], "一之") == []


def test_a_folder_without_fonts_is_named(tmp_path):
    with pytest.raises(InputError, match="no font here"):
        find_fonts([tmp_path])


def test_a_file_that_is_no_font_is_named(tmp_path):
    fake = tmp_path / "fake.ttf"
    fake.write_bytes(b"not a font")
    with pytest.raises(InputError, match=r"fake\.ttf"):
        find_fonts([fake])
