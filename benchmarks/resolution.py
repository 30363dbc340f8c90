"""How small glyphs may be on a scan and still be read: slips scaled down step by step.

    python -m benchmarks.resolution --data build/laozi

The test split is left out: the least size that is not remarked upon was chosen by this table.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bad_input import in_one_line
from cbs_bench.dataset.gold import gold_rows
from cbs_bench.tokenizer.reading import SlipReader, median_size
from cbs_bench.types import Box
from cbs_bench.vision.images import load_image, resize, to_grey

SCALES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)


@dataclass
class Count:
    """Over the slips of a size: glyphs read rightly, and the sure ones among all."""

    slips: int = 0
    right: int = 0
    right_at_full_size: int = 0
    sure: int = 0
    sure_and_wrong: int = 0


def counts(slips: SlipReader, rows: Iterator[dict[str, object]]) -> dict[int, Count]:
    """What is right, by the median size of the glyphs found, in whole pixels."""
    found: dict[int, Count] = defaultdict(Count)
    for row in rows:
        pixels = to_grey(load_image(row["image"]["bytes"]))
        objects = row["objects"]
        at_full_size = None
        for scale in SCALES:
            gold = [Box(*(side * scale for side in bbox)) for bbox in objects["bbox"]]
            glyphs = slips.read(resize(pixels, scale))
            right = [
                any(
                    glyph.graph == graph and glyph.box.iou(box) >= 0.5
                    for box, graph in zip(gold, objects["graph"], strict=True)
                )
                for glyph in glyphs
            ]
            at_full_size = sum(right) if at_full_size is None else at_full_size
            count = found[int(median_size(glyphs))]
            count.slips += 1
            count.right += sum(right)
            count.right_at_full_size += at_full_size
            count.sure += sum(glyph.sure for glyph in glyphs)
            count.sure_and_wrong += sum(
                glyph.sure and not ok for glyph, ok in zip(glyphs, right, strict=True)
            )
    return found


@in_one_line("benchmarks.resolution")
def main(arguments: Sequence[str] | None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="a built dataset of real slips")
    options = parser.parse_args(arguments)
    slips = SlipReader.load()
    rows = (
        row for split in ("train", "validation") for row in gold_rows(options.data, "slips", split)
    )
    found = counts(slips, rows)
    print("| pixels of a glyph | slips | right, of those at full size | wrong, of the sure |")
    print("|---|---:|---:|---:|")
    for size, count in sorted(found.items()):
        right = count.right / max(count.right_at_full_size, 1)
        wrong = count.sure_and_wrong / max(count.sure, 1)
        print(f"| {size} | {count.slips} | {right:.1%} | {wrong:.1%} |")


if __name__ == "__main__":
    raise SystemExit(main())
