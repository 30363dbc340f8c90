"""How fast, and in how much memory, a corpus of the true size of CHUBS is built.

Makes an archive in the layout of CHUBS by perturbing the rendered glyphs of the embedded corpus,
builds it with ``cbs-bench`` and with plain ``Dataset.from_generator`` + ``to_parquet``, each in a
process of its own, and prints both side by side::

    python benchmarks/build.py --rows 102722 --workers 2
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TRUE_SIZE = 102_722
GLYPHS_PER_SLIP = 20
SLIPS_PER_DOCUMENT = 31
COLUMNS = ("", "seconds", "CPU seconds", "rows/s", "peak MiB", "Parquet MiB")
SOURCES = ("清華簡", "上博簡", "包山簡", "郭店簡", "葛陵簡", "曾侯乙簡")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=TRUE_SIZE)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=tuple(WAYS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.folder, options.workers)))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for rows in (options.rows // 4, options.rows):
            folder = Path(name) / str(rows)
            folder.mkdir()
            make_corpus(folder / "glyphs.zip", rows, options.seed)
            raw = (folder / "glyphs.zip").stat().st_size
            print(f"\n{rows:,} crops, {raw / 2**20:.0f} MiB, {options.workers} workers")
            print("".join(f"{title:>16}" for title in COLUMNS))
            for way in WAYS:
                print_line(way, rows, in_a_fresh_process(way, folder, options.workers))


def print_line(way: str, rows: int, found: dict[str, Any]) -> None:
    values = (
        found["seconds"],
        found["cpu"],
        rows / found["seconds"],
        found["peak"] / 2**20,
        found["bytes"] / 2**20,
    )
    print(f"{way:>16}" + "".join(f"{value:>16,.1f}" for value in values), flush=True)


def in_a_fresh_process(way: str, folder: Path, workers: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--only", way, "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--workers", str(workers)], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(way: str, folder: Path, workers: int) -> dict[str, Any]:
    """What one way takes; the peak is that of the largest process."""
    start = time.perf_counter()
    out = folder / way
    WAYS[way](folder / "glyphs.zip", out, workers)
    seconds = time.perf_counter() - start
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    size = sum(path.stat().st_size for path in out.rglob("*.parquet"))
    return {
        "seconds": seconds,
        "cpu": sum(used.ru_utime + used.ru_stime for used in usage),
        "peak": max(used.ru_maxrss for used in usage) * 1024,
        "bytes": size,
    }


def with_cbs_bench(raw: Path, out: Path, workers: int) -> None:
    """Parses labels, decodes and checks every image, counts, splits, writes card and digests."""
    from cbs_bench.dataset.writer import build
    from cbs_bench.interfaces import BuildOptions

    build("chubs", raw=raw, out=out, options=BuildOptions(), workers=workers)


def with_datasets(raw: Path, out: Path, workers: int) -> None:
    """The usual recipe on the same rows: nothing is parsed, decoded or checked."""
    import datasets

    from cbs_bench.dataset.schema import features

    datasets.disable_progress_bars()
    columns = features("glyphs")
    rows = datasets.Dataset.from_generator(
        plain_rows, features=columns, gen_kwargs={"raw": [str(raw)]}, cache_dir=str(out / "cache")
    )
    del workers  # the generator of one archive cannot be divided
    rows.to_parquet(str(out / "glyphs" / "train-00000-of-00001.parquet"))


def plain_rows(raw: list[str]) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(raw[0]) as archive:
        for name in sorted(archive.namelist()):
            _, label, file = name.split("/")
            source, document, slip, rest = file.removesuffix(".png").split("_")
            yield {
                "id": file.removesuffix(".png"),
                "image": {"bytes": archive.read(name), "path": file},
                "label": label,
                "graph": label,
                "reading": label,
                "components": [],
                "encoded": True,
                "status": "encoded",
                "source": source,
                "document": document,
                "slip": slip,
                "position": int(rest.rpartition("-")[2]),
            }


WAYS = {"cbs-bench": with_cbs_bench, "from_generator": with_datasets}


def make_corpus(path: Path, rows: int, seed: int) -> None:
    """An archive of ``rows`` crops; like CHUBS they are JPEG data under a .png name."""
    import numpy as np

    crops = rendered_glyphs()
    choose, rng = random.Random(seed), np.random.default_rng(seed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(rows):
            label, crop = choose.choice(crops)
            slip, position = divmod(number, GLYPHS_PER_SLIP)
            document, slip = divmod(slip, SLIPS_PER_DOCUMENT)
            place = (
                f"{SOURCES[document % len(SOURCES)]}_{document:03d}_{slip}_{document:03d}-{slip}"
            )
            data = perturbed(crop, rng)
            archive.writestr(f"glyphs/{label}/{place}-{position + 1}.png", data)


def rendered_glyphs() -> list[tuple[str, Any]]:
    """Label and grey pixels of every glyph of the embedded corpus."""
    import io

    import numpy as np
    from PIL import Image

    from cbs_bench.interfaces import BUILDERS, BuildOptions, Record

    glyphs = []
    for record in BUILDERS.load("mini")(BuildOptions()).records(None):
        if isinstance(record, Record) and record.config == "glyphs":
            row = record.row
            label = (
                row["graph"]
                if row["graph"] == row["reading"]
                else f"{row['graph']}（{row['reading']}）"
            )
            with Image.open(io.BytesIO(row["image"])) as image:
                glyphs.append((label, np.asarray(image.convert("L"))))
    return glyphs


def perturbed(crop: Any, rng: Any) -> bytes:
    """A crop of about the size of those in CHUBS, turned, lit and noisy in its own way."""
    import cv2
    import numpy as np

    height, width = (int(rng.integers(60, 140)), int(rng.integers(45, 85)))
    image = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2), rng.uniform(-8, 8), rng.uniform(0.85, 1)
    )
    image = cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    noise = rng.normal(0, 5, image.shape)
    lit = np.clip(image * rng.uniform(0.7, 1.1) + noise, 0, 255).astype(np.uint8)
    colour = cv2.cvtColor(lit, cv2.COLOR_GRAY2BGR)
    return bytes(cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_QUALITY, 88])[1])


if __name__ == "__main__":
    main()
