"""What each choice of the tagger's embedding brings, judged inside the training split.

    python -m benchmarks.ablation --data build/kyoto --seeds 3

Every fourth sentence of the training split is held out and scored; the validation split
chooses the epoch; the test split stays shut. F1 is over exact words with their tags, on
all words and on those with a graph that the other three quarters do not show.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev

from benchmarks.bad_input import in_one_line
from cbs_bench.interfaces import BASELINES
from cbs_bench.metrics.spans import Counts, count
from cbs_bench.nlp.corpus import read_sentences
from cbs_bench.nlp.fit import Budget, fit_pipeline, predict

VOCAB_SIZE = 8000
VARIANTS = {
    "characters": ("character", {"hide": 0.0}),
    "characters, rare identities hidden": ("character", {}),
    "characters without glyph vectors": ("character", {"vectors": False}),
    "components, identities not hidden": ("multigranularity", {"hide": 0.0}),
    "components as a bag": ("multigranularity", {"ordered": False}),
    "components one level deep": ("multigranularity", {"part_depth": 1}),
    "components of every glyph": ("multigranularity", {"always": True}),
    "components without glyph vectors": ("multigranularity", {"vectors": False}),
    "components (the default)": ("multigranularity", {}),
    "bpe, rare identities not hidden": ("bpe", {"hide": 0.0}),
    "bpe without glyph vectors": ("bpe", {"vectors": False}),
    "bpe": ("bpe", {}),
}


def score(variant, train, validation, held_out, seed, epochs):
    """F1 on all held-out words and on those with an unseen graph, in percent."""
    name, embed = variant
    tokenizer = BASELINES.load(name).train(
        [sentence.glyphs for sentence in train], vocab_size=VOCAB_SIZE, seed=seed
    )
    fit = fit_pipeline(
        name, tokenizer, train, validation, budget=Budget(epochs=epochs), seed=seed, embed=embed
    )
    seen = {glyph for sentence in train for glyph in sentence.glyphs}
    overall, unseen = Counts(), Counts()
    found = predict(fit.nlp, (sentence.glyphs for sentence in held_out))
    for sentence, words in zip(held_out, found, strict=True):
        new = [glyph not in seen for glyph in sentence.glyphs]
        overall += count(words, sentence.words)
        unseen += count(
            words, sentence.words, lambda word, new=new: any(new[word.start : word.end])
        )
    return 100 * overall.f1, 100 * unseen.f1, unseen.gold


@in_one_line("benchmarks.ablation")
def main(arguments: Sequence[str] | None) -> None:
    """Print a line for each variant."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True, help="a dataset with a pos config")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=Budget().epochs)
    options = parser.parse_args(arguments)
    sentences = read_sentences(options.data, "train")
    held_out = sentences[::4]
    train = [sentence for index, sentence in enumerate(sentences) if index % 4]
    validation = read_sentences(options.data, "validation")
    print(f"{options.data.name}: {len(train)} sentences to learn from, {len(held_out)} held out")
    for label, variant in VARIANTS.items():
        scores = [
            score(variant, train, validation, held_out, seed, options.epochs)
            for seed in range(options.seeds)
        ]
        overall, unseen, words = zip(*scores, strict=True)
        spread = f" ± {stdev(overall):.2f}" if len(overall) > 1 else ""
        print(
            f"{label:36} {mean(overall):6.2f}{spread}"
            f"   unseen graph {mean(unseen):6.2f} ({words[0]} words)",
            flush=True,
        )


if __name__ == "__main__":
    raise SystemExit(main())
