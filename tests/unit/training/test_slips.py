import numpy as np
import pytest

from cbs_bench.training.slips import composed, composed_slips, made_scans


@pytest.fixture
def crops():
    """Crosses on paper."""
    crop = np.full((40, 36), 220, np.uint8)
    crop[:, 14:22] = crop[16:24] = 20
    return [crop]


@pytest.fixture
def scans(crops):
    generator = np.random.default_rng(8)
    return made_scans(composed(crops, generator), 40, generator, "validation")


def test_every_character_of_a_made_scan_is_ink_in_a_box_on_it(scans):
    assert {scan.split for scan in scans} == {"validation"}
    for scan in scans:
        height, width = scan.pixels.shape
        for box in scan.boxes:
            x, y = box.x + box.width / 2, box.y + box.height / 2
            assert 0 < x < width
            assert 0 < y < height
    inked = [
        scan.pixels[int(b.y + b.height / 2), int(b.x + b.width / 2)] < np.median(scan.pixels)
        for scan in scans
        for b in scan.boxes
    ]
    # A dark table may be darker than ink.
    assert np.mean(inked) > 0.6


def test_made_scans_show_slips_cut_to_their_edges_and_slips_on_a_ground(scans):
    widths = [scan.pixels.shape[1] / scan.width for scan in scans]
    assert min(widths) == 1
    assert max(widths) > 2.5
    assert all(0.5 < b.width / scan.width < 1.2 for scan in scans for b in scan.boxes)


def test_composed_slips_are_seeded(crops):
    first, again = (composed_slips(crops, 3, seed=4) for _ in range(2))
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, again, strict=True))
    assert [slip.boxes for slip in first] == [slip.boxes for slip in again]
