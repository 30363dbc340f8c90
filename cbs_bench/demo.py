"""The main job end to end on the embedded corpus: ``cbs-bench demo``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cbs_bench.dataset import reader, writer
from cbs_bench.interfaces import BuildOptions
from cbs_bench.report import read_boards, to_markdown
from cbs_bench.runner import run
from cbs_bench.tokenizer import MultiGranularityTokenizer

TOKENIZERS = ("multigranularity", "character", "bpe", "byte_bpe", "wordpiece", "unigram")
SEEDS = 3
SHOWN_SCANS = 3


def demo(out: Path) -> None:
    """Build the corpus, load it, read its scans, train the taggers, print the table.

    Args:
        out: Folder for the dataset (``mini``) and the results (``results``).
    """
    with _step("Build the embedded corpus `mini` (illustration, not a gold standard)"):
        print(writer.build("mini", raw=None, out=out / "mini", options=BuildOptions()))
    with _step("Load it with datasets.load_dataset"):
        from datasets import load_dataset

        print(load_dataset(str(out / "mini"), "glyphs"))
    with _step(f"Read {SHOWN_SCANS} slips of the test split with the ONNX models"):
        _read_scans(out / "mini")
    with _step(f"Train and score {len(TOKENIZERS)} tokenizers with {SEEDS} seeds each"):
        run("pos", data=out / "mini", tokenizers=TOKENIZERS, seeds=SEEDS, out=out / "results")
    print(to_markdown(read_boards(out / "results")))


def _read_scans(folder: Path) -> None:
    tokenizer = MultiGranularityTokenizer.load()
    for number, row in enumerate(reader.rows(folder, "slips", "test")):
        if number == SHOWN_SCANS:
            break
        reading = tokenizer.read(row["image"]["bytes"])
        print(f"{row['id']}")
        print(f"  written    {' '.join(row['objects']['graph'])}")
        print(f"  tokens     {' '.join(token.text for token in reading.tokens)}")


@contextmanager
def _step(title: str) -> Iterator[None]:
    print(f"\n## {title}\n", flush=True)
    began = time.perf_counter()
    yield
    print(f"\n({time.perf_counter() - began:.0f} s)", flush=True)
