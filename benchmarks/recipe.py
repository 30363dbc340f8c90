"""The options of benchmarks that train a recogniser in their own way."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cbs_bench.training.classes import Classes
from cbs_bench.training.config import settings_from
from cbs_bench.training.crops import Crop
from cbs_bench.training.recognizer import PRETRAINED, learn
from cbs_bench.training.settings import RecognizerSettings


def recipe_parser(about: str | None) -> argparse.ArgumentParser:
    """A parser that knows what a recipe is made of.

    Args:
        about: The docstring of the benchmark, whose first line is shown.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0] if about else None)
    parser.add_argument("--config", type=Path, help="YAML of the recogniser's settings")
    parser.add_argument("--data", type=Path, nargs="+", help="built datasets")
    parser.add_argument("--fonts", type=Path, nargs="+", help="font files or folders")
    parser.add_argument("--label-counts", type=Path, help="label counts of a corpus")
    parser.add_argument("--steps", type=int, help="batches of real crops")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--out", type=Path, help="keep what is trained in this folder")
    return parser


def learn_after(
    first: Path,
    crops: Sequence[Crop],
    classes: Classes,
    settings: RecognizerSettings,
) -> None:
    """Learn a recogniser; what the one in ``first`` learned from fonts is not learned anew.

    Args:
        first: The model folder of a run with the same classes, or one that is not there yet.
        crops: Of every split.
        classes: The classes.
        settings: Of the recogniser.
    """
    learned = first / PRETRAINED
    own = settings.out / PRETRAINED
    if learned.is_file() and not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(learned, own)
    learn(crops, classes, settings, tell)


def print_scores(
    options: argparse.Namespace, measure: Callable[[RecognizerSettings], dict[str, Any]]
) -> None:
    """Print what ``measure`` finds as JSON; what it trains is lost where there is no ``--out``."""
    with tempfile.TemporaryDirectory() as folder:
        flags = {**vars(options), "out": options.out or Path(folder)}
        scores = measure(settings_from(RecognizerSettings, options.config, flags))
    sys.stdout.write(json.dumps(scores) + "\n")


def tell(line: str) -> None:
    """A line of progress, on standard error."""
    print(line, file=sys.stderr, flush=True)
