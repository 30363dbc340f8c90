"""Renders the scans of a corpus that has only text; run by whoever maintains the corpus.

    python -m cbs_bench.rendering.corpus SLIPS --out DIR --fonts FONT... --licence FILE=TEXT...

Each line of the input is one slip: ``{"slip": "01", "glyphs": [{"graph": ...}, ...]}``. Writes
``<slip>.webp``, ``boxes.json`` (slip to ``[[x, y, width, height], ...]``) and ``MADE.md``, which
says how, and with which fonts under which licences: many fonts do not state theirs, so the caller
does.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image

from cbs_bench.errors import InputError
from cbs_bench.rendering.fonts import Font, find_fonts
from cbs_bench.rendering.slip import render_slip

QUALITY = 80

Boxes = dict[str, list[tuple[int, int, int, int]]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and render."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="python -m cbs_bench.rendering.corpus")
    parser.add_argument("slips", type=Path, help="JSON lines, one slip each")
    parser.add_argument("--fonts", type=Path, nargs="+", required=True)
    parser.add_argument("--fallback", type=Path, nargs="*", default=[], help="for rare graphs")
    parser.add_argument("--licence", nargs="+", default=[], metavar="FILE=TEXT")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--width", type=int, default=64, help="of a slip, in pixels")
    parser.add_argument("--wear", type=float, default=0.6, help="0 for new slips")
    options = parser.parse_args(arguments)
    hands = find_fonts(options.fonts)
    fallback = find_fonts(options.fallback) if options.fallback else []
    made = _made([*hands, *fallback], _licences(options.licence), arguments)
    boxes = render_corpus(
        options.slips, hands, fallback, options.out,
        seed=options.seed, width=options.width, wear=options.wear,
    )  # fmt: skip
    (options.out / "boxes.json").write_text(json.dumps(boxes) + "\n", encoding="utf-8")
    (options.out / "MADE.md").write_text(made, encoding="utf-8")


def render_corpus(
    slips: Path,
    hands: Sequence[Font],
    fallback: Sequence[Font],
    out: Path,
    *,
    seed: int,
    width: int = 64,
    wear: float = 0.6,
) -> Boxes:
    """Write one picture a slip, each slip in one hand.

    Args:
        slips: JSON lines of slips.
        hands: Fonts that take turns, slip by slip.
        fallback: Fonts for the graphs that the slip's hand does not draw.
        out: The folder, made if it is missing.
        seed: Equal seeds give equal pictures.
        width: Of a slip, in pixels.
        wear: See :func:`cbs_bench.rendering.slip.render_slip`.

    Returns:
        The boxes of each slip, in pixels of its picture.

    Raises:
        InputError: If a line is no slip.
    """
    out.mkdir(parents=True, exist_ok=True)
    boxes: Boxes = {}
    for number, (name, graphs) in enumerate(_read(slips)):
        fonts = [hands[number % len(hands)], *fallback]
        slip = render_slip(graphs, fonts=fonts, seed=seed + number, width=width, wear=wear)
        Image.fromarray(slip.image).save(out / f"{name}.webp", quality=QUALITY, method=6)
        boxes[name] = slip.boxes
    return boxes


def _read(path: Path) -> Iterator[tuple[str, list[str]]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                slip = json.loads(line)
                yield slip["slip"], [glyph["graph"] for glyph in slip["glyphs"]]
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f"no slip ({error!r})",
                    path=path,
                    row=number,
                    remedy='write {"slip": "01", "glyphs": [{"graph": ...}]}',
                ) from error


def _licences(stated: Sequence[str]) -> dict[str, str]:
    """``["a.ttf=OFL 1.1"]`` as a mapping from file name to licence."""
    pairs = (text.partition("=") for text in stated)
    return {name: licence for name, _, licence in pairs}


def _made(fonts: Sequence[Font], licences: Mapping[str, str], arguments: Sequence[str]) -> str:
    """How the pictures were made: command, fonts and their licences.

    Raises:
        InputError: If a font's licence is not stated.
    """
    # A folder of whoever ran it means nothing to a reader; the font's file name does.
    shown = [Path(a).name if Path(a).is_absolute() else a for a in arguments]
    lines = [
        "# How these slips were made",
        "",
        "Rendered, not photographed, by this command with the fonts below:",
        "",
        f"    python -m cbs_bench.rendering.corpus {shlex.join(shown)}",
        "",
        "| font | licence |",
        "|---|---|",
    ]
    for name in dict.fromkeys(font.path.name for font in fonts):
        if not licences.get(name):
            raise InputError("licence not stated", path=name, remedy=f"add --licence '{name}=...'")
        lines.append(f"| {name} | {licences[name]} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
