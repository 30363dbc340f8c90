"""The command line of ``cbs-bench train``; imports torch only when it runs."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
import textwrap
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from cbs_bench.errors import InputError
from cbs_bench.training.settings import DetectorSettings, RecognizerSettings, VectorSettings

TRAINERS = {"detector": "detector", "recognizer": "recognizer", "vectors": "glyph_vectors"}
"""Which module trains which model."""

SETTINGS: dict[str, type[Any]] = {
    "detector": DetectorSettings,
    "recognizer": RecognizerSettings,
    "vectors": VectorSettings,
}

FLAGS = (
    "fonts", "label_counts", "classes_from", "evaluate", "exclude", "steps", "pretrain_steps"
)  # fmt: skip
"""What only some of the models take."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both models share and what each one takes."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _told_settings()
    parser.add_argument("model", choices=tuple(TRAINERS))
    parser.add_argument(
        "--config", type=Path, help="YAML of any of the settings below; flags override it"
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
    parser.add_argument("--steps", type=int, help=f"batches of real data ({_defaults('steps')})")
    parser.add_argument(
        "--pretrain-steps", type=int,
        help=f"batches of rendered graphs ({_defaults('pretrain_steps')})",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, help="of all that is drawn (default 0)")


def _told_settings() -> str:
    """The settings of each model and their defaults, for the end of the help."""
    told = ["settings of --config and their defaults; those without any must be given:"]
    for model, kind in SETTINGS.items():
        fields = [field for field in dataclasses.fields(kind) if field.name != "command"]
        listed = "; ".join(_told(field) for field in fields)
        told += textwrap.wrap(
            f"{model}: {listed}", 90, initial_indent="  ", subsequent_indent=" " * 6
        )
    return "\n".join(told)


def _told(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"{field.name} {'none' if field.default is None else field.default}"
    return f"{field.name} none" if field.default_factory is not dataclasses.MISSING else field.name


def _defaults(name: str) -> str:
    """What a flag is where it is not given, for each model that takes it."""
    told = [
        f"{model} {field.default}"
        for model, kind in SETTINGS.items()
        for field in dataclasses.fields(kind)
        if field.name == name
    ]
    return f"default: {', '.join(told)}"


def run(options: argparse.Namespace) -> None:
    """Train the model that was asked for.

    Raises:
        InputError: If a setting is wrong or missing, or torch is not installed.
    """
    from cbs_bench.training.config import settings_from

    flags = {**vars(options), "command": shlex.join(["cbs-bench", *sys.argv[1:]])}
    chosen = settings_from(SETTINGS[options.model], options.config, flags)
    _refuse_unused(options, vars(chosen))
    _refuse_file_on_the_way(chosen.out)
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


def _refuse_file_on_the_way(out: Path) -> None:
    """Nobody shall wait for a model that cannot be written."""
    place = next(path for path in (out, *out.parents) if path.exists())
    if not place.is_dir():
        problem = "a file, where a folder is needed"
        raise InputError(problem, path=place, remedy="give another --out")


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
