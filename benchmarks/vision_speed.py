"""How long the eyes take for a glyph, beside two others in the same run.

Called by :mod:`benchmarks.vision`. Ours reads whole scans, as ``cbs-bench tokenize`` does. The
paper's recipe is one pass of its detector a scan and one pass of its classifier a glyph, without
what lies around the networks. RapidOCR is measured twice: as it comes, on whole scans, where it
reads what lines it finds; and as a recogniser of every gold crop after one detection a scan.

The contestants take turns, so that whatever else the machine does falls on all of them; the
best round of each counts, and the ratio of each round is given as a spread.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from baselines._rapidocr import as_bgr, open_engine
from cbs_bench.errors import InputError
from cbs_bench.optional import load_optional
from cbs_bench.tokenizer.reading import SlipReader
from cbs_bench.types import Box
from cbs_bench.vision import Detector, Recognizer
from cbs_bench.vision.images import Pixels
from cbs_bench.vision.session import threads

ROUNDS = 7
PASSES = 2
"""Of the paper's networks in each round; they take a tenth of a second each."""

Figures = dict[str, Any]
Scan = tuple[Pixels, list[Box]]
Contestant = Callable[[], float]
"""Does its work once and says how many seconds the whole takes it."""


def speed(
    detector: Detector,
    recognizer: Recognizer,
    scans: Sequence[Scan],
    left_out: Callable[[str], None],
) -> Figures:
    """Milliseconds a gold glyph of every contestant, and how many times ours each one takes.

    Args:
        detector: Ours.
        recognizer: Ours.
        scans: With the boxes of their glyphs.
        left_out: Told which contestant is missing, and why.
    """
    reader = SlipReader(detector, recognizer)
    contestants: dict[str, Contestant] = {
        "ours": _timed(lambda: [reader.read(image) for image, _ in scans])
    }
    with tempfile.TemporaryDirectory() as folder:
        for add in (_paper_recipe, _rapidocr):
            try:
                contestants |= add(scans, Path(folder))
            except InputError as error:
                left_out(f"speed: {error}")
    glyphs = sum(len(boxes) for _, boxes in scans)
    seconds = _rounds(contestants)
    ours = seconds.pop("ours")
    figures = {
        "scans": len(scans),
        "glyphs": glyphs,
        "threads": threads(),
        "ours": _a_glyph(ours, glyphs),
    }
    for name, theirs in seconds.items():
        ratios = theirs / ours
        figures[name] = {
            **_a_glyph(theirs, glyphs),
            "times_ours": round(float(theirs.min() / ours.min()), 1),
            "times_ours_median": round(float(np.median(ratios)), 1),
        }
    return figures


def _rounds(contestants: dict[str, Contestant]) -> dict[str, np.ndarray]:
    """Seconds of each contestant in each round, after one to warm up."""
    rounds = [[work() for work in contestants.values()] for _ in range(ROUNDS + 1)][1:]
    return dict(zip(contestants, np.array(rounds).T, strict=True))


def _a_glyph(seconds: np.ndarray, glyphs: int) -> Figures:
    return {
        "ms_a_glyph": round(1000 * float(seconds.min()) / glyphs, 3),
        "ms_a_glyph_median": round(1000 * float(np.median(seconds)) / glyphs, 3),
    }


def _paper_recipe(scans: Sequence[Scan], folder: Path) -> dict[str, Contestant]:
    load_optional("torch", install="cbs-bench[train]")
    from benchmarks.paper_recipe import export

    detector, classifier = (
        onnxruntime.InferenceSession(str(path), _their_options()) for path in export(folder)
    )
    glyphs = sum(len(boxes) for _, boxes in scans)
    a_scan, a_glyph = _timed(_passes(detector, 640)), _timed(_passes(classifier, 224))
    return {"paper_recipe": lambda: (len(scans) * a_scan() + glyphs * a_glyph()) / PASSES}


def _rapidocr(scans: Sequence[Scan], _: Path) -> dict[str, Contestant]:
    engine, reader = open_engine(), open_engine(use_det=False)
    detector = open_engine(use_rec=False)
    pictures = [as_bgr(image) for image, _ in scans]
    crops = [_crop(p, b) for p, (_, boxes) in zip(pictures, scans, strict=True) for b in boxes]
    return {
        "rapidocr": _timed(lambda: [engine(picture) for picture in pictures]),
        "rapidocr_on_every_glyph": _timed(
            lambda: ([detector(picture) for picture in pictures], reader.recognize_txt(crops))
        ),
    }


def _their_options() -> onnxruntime.SessionOptions:
    """As many threads as ours, in the way onnxruntime runs fastest."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads()
    return options


def _passes(session: onnxruntime.InferenceSession, side: int) -> Callable[[], object]:
    pixels = np.zeros((1, 3, side, side), np.float32)
    name = session.get_inputs()[0].name
    return lambda: [session.run(None, {name: pixels}) for _ in range(PASSES)]


def _timed(work: Callable[[], object]) -> Contestant:
    def seconds() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return seconds


def _crop(image: Pixels, box: Box) -> Pixels:
    top, left = max(int(box.y), 0), max(int(box.x), 0)
    return image[top : int(box.y + box.height) + 1, left : int(box.x + box.width) + 1]
