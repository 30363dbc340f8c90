"""The order in which the ``ReadingOrder`` of PAGE XML has the lines of a page read.

It orders regions, in groups that may hold further groups. What it leaves open, such as the order of
the lines in a region and of the regions of an ``UnorderedGroup``, is that of the document.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from cbs_bench.dataset.annotations.pages import number
from cbs_bench.dataset.safe_xml import local_name
from cbs_bench.errors import DataError


def lines_of(page: Element) -> list[Element]:
    """The lines of text of a page; those of regions that are in no order come last.

    Raises:
        DataError: If a place in the order is no number.
    """
    orders = (child for child in page if local_name(child) == "ReadingOrder")
    steps = (step for order in orders for step in _steps(order))
    of_region = {region: place for place, step in enumerate(steps) for region in step if region}
    of_line: dict[Element, int] = {}
    for region in page.iter():
        place = of_region.get(region.get("id", ""))
        if place is not None:  # a region inside of another one comes after it, with the last say
            of_line.update(dict.fromkeys(_lines(region), place))
    return sorted(_lines(page), key=lambda line: of_line.get(line, math.inf))


def _lines(element: Element) -> Iterator[Element]:
    return (inside for inside in element.iter() if local_name(inside) == "TextLine")


def _steps(member: Element) -> Iterator[list[str]]:
    """The regions of a group or a reference, step by step; those of one step have no order."""
    yield [member.get("regionRef", "")]
    if local_name(member).startswith("OrderedGroup"):
        placed = (child for child in member if local_name(child).endswith("Indexed"))
        for child in sorted(placed, key=_index):
            yield from _steps(child)
    else:
        yield [child.get("regionRef", "") for child in member if local_name(child) == "RegionRef"]
        for child in member:
            if local_name(child).endswith("Group"):
                yield from _steps(child)


def _index(member: Element) -> float:
    try:
        return number(member.get("index"))
    except ValueError as error:
        name = member.get("regionRef") or member.get("id")
        raise DataError(f"no index of {name!r} in its ReadingOrder: {error}") from error
