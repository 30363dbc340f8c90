import numpy as np

from cbs_bench.vision.framing import Frame


def drawing(top, left):
    pixels = np.full((200, 110), 255, np.uint8)
    pixels[top : top + 60, left : left + 20] = 0
    return pixels


def test_a_trimmed_drawing_is_the_same_wherever_it_stands():
    frame = Frame(48, trim=True)
    assert np.array_equal(frame.prepare(drawing(5, 3)), frame.prepare(drawing(120, 80)))


def test_a_tall_stroke_stays_taller_than_wide():
    ink = Frame(48, trim=True).square(drawing(50, 40)) < 128
    assert ink.any(axis=1).sum() > 1.3 * ink.any(axis=0).sum()


def test_nothing_is_trimmed_unless_asked():
    ink = Frame(48).square(drawing(5, 3)) < 128
    assert ink.any(axis=1).sum() < 20
