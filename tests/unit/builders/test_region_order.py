"""Lines of PAGE are read in the order that it gives their regions."""

from __future__ import annotations

import pytest
from annotated_scan import regions


def labels_of_regions(folder, order):
    """The labels of a page with the regions r0 to r3, of which r2 stands inside of r1."""
    region = '<TextRegion id="r{0}">' + (
        '<TextLine><Coords points="10,20 40,60"/>'
        "<TextEquiv><Unicode>{0}</Unicode></TextEquiv></TextLine>"
    )
    plain = [region.format(n) for n in range(4)]
    nested = f"{plain[0]}</TextRegion>{plain[1]}{plain[2]}</TextRegion></TextRegion>{plain[3]}"
    (folder / "a.xml").write_text(
        f'<PcGts><Page imageFilename="a.png"><ReadingOrder>{order}</ReadingOrder>{nested}'
        "</TextRegion></Page></PcGts>",
        encoding="utf-8",
    )
    found, faults = regions(folder)
    return "".join(region.label for region in found) or faults


def ordered(*members):
    """An ordered group, whose members the file has in another order."""
    numbered = [member.replace("/>", f' index="{n}"/>', 1) for n, member in enumerate(members)]
    return f'<OrderedGroup id="o"><Labels/>{"".join(reversed(numbered))}</OrderedGroup>'


def reference(region, kind="RegionRefIndexed"):
    return f'<{kind} regionRef="{region}"/>'


@pytest.mark.parametrize(
    ("order", "labels"),
    [
        ("", "0123"),
        (ordered(*map(reference, ["r3", "r2", "r1", "r0"])), "3210"),
        (ordered(*map(reference, ["r3", "r1"])), "3120"),
        (ordered(*map(reference, ["r1", *"abcdefgh", "r0"])), "1203"),
        (
            '<OrderedGroup id="o">'
            f'<UnorderedGroupIndexed id="u" index="10">{reference("r1", "RegionRef")}'
            f"{reference('r0', 'RegionRef')}</UnorderedGroupIndexed>"
            '<OrderedGroupIndexed id="p" index="9" regionRef="r3">'
            '<RegionRefIndexed index="0" regionRef="r2"/></OrderedGroupIndexed></OrderedGroup>',
            "3201",
        ),
        (
            f'<UnorderedGroup id="u">{ordered(*map(reference, ["r3", "r0"]))}'
            f"{reference('r2', 'RegionRef')}</UnorderedGroup>",
            "2301",
        ),
    ],
)
def test_page_lines_are_read_in_the_order_of_their_regions(folder, order, labels):
    assert labels_of_regions(folder, order) == labels


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (
            f'<OrderedGroup id="o">{reference("r1")}</OrderedGroup>',
            "no index of 'r1' in its ReadingOrder: None is no number",
        ),
        (1500 * "<UnorderedGroup>" + 1500 * "</UnorderedGroup>", "broken annotation (Recursion"),
    ],
)
def test_a_broken_reading_order_is_named(folder, order, reason):
    (fault,) = labels_of_regions(folder, order)
    assert fault.startswith(f"a.xml: {reason}")
    assert "\n" not in fault
