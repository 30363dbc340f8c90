"""Measures the vision models on the test splits of built datasets.

    python -m benchmarks.vision --data build/chubs build/laozi --json vision.json

Detection stands beside the projection-profile baseline. Recognition is told apart by whether
the graph had a real training crop. Speed is timed in the same run as networks of the size the
paper uses (needs the extra ``train``; left out with ``--no-paper-recipe``).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from cbs_bench.dataset import reader
from cbs_bench.metrics.calibration import expected_calibration_error, risk_coverage
from cbs_bench.metrics.detection import average_precision, detection_counts
from cbs_bench.metrics.spans import Counts
from cbs_bench.script.components import decompose
from cbs_bench.training.crops import Crop, read_crops
from cbs_bench.types import Box
from cbs_bench.vision import Detector, Recognition, Recognizer
from cbs_bench.vision.images import Pixels, load_image
from cbs_bench.vision.projection import ProjectionDetector

CLASS_SIZES = ((1, 2), (3, 5), (6, 10), (11, 10**6))
REPEATS = 3

Figures = dict[str, Any]
Scan = tuple[Pixels, list[Box]]


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parse(arguments)
    detector, recognizer = Detector.load(options.detector), Recognizer.load(options.recognizer)
    splits = reader.SPLITS if options.all_scans else ("test",)
    scans = [scan for folder in options.data for scan in scans_of(folder, splits)]
    crops = read_crops(options.data)
    figures: Figures = {
        "detection": {
            "model": detection(detector.detect, scans),
            "projection": detection(ProjectionDetector().detect, scans),
        },
        "recognition": recognition(recognizer, crops),
        "speed": speed(detector, recognizer, scans),
    }
    if options.paper_recipe:
        figures["speed"] |= paper_speed(scans, figures["speed"]["glyphs"])
    text = json.dumps(figures, ensure_ascii=False, indent=2)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


def scans_of(folder: Path, splits: Sequence[str]) -> list[Scan]:
    """Scans and gold boxes of ``splits``; none where the dataset has no scans."""
    if "slips" not in reader.configs(folder):
        return []
    return [
        (load_image(row["image"]["bytes"]), [Box(*box) for box in row["objects"]["bbox"]])
        for split in splits
        for row in reader.rows(folder, "slips", split)
    ]


def detection(detect: Callable[[Pixels], list[Box]], scans: Sequence[Scan]) -> Figures:
    """Precision, recall and F1 at IoU 0.5, and AP50, over all scans."""
    found = [(detect(image), gold) for image, gold in scans]
    counts = sum((detection_counts(boxes, gold) for boxes, gold in found), Counts())
    return {
        "scans": len(scans),
        "glyphs": counts.gold,
        "precision": round(counts.precision, 4),
        "recall": round(counts.recall, 4),
        "f1": round(counts.f1, 4),
        "ap50": round(average_precision(found), 4),
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
    right = predicted = gold = 0
    for crop, got in pairs:
        wanted, shown = Counter(decompose(crop.graph)), Counter(got.components)
        if wanted:
            right += (wanted & shown).total()
            predicted += shown.total()
            gold += wanted.total()
    return round(2 * right / (predicted + gold), 4) if gold else None


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


def speed(detector: Detector, recognizer: Recognizer, scans: Sequence[Scan]) -> Figures:
    """Milliseconds a glyph, detection and recognition together, best of a few runs."""
    crops = [_crop(image, box) for image, boxes in scans for box in boxes]
    seconds = _best(lambda: [detector.detect(image) for image, _ in scans])
    seconds += _best(lambda: recognizer.predict(crops))
    return {"glyphs": len(crops), "ms_per_glyph": round(1000 * seconds / len(crops), 3)}


def paper_speed(scans: Sequence[Scan], glyphs: int) -> Figures:
    """The same for a detector pass a scan and a classifier pass a glyph, random weights."""
    from benchmarks.paper_recipe import export

    with tempfile.TemporaryDirectory() as folder:
        detector, classifier = (onnxruntime.InferenceSession(str(p)) for p in export(Path(folder)))
        a_scan = _pass(detector, side=640)
        a_crop = _pass(classifier, side=224)
    milliseconds = 1000 * (len(scans) * a_scan + glyphs * a_crop) / glyphs
    return {"paper_recipe_ms_per_glyph": round(milliseconds, 3)}


def _pass(session: onnxruntime.InferenceSession, *, side: int) -> float:
    pixels = np.zeros((1, 3, side, side), np.float32)
    return _best(lambda: session.run(None, {session.get_inputs()[0].name: pixels}))


def _best(work: Callable[[], object]) -> float:
    work()
    timings = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        timings.append(time.perf_counter() - start)
    return min(timings)


def _crop(image: Pixels, box: Box) -> Pixels:
    top, left = max(int(box.y), 0), max(int(box.x), 0)
    return image[top : int(box.y + box.height) + 1, left : int(box.x + box.width) + 1]


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="built datasets")
    parser.add_argument("--detector", type=Path, help="model folder; default: the shipped one")
    parser.add_argument("--recognizer", type=Path, help="model folder; default: the shipped one")
    parser.add_argument(
        "--all-scans", action="store_true", help="detect on every split, if no model saw the scans"
    )
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--paper-recipe", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
