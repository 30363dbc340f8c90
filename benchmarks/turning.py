"""How often a scan that lies on a side or stands on the head is read the right way up.

    python -m benchmarks.turning --data build/laozi build/mini

The thresholds by which a scan is turned were chosen on these scans, so that others may fare worse.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.bad_input import in_one_line
from cbs_bench.tokenizer.reading import SlipReader
from cbs_bench.training.slips import read_slips
from cbs_bench.vision.turning import FULL, turned


def positions(reader: SlipReader, data: Sequence[Path]) -> Iterator[tuple[str, list[int]]]:
    """Each dataset, and how many of its scans were turned rightly in each position."""
    for folder in data:
        slips = read_slips([folder])
        right = [
            sum(
                reader.read_any_way_up(turned(slip.pixels, FULL - quarters))[1] == quarters
                for slip in slips
            )
            for quarters in range(FULL)
        ]
        yield f"{folder.name} ({len(slips)})", right


@in_one_line("benchmarks.turning")
def main(arguments: Sequence[str] | None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="built datasets")
    options = parser.parse_args(arguments)
    reader = SlipReader.load()
    print("| scans | upright | on the right side | on the head | on the left side |")
    print("|---|---:|---:|---:|---:|")
    for name, right in positions(reader, options.data):
        print(f"| {name} | {' | '.join(map(str, right))} |")


if __name__ == "__main__":
    raise SystemExit(main())
