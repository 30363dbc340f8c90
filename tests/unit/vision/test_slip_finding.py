import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbs_bench.rendering.sheet import lay_out
from cbs_bench.rendering.slip import Strip
from cbs_bench.training.slips import read_slips
from cbs_bench.types import Box
from cbs_bench.vision import Detector
from cbs_bench.vision.slip_finding import FoundSlip, find_slips

SLIP_WIDTH = 48


def strip(length: int, seed: int) -> Strip:
    """Fibrous bamboo with black blots."""
    generator = np.random.default_rng(seed)
    fibres = generator.normal(0.75, 0.05, (length // 16, SLIP_WIDTH)).astype(np.float32)
    surface = cv2.resize(fibres, (SLIP_WIDTH, length))
    boxes = [(10, y, 28, 28) for y in range(20, length - 40, 46)]
    for x, y, width, height in boxes:
        surface[y : y + height, x : x + width] = 0.1
    return Strip(surface, boxes)


def sheet(lengths: list[int], *, tilt: float = 0.0, labels: bool = False, seed: int = 4):
    strips = [strip(length, number) for number, length in enumerate(lengths)]
    return lay_out(strips, np.random.default_rng(seed), tilt=tilt, labels=labels)


def holder(slips: list[FoundSlip], box) -> list[int]:
    """Which slips hold the centre of a box."""
    x, y, width, height = box
    found = []
    for number, slip in enumerate(slips):
        rectangle = ((slip.x, slip.y), (slip.width, slip.height), slip.lean)
        outline = cv2.boxPoints(rectangle).reshape(-1, 1, 2)
        if cv2.pointPolygonTest(outline, (x + width / 2, y + height / 2), False) > 0:
            found.append(number)
    return found


@pytest.mark.parametrize("tilt", [-5.0, 0.0, 4.0])
def test_slips_on_a_ground_are_found_from_right_to_left(tilt):
    scan = sheet([900, 700, 1000], tilt=tilt)
    slips = find_slips(scan.image)
    assert [slip.lean for slip in slips] == pytest.approx([-tilt] * 3, abs=1.5)
    assert [slip.width for slip in slips] == pytest.approx([SLIP_WIDTH] * 3, abs=6)
    per_slip = [len(strip(length, 0).boxes) for length in (900, 700, 1000)]
    expected = [[number] for number, count in enumerate(per_slip) for _ in range(count)]
    assert [holder(slips, box) for box in scan.boxes] == expected


def test_a_ruler_and_numbers_are_not_the_widest_thing_on_a_scan():
    scan = sheet([900, 700], labels=True)
    held = [holder(find_slips(scan.image), box) for box in scan.boxes]
    assert all(len(slips) == 1 for slips in held)


@pytest.mark.parametrize("shape", [(1, 1), (900, 3), (5, 700), (800, 800), (9000, 1), (2, 9000)])
def test_on_an_even_scan_there_is_no_slip(shape):
    assert find_slips(np.full(shape, 200, np.uint8)) == []


def test_a_scan_cut_to_one_slip_shows_no_ground():
    grain = np.random.default_rng(0).normal(180, 12, (1200, 60)).clip(0, 255).astype(np.uint8)
    assert find_slips(cv2.GaussianBlur(grain, (0, 0), 0.5)) == []


def test_of_two_pieces_of_one_slip_the_upper_one_comes_first():
    image = np.full((1600, 300), 20, np.uint8)
    for top, left in ((850, 150), (60, 146)):
        image[top : top + 690, left : left + SLIP_WIDTH] = strip(690, top).surface * 255
    upper, lower = find_slips(image)
    assert upper.y < lower.y


slips = st.builds(
    FoundSlip,
    x=st.floats(140, 160), y=st.floats(240, 260), width=st.floats(50, 90),
    height=st.floats(280, 360), lean=st.floats(-20, 20),
)  # fmt: skip


@given(slip=slips, across=st.floats(0.2, 0.8), down=st.floats(0.1, 0.9), side=st.floats(6, 14))
@settings(max_examples=25, deadline=None)
def test_what_lies_in_a_box_of_the_cut_slip_lies_in_that_of_the_scan(slip, across, down, side):
    box = Box(slip.width * across - side / 2, slip.height * down - side / 2, side, side, 0.7)
    there = slip.on_scan(box)
    assert (there.width, there.height, there.confidence) == pytest.approx((side, side, 0.7))
    scan = np.zeros((500, 300), np.float32)
    rows, columns = np.mgrid[0:500, 0:300]
    x, y = there.x + side / 2, there.y + side / 2
    scan = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 8) * 255
    cut = slip.cut(scan.astype(np.uint8)).astype(float)
    rows, columns = np.mgrid[0 : cut.shape[0], 0 : cut.shape[1]]
    assert (columns * cut).sum() / cut.sum() == pytest.approx(slip.width * across, abs=1)
    assert (rows * cut).sum() / cut.sum() == pytest.approx(slip.height * down, abs=1)


@given(width=st.floats(1, 50), height=st.floats(1, 50), lean=st.floats(-20, 20))
def test_boxes_of_an_upright_slip_are_only_moved_and_of_a_leaning_one_keep_their_diagonal(
    width, height, lean
):
    box = Box(5, 7, width, height)
    upright = FoundSlip(100, 200, 60, 300, 0).on_scan(box)
    assert upright.xywh == pytest.approx((75, 57, width, height))
    turned = FoundSlip(100, 200, 60, 300, lean).on_scan(box)
    assert turned.width**2 + turned.height**2 == pytest.approx(width**2 + height**2)


def test_two_leaning_slips_on_a_dark_ground_are_read_in_order(mini):
    written = [slip for slip in read_slips([mini]) if len(slip.boxes) > 12][:2]
    strips = [
        Strip(np.float32(slip.pixels / 255), [tuple(map(int, b.xywh)) for b in slip.boxes])
        for slip in written
    ]
    dark = next(
        scan
        for scan in (lay_out(strips, np.random.default_rng(seed), tilt=4) for seed in range(50))
        if scan.image[0, 0] < 50
    )
    found = Detector.load().detect(dark.image)
    gold = [Box(*box) for box in dark.boxes]
    met = [max(range(len(gold)), key=lambda n: gold[n].iou(box)) for box in found]
    right = [n for n, box in zip(met, found, strict=True) if gold[n].iou(box) >= 0.5]
    assert right == sorted(set(right))
    assert len(right) >= 0.9 * len(gold)
