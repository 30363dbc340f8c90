"""Finds the slips on a scan: where each lies, how it leans, and how to cut it out upright.

The ground of a scan (paper, cloth, a black table) is even and reaches the scan's edge, while
bamboo has fibres and ink. What is not ground falls into connected regions; the long ones are
slips. A scan cut to the edges of one slip shows no ground, so no slip is told apart on it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from cbs_bench.types import Box
from cbs_bench.vision.images import Pixels
from cbs_bench.vision.reading_order import reading_order

WORKING_SIDE = 1600
"""Pixels: the longer side of a scan, at most, while slips are looked for."""

ACROSS, ALONG = 1, 7
"""Pixels on either side of each one in which evenness is measured: the ground between two slips
may be narrow, but it is long."""

EVEN = 2.0
"""Times the noise of a scan's evenest tenth that its ground may show."""

LEAST_NOISE = 2.0
"""Grey levels; a ground that is clipped to white has none of its own."""

SPECK = 3
"""Pixels: what is smaller is noise."""

GAP = 1 / 64
"""Of the longer side: what is bridged along a slip as pale as the ground between its graphs."""

LEAST_GROUND = 0.1
"""Share of the scan; with less there is no ground to tell slips from."""

THINNING = 8
"""One pixel of a region out of so many says enough."""

LONG = 3.0
"""Times its width: a region as long as that shows which way it leans."""

LEAST_FILLED = 0.7
"""Share of its rectangle that a region of one slip covers."""

CRUMBS = (1, 99)
"""Percentiles of a region's pixels between which its sides are."""

STEEPEST = 20.0
"""Degrees that a slip may lean."""

LEAST_WIDTH = 0.5
"""Of the slips' usual width: narrower regions are labels, rulers and dirt."""

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FoundSlip:
    """A leaning rectangle on a scan.

    Attributes:
        x: Of its centre, in pixels of the scan.
        y: Of its centre.
        width: Across the slip.
        height: Along the slip.
        lean: Degrees that its upper end leans to the right.
    """

    x: float
    y: float
    width: float
    height: float
    lean: float

    def cut(self, grey: Pixels) -> Pixels:
        """The slip upright, ``[height, width]``, at the scale of the scan."""
        size = (max(round(self.width), 1), max(round(self.height), 1))
        upright: Pixels = cv2.warpAffine(
            grey, self._onto_cut(), size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return upright

    def on_scan(self, box: Box) -> Box:
        """A box of the cut slip where it lies on the scan.

        It is upright again: the box of the turned ellipse in ``box``, for ink fills no corners.
        """
        back = cv2.invertAffineTransform(self._onto_cut())
        x, y = back @ (box.x + box.width / 2, box.y + box.height / 2, 1)
        cosine, sine = math.cos(math.radians(self.lean)), math.sin(math.radians(self.lean))
        across = math.hypot(box.width * cosine, box.height * sine)
        down = math.hypot(box.width * sine, box.height * cosine)
        return Box(float(x) - across / 2, float(y) - down / 2, across, down, box.confidence)

    def _onto_cut(self) -> Matrix:
        """From pixels of the scan to pixels of the cut slip, ``[2, 3]``."""
        matrix = _turn(self.lean, self.x, self.y)
        matrix[:, 2] += (self.width / 2 - self.x, self.height / 2 - self.y)
        return matrix


def find_slips(grey: Pixels) -> list[FoundSlip]:
    """Slips in reading order; none where they cannot be told from a ground.

    Args:
        grey: The scan, ``[height, width]``.
    """
    scale = min(WORKING_SIDE / max(grey.shape), 1.0)
    if min(grey.shape) * scale < 1:  # a thread, of which no pixel would be left
        return []
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    regions = _regions(small)
    alone = [_rectangle(region, _lean(region)) for region in regions]
    straight = [_is_slip(slip, region) for slip, region in zip(alone, regions, strict=True)]
    sure = _longest([slip for slip, sure in zip(alone, straight, strict=True) if sure])
    if not sure:
        return []
    usual = float(np.median([slip.width for slip in sure]))
    lean = float(np.median([slip.lean for slip in sure]))
    slips = [
        slip if sure else _rectangle(region, lean)
        for slip, sure, region in zip(alone, straight, regions, strict=True)
    ]
    wide = [slip for slip in slips if min(slip.width, slip.height) >= LEAST_WIDTH * usual]
    return _in_order([_scaled(slip, 1 / scale) for slip in wide], lean)


def _regions(small: Pixels) -> list[Points]:
    """Some pixels ``[n, 2]``, as x and y, of each region that is not ground, without holes."""
    beside = _beside_ground(small)
    if beside is None:
        return []
    contours, _ = cv2.findContours(beside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    regions: list[Points] = []
    for contour in contours:
        left, top, width, height = cv2.boundingRect(contour)
        filled = np.zeros((height, width), np.uint8)
        cv2.drawContours(filled, [contour], -1, 1, cv2.FILLED, offset=(-left, -top))
        rows, columns = (place[::THINNING] for place in np.nonzero(filled))
        regions.append(np.stack([columns + left, rows + top], axis=1).astype(np.float64))
    return regions


def _beside_ground(small: Pixels) -> Mask | None:
    """What is not ground, as 255, where there is a ground: an even part that reaches the edge."""
    spread = _spread(small)
    noise = max(float(np.percentile(spread, 10)), LEAST_NOISE)
    count, names = cv2.connectedComponents(np.uint8(spread <= EVEN * noise), connectivity=4)
    reaches_edge = np.zeros(count, dtype=bool)
    for edge in (names[0], names[-1], names[:, 0], names[:, -1]):
        reaches_edge[edge] = True
    reaches_edge[0] = False  # what is not even
    ground = reaches_edge[names]
    if ground.mean() < LEAST_GROUND:
        return None
    beside = np.where(ground, 0, 255).astype(np.uint8)
    specks = cv2.getStructuringElement(cv2.MORPH_RECT, (SPECK, SPECK))
    along = (SPECK, max(round(GAP * max(small.shape)), SPECK))
    bridged: Mask = cv2.morphologyEx(
        cv2.morphologyEx(beside, cv2.MORPH_OPEN, specks),
        cv2.MORPH_CLOSE,
        cv2.getStructuringElement(cv2.MORPH_RECT, along),
    )
    return bridged


def _spread(small: Pixels) -> npt.NDArray[np.float32]:
    """Standard deviation around each pixel, in grey levels."""
    values = small.astype(np.float32)
    window = (2 * ACROSS + 1, 2 * ALONG + 1)
    mean, square = cv2.blur(values, window), cv2.blur(values * values, window)
    spread: npt.NDArray[np.float32] = np.sqrt(np.maximum(square - mean * mean, 0))
    return spread


def _lean(region: Points) -> float:
    """Degrees that the upper end of the principal axis leans to the right."""
    across, down = (region - region.mean(axis=0)).T
    mixed, difference = 2 * (across @ down), across @ across - down @ down
    return math.degrees(math.atan2(mixed, difference) / 2) % 180 - 90


def _rectangle(region: Points, lean: float) -> FoundSlip:
    """The rectangle around a region, without the crumbs that hang on to its sides."""
    turn = _turn(lean, 0, 0)[:, :2]
    across, down = turn @ region.T
    left, right = np.percentile(across, CRUMBS)
    top, bottom = down.min(), down.max()
    x, y = turn.T @ ((left + right) / 2, (top + bottom) / 2)
    # Evenness was measured beyond the edges too.
    width, height = right - left + 1 - 2 * ACROSS, bottom - top + 1 - 2 * ALONG
    return FoundSlip(float(x), float(y), max(float(width), 1.0), max(float(height), 1.0), lean)


def _is_slip(slip: FoundSlip, region: Points) -> bool:
    """Whether a region is long and straight enough to show by itself which way it leans."""
    long = slip.height >= LONG * slip.width and abs(slip.lean) <= STEEPEST
    return long and THINNING * len(region) >= LEAST_FILLED * slip.width * slip.height


def _longest(slips: Sequence[FoundSlip]) -> list[FoundSlip]:
    """Those that are no small part of the longest one, as the ticks of a ruler are."""
    return [slip for slip in slips if 2 * slip.height >= max(s.height for s in slips)]


def _scaled(slip: FoundSlip, by: float) -> FoundSlip:
    return FoundSlip(slip.x * by, slip.y * by, slip.width * by, slip.height * by, slip.lean)


def _in_order(slips: Sequence[FoundSlip], lean: float) -> list[FoundSlip]:
    """From right to left, and downwards where one lies below the other."""
    turn = _turn(lean, 0, 0)[:, :2]
    places = {}
    for slip in slips:
        x, y = turn @ (slip.x, slip.y)
        box = Box(x - slip.width / 2, y - slip.height / 2, slip.width, slip.height)
        places[box] = slip
    return [places[box] for box in reading_order(list(places))]


def _turn(degrees: float, x: float, y: float) -> Matrix:
    """Rotation against the clock about a point, ``[2, 3]``."""
    return np.asarray(cv2.getRotationMatrix2D((x, y), degrees, 1.0), dtype=np.float64)
