"""The command line of ``cbs-bench run``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from cbs_bench.arguments import at_least, names
from cbs_bench.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what decides about a run."""
    parser.add_argument("task", metavar="TASK", help="see `cbs-bench list`")
    parser.add_argument("--data", type=Path, required=True, help="folder of a built dataset")
    parser.add_argument(
        "--tokenizers", type=names, default=[], metavar="A,B,C", help="(default multigranularity)"
    )
    parser.add_argument("--detector", metavar="NAME", help="let a peer, or a model folder, detect")
    parser.add_argument(
        "--recognizer", metavar="NAME", help="let a peer, or a model folder, recognise"
    )
    parser.add_argument("--tagger", metavar="NAME", help="let a peer tag (extra `peers`)")
    parser.add_argument(
        "--llm-url", metavar="URL", help="OpenAI-compatible endpoint of --tagger llm"
    )
    parser.add_argument("--llm-model", metavar="NAME", help="its model; the key is OPENAI_API_KEY")
    parser.add_argument(
        "--seeds",
        type=at_least(1),
        default=3,
        help="number of seeds (default 3); what uses no tokenizer runs once",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of results")
    parser.add_argument("--epochs", type=at_least(1), help="passes of our tagger over its data")
    parser.add_argument(
        "--members",
        type=at_least(1),
        help="networks of our tagger, and of its guide, that decide together (default 1)",
    )
    parser.add_argument(
        "--guide", type=Path, metavar="DATASET", help="guide our tagger by one of another corpus"
    )
    parser.add_argument("--vocab-size", type=at_least(1), help="size of every vocabulary")
    parser.add_argument("--workers", type=at_least(1), help="processes (default: one a core)")


def run(
    options: argparse.Namespace, *, done: Callable[[str], None], again: Callable[[str], None]
) -> int:
    """Run what was asked for.

    Args:
        options: Of the command line.
        done: Called with a line for each result that is there.
        again: Called with a line for each stored result that is repeated, which says why.

    Returns:
        The number of results.

    Raises:
        InputError: If the options contradict each other, or as the runner says.
    """
    from cbs_bench import runner
    from cbs_bench.cast import Cast
    from cbs_bench.interfaces import PEERS, TASKS

    settings: dict[str, object] = {}
    budget = {name: n for name in ("epochs", "members") if (n := getattr(options, name))}
    if budget:
        settings["budget"] = budget
    if options.vocab_size:
        settings["vocab_size"] = options.vocab_size
    if options.llm_url or options.llm_model:
        if options.tagger != "llm":
            raise InputError("--llm-url and --llm-model need --tagger llm", remedy="add it")
        settings["llm"] = {"url": options.llm_url, "model": options.llm_model}
    peers = {role: name for role in PEERS if (name := getattr(options, role))}
    if options.tokenizers:
        cast = Cast(options.task, TASKS.load(options.task).info, peers)
        cast.refuse_unused({"tokenizers": options.tokenizers}, None)
    paths = runner.run(
        options.task,
        data=options.data,
        tokenizers=options.tokenizers,
        seeds=options.seeds,
        out=options.out,
        peers=peers,
        guide=options.guide,
        settings=settings,
        workers=options.workers,
        done=lambda path: done(f"done {path}"),
        again=again,
    )
    return len(paths)
