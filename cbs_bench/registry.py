"""Finds plugins by file name and loads one of them on demand.

Adding a corpus, a tokenizer or a task means adding one file to its package: the
file's stem is the registry name and the name on the command line. Packages of
third parties register theirs through an entry point of the registry's group.
Listing reads file names and entry-point metadata and imports no plugin.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from collections import defaultdict
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from typing import Generic, TypeVar, cast

from cbs_bench.errors import PluginError
from cbs_bench.source import errors_named

Interface = TypeVar("Interface")


class Registry(Generic[Interface]):
    """The plugins of one kind.

    Args:
        kind: What one plugin is called in messages, such as ``builder``.
        package: The import package whose modules are the plugins.
        group: The entry-point group third parties use.
        interface: The class that a plugin module subclasses exactly once.
        instead: What a caller can do in place of naming a plugin.
    """

    def __init__(
        self, *, kind: str, package: str, group: str, interface: type, instead: str | None = None
    ) -> None:
        self.kind = kind
        self.package = package
        self.group = group
        self.interface = interface
        self.instead = instead

    def names(self) -> list[str]:
        """All names, sorted; no plugin is imported."""
        return sorted(self._stems() | self._entry_points().keys())

    def load(self, name: str) -> type[Interface]:
        """Import the plugin called ``name`` and return its class.

        Raises:
            PluginError: If there is no such plugin, two share the name, its module does not
                define exactly one implementation of the interface or cannot be imported, or the
                class lacks an attribute.
        """
        ours = [f"the module {self.package}.{name}"] if name in self._stems() else []
        foreign = self._entry_points()[name]
        found = [*ours, *map(_described, foreign)]
        if not found:
            known = f"choose one of {', '.join(self.names())}"
            raise PluginError(
                f"unknown {self.kind} {name!r}",
                remedy=f"{known}, or {self.instead}" if self.instead else known,
            )
        if len(found) > 1:
            raise PluginError(
                f"{self.kind} {name!r} is registered twice, by {' and by '.join(found)}",
                remedy="rename or uninstall one of them",
            )
        return self._complete(name, self._class_of(name) if ours else self._class_at(foreign[0]))

    def distribution(self, name: str) -> Distribution | None:
        """The package of others that registers ``name``; ``None`` for a plugin of ours."""
        return next((point.dist for point in self._entry_points()[name]), None)

    def _complete(self, name: str, plugin: type[Interface]) -> type[Interface]:
        """The class, if it has what its interface asks of it beside methods, and a usable name."""
        if set(name) & set("/\\"):
            raise PluginError(
                f"{self.kind} {name!r} has a name that no file can have",
                remedy="rename its entry point",
            )
        for attribute, kind in inspect.get_annotations(self.interface).items():
            if kind.startswith("ClassVar") and not hasattr(plugin, attribute):
                raise PluginError(
                    f"{self.kind} {name!r} has no {attribute}",
                    remedy=f"give {plugin.__name__} this attribute, as {self.interface.__name__} "
                    "tells",
                )
        return plugin

    def _class_at(self, foreign: EntryPoint) -> type[Interface]:
        found = self._imported(foreign)
        if not (inspect.isclass(found) and issubclass(found, self.interface)):
            raise PluginError(
                f"entry point {foreign.value} is not a {self.interface.__name__}",
                remedy=f"point {self.group}:{foreign.name} at a subclass of it, as module:Class",
            )
        return cast("type[Interface]", found)

    def _imported(self, foreign: EntryPoint) -> object:
        try:
            return foreign.load()
        except Exception as error:  # the code of strangers may fail in any way
            raise PluginError(
                f"entry point {foreign.value} of {self.kind} {foreign.name!r} cannot be imported "
                f"({type(error).__name__}: {error})",
                remedy="mend or uninstall its package",
            ) from error

    def _folder(self) -> Path:
        """The folder of the package, once it is known to be ours and not a namesake."""
        spec = importlib.util.find_spec(self.package)
        expected = Path(__file__).resolve().parents[1].joinpath(*self.package.split("."))
        if spec is None or spec.origin is None:
            raise PluginError(
                f"package {self.package!r} is not importable",
                remedy="reinstall cbs-bench",
            )
        found = Path(spec.origin).resolve().parent
        if found != expected:
            raise PluginError(
                f"package {self.package!r} is shadowed by {found}",
                remedy=f"rename that folder or take it off sys.path; ours is {expected}",
            )
        return found

    def _stems(self) -> set[str]:
        return {path.stem for path in self._folder().glob("[!_]*.py")}

    def _entry_points(self) -> defaultdict[str, list[EntryPoint]]:
        points = defaultdict(list)
        for point in entry_points(group=self.group):
            points[point.name].append(point)
        return points

    def _class_of(self, stem: str) -> type[Interface]:
        module_name = f"{self.package}.{stem}"
        with errors_named([str(self._folder() / f"{stem}.py")]):
            module = importlib.import_module(module_name)
        classes = [
            member
            for _, member in inspect.getmembers(module, inspect.isclass)
            if issubclass(member, self.interface) and member.__module__ == module_name
        ]
        if len(classes) != 1:
            raise PluginError(
                f"{module_name} defines {len(classes)} subclasses of {self.interface.__name__}",
                remedy="define exactly one",
            )
        return cast("type[Interface]", classes[0])


def _described(point: EntryPoint) -> str:
    package = f" of {point.dist.name}" if point.dist is not None else ""
    return f"the entry point {point.value}{package}"
