"""The command line of ``cbs-bench train``; imports torch only when it runs."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from cbs_bench.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both models share and what each one takes."""
    parser.add_argument("model", choices=("detector", "recognizer"))
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="built datasets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--fonts", type=Path, nargs="*", default=[], help="fonts to render with")
    parser.add_argument("--label-counts", type=Path, help="JSON of raw labels and their counts")
    parser.add_argument(
        "--classes-from", type=Path, nargs="*", default=[], metavar="DIR",
        help="datasets whose graphs become classes of the recogniser",
    )  # fmt: skip
    parser.add_argument(
        "--evaluate", type=Path, nargs="*", default=[], metavar="DIR",
        help="datasets whose slips the detector is measured on and nothing else",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, help="batches of real data")
    parser.add_argument("--pretrain-steps", type=int, help="batches of rendered graphs")
    parser.add_argument("--seed", type=int, default=0)


def run(options: argparse.Namespace) -> None:
    """Train the model that was asked for.

    Raises:
        InputError: If torch is not installed.
    """
    try:
        from cbs_bench.training import detector, recognizer, settings
    except ModuleNotFoundError as error:
        raise InputError(
            f"training needs the package {error.name}", remedy="pip install 'cbs-bench[train]'"
        ) from error
    shared: dict[str, Any] = {
        "data": options.data,
        "out": options.out,
        "fonts": options.fonts,
        "label_counts": options.label_counts,
        "seed": options.seed,
        "command": shlex.join(["cbs-bench", *sys.argv[1:]]),
    }
    if options.steps is not None:
        shared["steps"] = options.steps
    if options.model == "detector":
        detector.train(settings.DetectorSettings(**shared, evaluate=options.evaluate), _report)
        return
    shared["classes_from"] = options.classes_from
    if options.pretrain_steps is not None:
        shared["pretrain_steps"] = options.pretrain_steps
    recognizer.train(settings.RecognizerSettings(**shared), _report)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
