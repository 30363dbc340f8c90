"""Throughput of the text side against `tokenizers` BPE on the same text in one run.

    python -m benchmarks.tokenizer --data build/kyoto

First every tokenizer of the benchmark cuts the glyphs of the dataset, in turns. Then all of these
encode the same sentences, repeated to 10 MB, on one thread: ours, what is exported of ours to the
`tokenizers` library, and its BPE. Before timing, the array implementation is compared with the
plain one, glyph by glyph, and with the exported one. Seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Sequence
from functools import partial
from itertools import chain, cycle, islice
from pathlib import Path

from tokenizers import Tokenizer

from baselines.bpe import BpeTokenizer
from benchmarks.bad_input import in_one_line
from cbs_bench.dataset import reader
from cbs_bench.errors import PluginError
from cbs_bench.interfaces import BASELINES
from cbs_bench.script.labels import split_glyphs
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.huggingface import huggingface_tokenizer

VOCAB_SIZE = 8000
REPEATS = 3


def plain_ids(tokenizer: MultiGranularityTokenizer, text: str) -> list[int]:
    """The reference: one glyph after the other."""
    codebook = tokenizer.codebook
    return list(chain.from_iterable(codebook.ids_of(glyph) for glyph in split_glyphs(text)))


def best_seconds(run) -> float:
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return min(times)


def print_cutting(rows: list[list[str]]) -> None:
    """Every tokenizer as the tasks call it: glyphs in, tokens out."""
    trained = {}
    for name in BASELINES.names():
        try:
            trained[name] = BASELINES.load(name).train(rows, vocab_size=VOCAB_SIZE, seed=0)
        except PluginError as error:  # its package is not installed
            print(f"{name} is left out: {error}")
    seconds = dict.fromkeys(trained, math.inf)
    for _ in range(REPEATS):
        for name, tokenizer in trained.items():
            began = time.process_time()
            for glyphs in rows:
                tokenizer.tokenize(glyphs)
            seconds[name] = min(seconds[name], time.process_time() - began)
    glyphs = sum(map(len, rows))
    print(f"{'cutting':>26} {'Mchar/s':>14} {'by BPE':>20}")
    for name, spent in sorted(seconds.items(), key=lambda item: item[1]):
        print(f"{name:>26} {glyphs / spent / 1e6:14.3f} {seconds['bpe'] / spent:20.2f}")


def print_decoding(
    ours: MultiGranularityTokenizer, exported: Tokenizer, theirs: Tokenizer, sentences: list[str]
) -> None:
    """Back from ids: for ours also with the vocabulary of the package, which spells more."""
    packaged = MultiGranularityTokenizer.load()
    saved = huggingface_tokenizer(packaged).to_str()
    load = best_seconds(partial(Tokenizer.from_str, saved))
    print(f"exported, packaged vocabulary: {len(saved) / 1e6:.1f} MB of JSON, {load:.2f} s to load")
    print(f"{'decoding':>26} {'us a sentence':>14} {'us a 512 characters':>20}")
    long = ["".join(sentences)[start : start + 512] for start in range(0, 51200, 512)]
    for name, tokenizer, plain in (
        ("BPE", theirs, None),
        ("exported", exported, ours),
        ("exported, packaged", Tokenizer.from_str(saved), packaged),
        ("plain, packaged", packaged, packaged),
    ):
        spent = []
        for texts in (sentences[:500], long):
            ids = [tokenizer.encode(text).ids for text in texts]
            decoded = [tokenizer.decode(row) for row in ids]
            assert plain is None or decoded == texts
            spent.append(
                best_seconds(lambda t=tokenizer, rows=ids: [t.decode(row) for row in rows])
            )
            spent[-1] *= 1e6 / len(texts)
        print(f"{name:>26} {spent[0]:14.1f} {spent[1]:20.0f}")


@in_one_line("benchmarks.tokenizer")
def main(arguments: Sequence[str] | None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help="a dataset with a pos config")
    parser.add_argument("--megabytes", type=float, default=10)
    options = parser.parse_args(arguments)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    rows = [
        row["tokens"] for split in reader.SPLITS for row in reader.rows(options.data, "pos", split)
    ]
    print_cutting(rows)
    ours = MultiGranularityTokenizer.train(rows, vocab_size=VOCAB_SIZE)
    theirs = BpeTokenizer.train(rows, vocab_size=VOCAB_SIZE).model
    exported = huggingface_tokenizer(ours)
    sentences = ["".join(row) for row in rows]
    for text in sentences[:2000]:
        assert ours.encode(text).ids == plain_ids(ours, text), text
        assert ours.encode(text).ids == exported.encode(text).ids, text
    print("array, plain and exported implementation agree on 2,000 sentences")
    print_decoding(ours, exported, theirs, sentences)
    print(
        f"{'MB':>6} {'lines':>8} {'ours Mchar/s':>13} {'exported Mchar/s':>17} "
        f"{'BPE Mchar/s':>12} {'ours by BPE':>12}"
    )
    share = sum(len(text.encode()) for text in sentences) / len(sentences)
    for megabytes in (options.megabytes / 10, options.megabytes):
        lines = list(islice(cycle(sentences), int(megabytes * 1e6 / share)))
        characters = sum(map(len, lines)) / 1e6
        mine = best_seconds(partial(ours.encode_batch, lines))
        others = [
            best_seconds(partial(other.encode_batch, lines, add_special_tokens=False))
            for other in (exported, theirs)
        ]
        print(
            f"{megabytes:6.1f} {len(lines):8d} {characters / mine:13.2f} "
            f"{characters / others[0]:17.2f} {characters / others[1]:12.2f} "
            f"{others[1] / mine:12.1f}"
        )


if __name__ == "__main__":
    raise SystemExit(main())
