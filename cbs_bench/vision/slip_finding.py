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

REACH = 3
"""Pixels around each one in which evenness is measured."""

EVEN = 2.0
"""Times the noise of a scan's evenest tenth that its ground may show."""

LEAST_NOISE = 2.0
"""Grey levels; a ground that is clipped to white has none of its own."""

GAP = 1 / 64
"""Of the longer side: what is bridged along a slip as pale as the ground between its graphs."""

LEAST_GROUND = 0.1
"""Share of the scan; with less there is no ground to tell slips from."""

LONG = 3.0
"""Times its width: a region as long as that shows which way it leans."""

LEAST_FILLED = 0.7
"""Share of its rectangle that a region of one slip covers."""

STEEPEST = 20.0
"""Degrees that a slip may lean."""

LEAST_WIDTH = 0.5
"""Of the slips' usual width: narrower regions are labels, rulers and dirt."""

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.uint8]
Contour = npt.NDArray[np.int32]


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
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    beside = _beside_ground(small)
    if beside is None:
        return []
    contours, _ = cv2.findContours(beside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    sure = [slip for contour in contours if (slip := _long_slip(contour))]
    if not sure:
        return []
    usual = float(np.median([slip.width for slip in sure]))
    lean = float(np.median([slip.lean for slip in sure]))
    slips = [_long_slip(contour) or _at_lean(contour, lean) for contour in contours]
    wide = [slip for slip in slips if min(slip.width, slip.height) >= LEAST_WIDTH * usual]
    return _in_order([_scaled(slip, 1 / scale) for slip in wide], lean)


def _beside_ground(small: Pixels) -> Mask | None:
    """What is not ground, as 255, where there is a ground: an even part that reaches the edge."""
    spread = _spread(small)
    noise = max(float(np.percentile(spread, 10)), LEAST_NOISE)
    _, names = cv2.connectedComponents(np.uint8(spread <= EVEN * noise), connectivity=4)
    rim = np.unique(np.concatenate([names[0], names[-1], names[:, 0], names[:, -1]]))
    ground = np.isin(names, rim[rim > 0])
    if ground.mean() < LEAST_GROUND:
        return None
    beside = np.where(ground, 0, 255).astype(np.uint8)
    specks = cv2.getStructuringElement(cv2.MORPH_RECT, (REACH, REACH))
    along = (REACH, max(round(GAP * max(small.shape)), REACH))
    bridged: Mask = cv2.morphologyEx(
        cv2.morphologyEx(beside, cv2.MORPH_OPEN, specks),
        cv2.MORPH_CLOSE,
        cv2.getStructuringElement(cv2.MORPH_RECT, along),
    )
    return bridged


def _spread(small: Pixels) -> npt.NDArray[np.float32]:
    """Standard deviation around each pixel, in grey levels."""
    values = small.astype(np.float32)
    window = (2 * REACH + 1, 2 * REACH + 1)
    mean, square = cv2.blur(values, window), cv2.blur(values * values, window)
    spread: npt.NDArray[np.float32] = np.sqrt(np.maximum(square - mean * mean, 0))
    return spread


def _long_slip(contour: Contour) -> FoundSlip | None:
    """The slip whose outline this is, if it is long and straight enough to be one."""
    (x, y), sides, degrees = cv2.minAreaRect(contour)
    # OpenCV names the sides as it likes: the longer one is along the slip.
    width, height = min(sides), max(sides)
    turned = degrees + 90 if sides[0] > sides[1] else degrees
    lean = (turned + 90) % 180 - 90
    straight = cv2.contourArea(contour) >= LEAST_FILLED * width * height
    if height < LONG * width or not straight or abs(lean) > STEEPEST:
        return None
    return _within(FoundSlip(x, y, width, height, lean))


def _at_lean(contour: Contour, lean: float) -> FoundSlip:
    """The rectangle around an outline that says nothing itself about which way it leans."""
    turn = _turn(lean, 0, 0)
    points = contour[:, 0].astype(np.float64) @ turn[:, :2].T
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    x, y = ((left + right) / 2, (top + bottom) / 2) @ turn[:, :2]
    return _within(FoundSlip(float(x), float(y), right - left, bottom - top, lean))


def _within(slip: FoundSlip) -> FoundSlip:
    """Without the rim in which evenness was measured across the edge."""
    width, height = max(slip.width - 2 * REACH, 1.0), max(slip.height - 2 * REACH, 1.0)
    return FoundSlip(slip.x, slip.y, width, height, slip.lean)


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
