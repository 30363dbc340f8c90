"""What a detector meets on scans, each situation apart, with known boxes.

    python -m benchmarks.situations --data build/chubs build/laozi

Scans are put together from the crops of the test split, which no shipped detector was trained
on, by the program that also makes its training scans: these figures tell situations apart.
Photographed slips, of which none was trained on either, are laid on a ground by the same program;
how the detector does on them as they are is measured by ``benchmarks.vision``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from baselines.detectors.projection import ProjectionDetector
from benchmarks.bad_input import in_one_line
from benchmarks.vision import held_out
from cbs_bench.dataset.gold import lack_of_gold
from cbs_bench.dataset.reader import SPLITS
from cbs_bench.interfaces import GlyphDetector
from cbs_bench.metrics.align import match_boxes
from cbs_bench.metrics.detection import detection_scores
from cbs_bench.rendering.bamboo import damage, photograph
from cbs_bench.rendering.marks import mark_gaps
from cbs_bench.rendering.sheet import Sheet, lay_out
from cbs_bench.rendering.slip import Strip
from cbs_bench.training.slips import Slip, compose_strip, read_slips
from cbs_bench.types import Box
from cbs_bench.vision import Detector
from cbs_bench.vision.images import Pixels

SEED = 20
SCANS = 20
ENLARGEMENT = 2
"""Of photographed slips, which are 15 to 40 pixels wide."""

Generator = np.random.Generator
Crops = Sequence[Pixels]
Figures = dict[str, Any]


def strip(crops: Crops, generator: Generator) -> Sheet:
    """One slip cut to its edges: the composed slips of the goal for AP50."""
    return _cut(_strip(crops, generator), generator)


def tall(crops: Crops, generator: Generator) -> Sheet:
    """A slip 15,000 to 20,000 pixels high."""
    return _cut(_strip(crops, generator, count=300, width=60), generator)


def marks(crops: Crops, generator: Generator) -> Sheet:
    """A mark in every gap that has room for one."""
    return _cut(_strip(crops, generator, chance=1.0), generator)


def tilted(crops: Crops, generator: Generator) -> Sheet:
    """One slip that leans by 1 to 5 degrees."""
    lean = float(generator.uniform(1, 5) * generator.choice([-1, 1]))
    return lay_out([_strip(crops, generator)], generator, tilt=lean)


def sheet(crops: Crops, generator: Generator) -> Sheet:
    """Two to eight slips side by side."""
    return lay_out(_group(crops, generator), generator)


def leaning_sheet(crops: Crops, generator: Generator) -> Sheet:
    """Two to eight slips that lean by 1 to 5 degrees."""
    lean = float(generator.uniform(1, 5) * generator.choice([-1, 1]))
    return lay_out(_group(crops, generator), generator, tilt=lean)


def labels(crops: Crops, generator: Generator) -> Sheet:
    """Slips among numbers, a ruler and a grey scale."""
    return lay_out(_group(crops, generator), generator, labels=True)


def photographs(slips: Sequence[Slip], generator: Generator) -> list[Sheet]:
    """Photographed slips, three to a scan, that lean by 1 to 5 degrees."""
    sheets: list[Sheet] = []
    for first in range(0, len(slips), 3):
        group = [_enlarged(slip) for slip in slips[first : first + 3]]
        lean = float(generator.uniform(1, 5) * generator.choice([-1, 1]))
        sheets.append(lay_out(group, generator, tilt=lean))
    return sheets


SITUATIONS: dict[str, tuple[Callable[[Crops, Generator], Sheet], int]] = {
    "strip": (strip, SCANS),
    "tall": (tall, 2),
    "marks": (marks, SCANS),
    "tilted": (tilted, SCANS),
    "sheet": (sheet, SCANS),
    "leaning_sheet": (leaning_sheet, SCANS),
    "labels": (labels, SCANS),
}


def situations(detector: GlyphDetector, crops: Crops, slips: Sequence[Slip]) -> Figures:
    """F1, AP50 and reading order of the detector in each situation, F1 of the baseline.

    Args:
        detector: To be measured.
        crops: To make scans of; without any, only photographs are measured.
        slips: Photographed ones, which may be none.
    """
    scans: dict[str, list[Sheet]] = {}
    for name, (make, count) in SITUATIONS.items() if crops else ():
        generator = np.random.default_rng(SEED)
        scans[name] = [make(crops, generator) for _ in range(count)]
    if slips:
        scans["photographs"] = photographs(slips, np.random.default_rng(SEED))
    figures: Figures = {}
    for name, sheets in scans.items():
        pairs = [(scan.image, [Box(*box) for box in scan.boxes]) for scan in sheets]
        figures[name] = {
            **measure(detector, pairs),
            "projection_f1": measure(ProjectionDetector(), pairs)["f1"],
        }
    return figures


def measure(detector: GlyphDetector, scans: Sequence[tuple[Pixels, list[Box]]]) -> Figures:
    """F1 at the detector's threshold, AP50 far below it, and how the found boxes are ordered."""
    found = [(detector.detect(image), gold) for image, gold in scans]
    ranked = [(detector.rank(image), gold) for image, gold in scans]
    return {
        "scans": len(scans),
        **detection_scores(found, ranked),
        "in_order": round(float(np.mean([in_order(*pair) for pair in found])), 4),
    }


def in_order(found: Sequence[Box], gold: Sequence[Box]) -> float:
    """Share of neighbours among the matched boxes that are read in the right order."""
    places = [place for _, place in sorted((i, j) for i, j, *_ in match_boxes(found, gold))]
    steps = [after > before for before, after in pairwise(places)]
    return float(np.mean(steps)) if steps else 1.0


def _strip(
    crops: Crops,
    generator: Generator,
    *,
    count: int | None = None,
    width: int | None = None,
    chance: float = 0.0,
) -> Strip:
    written = compose_strip(
        crops,
        generator,
        count=count or int(generator.integers(8, 24)),
        width=width or int(generator.integers(24, 97)),
    )
    mark_gaps(written.surface, written.boxes, generator, chance=chance)
    return Strip(damage(written.surface, generator, 1.0), written.boxes)


def _group(crops: Crops, generator: Generator) -> list[Strip]:
    width = int(generator.integers(24, 97))
    return [
        _strip(crops, generator, width=int(width * generator.uniform(0.9, 1.1)))
        for _ in range(int(generator.integers(2, 9)))
    ]


def _enlarged(slip: Slip) -> Strip:
    how = cv2.INTER_CUBIC
    large = cv2.resize(slip.pixels, None, fx=ENLARGEMENT, fy=ENLARGEMENT, interpolation=how)
    places = np.round(ENLARGEMENT * np.array([box.xywh for box in slip.boxes])).astype(int)
    return Strip(np.float32(large / 255), [(x, y, w, h) for x, y, w, h in places.tolist()])


def _cut(strip: Strip, generator: Generator) -> Sheet:
    return Sheet(photograph(strip.surface, generator), [(*map(float, b),) for b in strip.boxes])


@in_one_line("benchmarks.situations")
def main(arguments: Sequence[str] | None) -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="built datasets")
    parser.add_argument("--detector", type=Path, help="model folder; default: the shipped one")
    options = parser.parse_args(arguments)
    crops = [crop.pixels for crop in held_out(options.data)]
    slips = read_slips(options.data)
    if not crops and not slips:
        problem, remedy = "no test crop and no scan", "build from more data"
        raise lack_of_gold(problem, options.data, "slips", SPLITS, remedy)
    figures = situations(Detector.load(options.detector), crops, slips)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
