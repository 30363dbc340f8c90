"""Packages that only an extra installs, imported where they are used."""

from __future__ import annotations

import importlib
from typing import Any

from cbs_bench.errors import PluginError


def load_optional(module: str, *, install: str) -> Any:
    """Import ``module``.

    Args:
        module: Dotted name of the module.
        install: What ``pip install`` is given to get it, such as ``cbs-bench[peers]``.

    Raises:
        PluginError: If it, or something it needs, is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise PluginError(
            f"package {error.name} is not installed", remedy=f"pip install '{install}'"
        ) from error
