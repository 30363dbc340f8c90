"""Settings of a training run: a YAML file, then the flags that override it."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from cbs_bench.errors import InputError
from cbs_bench.training.settings import BOUNDS

Settings = TypeVar("Settings")


def settings_from(kind: type[Settings], config: Path | None, flags: Mapping[str, Any]) -> Settings:
    """Build ``kind`` from a config file and the flags that were given.

    Args:
        kind: A dataclass of settings.
        config: YAML mapping of its fields; paths in it count from the working directory, as
            those of the flags do.
        flags: Values by field; ``None`` means that the flag was not given.

    Raises:
        InputError: If the file is no mapping, names an unknown field or has a value of the
            wrong type or out of bounds, or if a field without default is set nowhere.
    """
    types_of = typing.get_type_hints(kind)
    values = dict(_read(config)) if config is not None else {}
    for name, value in values.items():
        if name not in types_of:
            raise InputError(
                f"unknown setting {name!r}", path=config, remedy=f"one of: {', '.join(types_of)}"
            )
        values[name] = _converted(value, types_of[name], name, config)
    given = {name: value for name, value in flags.items() if value is not None}
    values |= {name: value for name, value in given.items() if name in types_of}
    for name, value in values.items():
        if name in BOUNDS:
            _check_bounds(name, value, config)
    for field in dataclasses.fields(typing.cast(Any, kind)):
        required = field.default is field.default_factory is dataclasses.MISSING
        if required and field.name not in values:
            raise InputError(
                f"{field.name} is not set",
                path=config,
                remedy=f"give --{field.name.replace('_', '-')} or a config file with it",
            )
    return kind(**values)


def _check_bounds(name: str, value: float, config: Path | None) -> None:
    low, high = BOUNDS[name]
    if not low <= value <= high:
        remedy = f"give {low} or more" if high == inf else f"give {low} to {high}"
        raise InputError(f"{name} is {value}", path=config, remedy=remedy)


def _read(config: Path) -> Mapping[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).replace("\n", " ")
        raise InputError(
            f"cannot read the config ({reason})", path=config, remedy="give a YAML file"
        ) from error
    if not isinstance(content, dict):
        raise InputError("the config is no mapping", path=config, remedy="write `name: value` rows")
    return content


def _converted(value: Any, wanted: Any, name: str, config: Path | None) -> Any:
    """``value`` as the type ``wanted``: a number, text, a path, a list of paths."""
    if isinstance(wanted, types.UnionType):
        if value is None:
            return None
        wanted = typing.get_args(wanted)[0]
    if typing.get_origin(wanted) is list:
        items = value if isinstance(value, list) else [value]
        return [_converted(item, typing.get_args(wanted)[0], name, config) for item in items]
    if wanted is Path and isinstance(value, str):
        return Path(value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted is float and isinstance(value, str):
        with suppress(ValueError):  # YAML 1.1 takes 1e-3 for text
            return float(value)
    if type(value) is wanted:
        return value
    raise InputError(
        f"{name} is {value!r}, expected {wanted.__name__}", path=config, remedy="correct the value"
    )
