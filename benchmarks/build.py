"""How fast, and in how much memory, a corpus of the true size of CHUBS is built.

Makes an archive in the layout of CHUBS by perturbing the rendered glyphs of the embedded corpus,
and a second one of half the size. Each is built with ``cbs-bench``, on threads and in processes,
and with plain ``Dataset.from_generator`` + ``to_parquet``: in turn, several times, in a process
each, so that what else the machine does falls on all of them::

    python benchmarks/build.py --rows 102722 --workers 2 --repeats 5
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

TRUE_SIZE = 102_722
GLYPHS_PER_SLIP = 20
SLIPS_PER_DOCUMENT = 31
COLUMNS = (
    "min s", "median s", "CPU s", "rows/s", "MiB, main", "MiB, worker", "Parquet MiB", "s / plain",
    "CPU / plain",
)  # fmt: skip
SOURCES = ("清華簡", "上博簡", "包山簡", "郭店簡", "葛陵簡", "曾侯乙簡")
PLAIN = "from_generator"

Found = list[dict[str, float]]
"""What one way took, each time."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=TRUE_SIZE)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=tuple(WAYS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.folder, options.workers)))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        fastest = []
        for rows in (options.rows // 2, options.rows):
            folder = Path(name) / str(rows)
            folder.mkdir()
            make_corpus(folder / "glyphs.zip", rows, options.seed)
            found = in_turn(folder, options.workers, options.repeats)
            raw = (folder / "glyphs.zip").stat().st_size
            print(f"\n{rows:,} crops, {raw / 2**20:.0f} MiB, {options.repeats} times each")
            print_table(rows, found)
            fastest.append({way: min(run["cpu"] for run in runs) for way, runs in found.items()})
        print("\nCPU seconds of the whole over those of half of it")
        for way in WAYS:
            print(f"{way:>24}{fastest[1][way] / fastest[0][way]:>14.2f}")


def in_turn(folder: Path, workers: int, repeats: int) -> dict[str, Found]:
    """Each way in a fresh process, one after the other, ``repeats`` times over."""
    found: dict[str, Found] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way, runs in found.items():
            command = [sys.executable, __file__, "--only", way, "--folder", str(folder)]
            command += ["--workers", str(workers)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
            shutil.rmtree(folder / way)
    return found


def print_table(rows: int, found: dict[str, Found]) -> None:
    print(" " * 24 + "".join(f"{title:>14}" for title in COLUMNS))
    plain = found[PLAIN]
    for way, runs in found.items():
        seconds, cpu = (min(run[key] for run in runs) for key in ("seconds", "cpu"))
        values = (
            seconds,
            median(run["seconds"] for run in runs),
            cpu,
            rows / seconds,
            max(run["peak"] for run in runs) / 2**20,
            max(run["peak of a worker"] for run in runs) / 2**20,
            runs[0]["bytes"] / 2**20,
        )
        ratios = (
            seconds / min(run["seconds"] for run in plain),
            cpu / min(run["cpu"] for run in plain),
        )
        print(
            f"{way:>24}"
            + "".join(f"{value:>14,.1f}" for value in values)
            + "".join(f"{ratio:>14.2f}" for ratio in ratios),
            flush=True,
        )


def measure(way: str, folder: Path, workers: int) -> dict[str, float]:
    """What one way takes: seconds, CPU seconds of all processes, and bytes."""
    start = time.perf_counter()
    out = folder / way
    WAYS[way](folder / "glyphs.zip", out, workers)
    seconds = time.perf_counter() - start
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": seconds,
        "cpu": sum(used.ru_utime + used.ru_stime for used in usage),
        "peak": usage[0].ru_maxrss * 1024,
        "peak of a worker": usage[1].ru_maxrss * 1024,
        "bytes": sum(path.stat().st_size for path in out.rglob("*.parquet")),
    }


def on_threads(raw: Path, out: Path, workers: int) -> None:
    """The default: one process, whatever ``workers``."""
    del workers
    in_processes(raw, out, 1)


def in_processes(raw: Path, out: Path, workers: int) -> None:
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


WAYS = {
    "cbs-bench": on_threads,
    "cbs-bench --workers": in_processes,
    PLAIN: with_datasets,
}


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
