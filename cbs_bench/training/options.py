"""The command line of ``cbs-bench train``; imports torch only when it runs."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from cbs_bench.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both models share and what each one takes."""
    parser.add_argument("model", choices=("detector", "recognizer", "vectors"))
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
        InputError: If torch is not installed.
    """
    from cbs_bench.training import config, settings

    flags = {**vars(options), "command": shlex.join(["cbs-bench", *sys.argv[1:]])}
    if options.model == "vectors":
        from cbs_bench.training import glyph_vectors

        glyph_vectors.train(
            config.settings_from(settings.VectorSettings, options.config, flags), _report
        )
        return
    try:
        from cbs_bench.training import detector, recognizer
    except ModuleNotFoundError as error:
        raise InputError(
            f"training needs the package {error.name}", remedy="pip install 'cbs-bench[train]'"
        ) from error
    if options.model == "detector":
        chosen = config.settings_from(settings.DetectorSettings, options.config, flags)
        detector.train(chosen, _report)
        return
    wanted = config.settings_from(settings.RecognizerSettings, options.config, flags)
    recognizer.train(wanted, _report)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
