"""The command line of ``cbs-bench train``; imports torch only when it runs."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from cbs_bench.errors import InputError

TRAINERS = {"detector": "detector", "recognizer": "recognizer", "vectors": "glyph_vectors"}
"""Which module trains which model."""

FLAGS = (
    "fonts", "label_counts", "classes_from", "evaluate", "exclude", "steps", "pretrain_steps"
)  # fmt: skip
"""What only some of the models take."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both models share and what each one takes."""
    parser.add_argument("model", choices=tuple(TRAINERS))
    parser.add_argument(
        "--config", type=Path, help="YAML of any settings of the model; flags override it"
    )
    parser.add_argument("--data", type=Path, nargs="*", help="built datasets")
    parser.add_argument("--out", type=Path, help="folder of the model")
    parser.add_argument("--fonts", type=Path, nargs="*", help="fonts to render with")
    parser.add_argument("--label-counts", type=Path, help="JSON of raw labels and their counts")
    parser.add_argument(
        "--classes-from", type=Path, nargs="*", metavar="DIR",
        help="datasets whose graphs become classes of the recogniser",
    )  # fmt: skip
    parser.add_argument(
        "--evaluate", type=Path, nargs="*", metavar="DIR",
        help="datasets whose slips the detector is measured on and nothing else",
    )  # fmt: skip
    parser.add_argument(
        "--exclude", type=Path, nargs="*", metavar="DIR",
        help="datasets whose test sentences no text for the vectors may hold",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, help="batches of real data")
    parser.add_argument("--pretrain-steps", type=int, help="batches of rendered graphs")
    parser.add_argument("--seed", type=int)


def run(options: argparse.Namespace) -> None:
    """Train the model that was asked for.

    Raises:
        InputError: If a setting is wrong or missing, or torch is not installed.
    """
    from cbs_bench.training import settings
    from cbs_bench.training.config import settings_from

    flags = {**vars(options), "command": shlex.join(["cbs-bench", *sys.argv[1:]])}
    kinds: dict[str, type[Any]] = {
        "detector": settings.DetectorSettings,
        "recognizer": settings.RecognizerSettings,
        "vectors": settings.VectorSettings,
    }
    chosen = settings_from(kinds[options.model], options.config, flags)
    _refuse_unused(options, vars(chosen))
    try:
        trainer = import_module(f"cbs_bench.training.{TRAINERS[options.model]}")
    except ModuleNotFoundError as error:
        raise InputError(
            f"training needs the package {error.name}", remedy="pip install 'cbs-bench[train]'"
        ) from error
    trainer.train(chosen, _report)


def _refuse_unused(options: argparse.Namespace, settings: Mapping[str, Any]) -> None:
    """Nobody shall wait for a training run that passed over what he asked for."""
    for name in FLAGS:
        if getattr(options, name) is not None and name not in settings:
            flag = f"--{name.replace('_', '-')}"
            raise InputError(f"the model {options.model} takes no {flag}", remedy="leave it out")


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
