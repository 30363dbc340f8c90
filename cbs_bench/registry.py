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
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Generic, TypeVar, cast

from cbs_bench.errors import PluginError

Interface = TypeVar("Interface")


class Registry(Generic[Interface]):
    """The plugins of one kind.

    Args:
        kind: What one plugin is called in messages, such as ``builder``.
        package: The import package whose modules are the plugins.
        group: The entry-point group third parties use.
        interface: The class that a plugin module subclasses exactly once.
    """

    def __init__(self, *, kind: str, package: str, group: str, interface: type) -> None:
        self.kind = kind
        self.package = package
        self.group = group
        self.interface = interface

    def names(self) -> list[str]:
        """All names, sorted; no plugin is imported."""
        return sorted(self._stems() | self._entry_points().keys())

    def load(self, name: str) -> type[Interface]:
        """Import the plugin called ``name`` and return its class.

        Raises:
            PluginError: If there is no such plugin, two share the name, its module does not
                define exactly one implementation of the interface, or cannot be imported.
        """
        ours, foreign = name in self._stems(), self._entry_points().get(name)
        if ours and foreign is not None:
            raise PluginError(
                f"{self.kind} {name!r} is registered twice, by {self.package}.{name} and by "
                f"the entry point {foreign.value}",
                remedy="rename or uninstall one of them",
            )
        if ours:
            return self._class_of(f"{self.package}.{name}")
        if foreign is not None:
            found = self._imported(foreign)
            if not (inspect.isclass(found) and issubclass(found, self.interface)):
                raise PluginError(
                    f"entry point {foreign.value} is not a {self.interface.__name__}",
                    remedy=f"point {self.group}:{name} at a subclass of it",
                )
            return cast("type[Interface]", found)
        raise PluginError(
            f"unknown {self.kind} {name!r}", remedy=f"choose one of {', '.join(self.names())}"
        )

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

    def _entry_points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self.group)}

    def _class_of(self, module_name: str) -> type[Interface]:
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
