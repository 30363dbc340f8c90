"""Measures the vision models on the test splits of built datasets.

    python -m benchmarks.vision --data build/chubs build/laozi --json vision.json

Detection stands beside the projection-profile baseline: on scans, and on slips that the trainer
puts together, here from crops of the test split. Recognition is told apart by whether the graph
had a real training crop. Speed is timed beside others, see :mod:`benchmarks.vision_speed`. What
the data do not allow to measure is left out with a line that says so.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from baselines.detectors.projection import ProjectionDetector
from benchmarks.bad_input import in_one_line
from benchmarks.vision_speed import speed
from cbs_bench.dataset import reader
from cbs_bench.dataset.gold import gold_rows, lack_of_gold
from cbs_bench.interfaces import GlyphDetector
from cbs_bench.metrics.calibration import expected_calibration_error, risk_coverage
from cbs_bench.metrics.detection import COCO_THRESHOLDS, average_precision, detection_scores
from cbs_bench.metrics.multisets import multiset_f1
from cbs_bench.script.components import decompose
from cbs_bench.training.crops import Crop, read_crops
from cbs_bench.training.slips import composed_slips
from cbs_bench.types import Box
from cbs_bench.vision import Detector, Recognition, Recognizer
from cbs_bench.vision.images import Pixels, load_image

CLASS_SIZES = ((1, 2), (3, 5), (6, 10), (11, 10**6))
COMPOSED = 60
SEED = 20

Figures = dict[str, Any]
Scan = tuple[Pixels, list[Box]]


@in_one_line("benchmarks.vision")
def main(arguments: Sequence[str] | None) -> None:
    """Print the figures as JSON; what was left out goes to standard error."""
    options = _parse(arguments)
    figures = measure(options)
    text = json.dumps(figures, ensure_ascii=False, indent=2)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


def measure(options: argparse.Namespace) -> Figures:
    """Whatever the data allow to measure.

    Raises:
        InputError: If that is nothing.
    """
    detector, recognizer = Detector.load(options.detector), Recognizer.load(options.recognizer)
    named = " ".join(str(folder) for folder in options.data)
    splits = reader.SPLITS if options.all_scans else ("test",)
    scans = [scan for folder in options.data for scan in scans_of(folder, splits)]
    unseen = held_out(options.data)
    composed = composed_scans(unseen)
    crops = read_crops(options.data)
    tested = any(crop.split == "test" for crop in crops)
    if not scans and not composed and not tested:
        problem, remedy = "no test scan and no test crop", "build from more data"
        raise lack_of_gold(problem, options.data, "slips", splits, remedy)
    figures: Figures = {}
    if scans:
        figures["detection"] = detectors(detector, scans)
    else:
        _say(f"{named}: no test scans; detection on them is left out")
    if composed:
        figures["detection_composed"] = {"crops": len(unseen), **detectors(detector, composed)}
    else:
        _say(f"{named}: no test crops of slips unseen; detection on composed slips is left out")
    if tested:
        figures["recognition"] = recognition(recognizer, crops)
    else:
        _say(f"{named}: no test crops; recognition is left out")
    if options.speed and (scans or composed):
        figures["speed"] = speed(detector, recognizer, scans or composed, _say)
    return figures


def _say(line: str) -> None:
    sys.stderr.write(f"benchmarks.vision: {line}\n")


def scans_of(folder: Path, splits: Sequence[str]) -> list[Scan]:
    """Scans and gold boxes of ``splits``; none where the dataset has no scans."""
    if "slips" not in reader.configs(folder):
        return []
    return [
        (load_image(row["image"]["bytes"]), [Box(*box) for box in row["objects"]["bbox"]])
        for split in splits
        for row in gold_rows(folder, "slips", split)
    ]


def held_out(folders: Sequence[Path]) -> list[Crop]:
    """Test crops of slips that no dataset puts into its training split."""
    of_each = [read_crops([folder]) for folder in folders]
    learned = {crop.slip for crops in of_each for crop in crops if crop.split == "train"}
    found = {c.id: c for crops in of_each for c in crops if c.split == "test"}
    return [crop for crop in found.values() if crop.slip not in learned]


def composed_scans(crops: Sequence[Crop]) -> list[Scan]:
    """Slips put together from ``crops``; none where there are none."""
    if not crops:
        return []
    slips = composed_slips([crop.pixels for crop in crops], COMPOSED, SEED)
    return [(slip.pixels, slip.boxes) for slip in slips]


def detectors(detector: Detector, scans: Sequence[Scan]) -> Figures:
    """Ours beside the baseline."""
    return {
        "model": detection(detector, scans),
        "projection": detection(ProjectionDetector(), scans),
    }


def detection(detector: GlyphDetector, scans: Sequence[Scan]) -> Figures:
    """Precision, recall and F1 at IoU 0.5; average precision over boxes of any confidence."""
    found = [(detector.detect(image), gold) for image, gold in scans]
    ranked = [(detector.rank(image), gold) for image, gold in scans]
    precisions = [average_precision(ranked, threshold=t) for t in COCO_THRESHOLDS]
    return {
        "scans": len(scans),
        **detection_scores(found, ranked),
        "ap50_95": round(float(np.mean(precisions)), 4),
    }


def recognition(recognizer: Recognizer, crops: Sequence[Crop]) -> Figures:
    """Seen and unseen graphs apart, by class size, with calibration."""
    size = Counter(crop.graph for crop in crops if crop.split == "train")
    test = [crop for crop in crops if crop.split == "test"]
    pairs = list(zip(test, recognizer.predict([crop.pixels for crop in test]), strict=True))
    seen = [pair for pair in pairs if size[pair[0].graph] > 0]
    unseen = [pair for pair in pairs if size[pair[0].graph] == 0]
    by_size = {
        f"{low}-{high}" if high < 10**6 else f">{low - 1}": _accuracy(
            [pair for pair in seen if low <= size[pair[0].graph] <= high]
        )
        for low, high in CLASS_SIZES
    }
    return {
        "train_crops": sum(size.values()),
        "seen": _accuracy(seen) | {"components": _components_f1(seen)},
        "seen_3_or_more": _accuracy([pair for pair in seen if size[pair[0].graph] >= 3]),
        "unseen": _accuracy(unseen) | {"components": _components_f1(unseen)},
        "by_class_size": by_size,
        "calibration": _calibration(pairs, recognizer.threshold),
    }


def _accuracy(pairs: Sequence[tuple[Crop, Recognition]]) -> Figures:
    """Share of crops whose graph is among the first 1, 5 and 10 candidates."""
    figures: Figures = {"crops": len(pairs)}
    for depth in (1, 5, 10):
        hits = [crop.graph in [g for g, _ in got.candidates[:depth]] for crop, got in pairs]
        figures[f"top{depth}"] = round(float(np.mean(hits)), 4) if hits else None
    return figures


def _components_f1(pairs: Sequence[tuple[Crop, Recognition]]) -> float | None:
    """Micro-F1 over the multiset of components of graphs that have any."""
    rows = [(got.components, parts) for crop, got in pairs if (parts := decompose(crop.graph))]
    if not rows:
        return None
    return round(multiset_f1([shown for shown, _ in rows], [parts for _, parts in rows]), 4)


def _calibration(pairs: Sequence[tuple[Crop, Recognition]], threshold: float) -> Figures:
    confidence = np.array([got.candidates[0][1] for _, got in pairs])
    correct = np.array([got.candidates[0][0] == crop.graph for crop, got in pairs])
    sure = confidence >= threshold
    _, coverage, risk = risk_coverage(confidence, correct)
    return {
        "ece": round(expected_calibration_error(confidence, correct), 4),
        "threshold": threshold,
        "kept": round(float(sure.mean()), 4),
        "accuracy_of_kept": round(float(correct[sure].mean()), 4) if sure.any() else None,
        "risk_at_coverage": {
            f"{share:.0%}": round(float(risk[np.searchsorted(coverage, share)]), 4)
            for share in (0.25, 0.5, 0.75, 1.0)
        },
    }


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="built datasets")
    parser.add_argument("--detector", type=Path, help="model folder; default: the shipped one")
    parser.add_argument("--recognizer", type=Path, help="model folder; default: the shipped one")
    parser.add_argument(
        "--all-scans", action="store_true", help="detect on every split, if no model saw the scans"
    )
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--speed", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
