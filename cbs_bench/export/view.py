"""A self-contained page that shows scans with what was read on them."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from cbs_bench import atomic
from cbs_bench.errors import InputError
from cbs_bench.tokenizer import MultiGranularityTokenizer
from cbs_bench.tokenizer.reading import SlipReading
from cbs_bench.vision.images import Pixels

BEGIN = '<!doctype html><html lang="zh-Hant"><meta charset="utf-8"><title>Slips as read</title>'
"""How every page begins."""

MOST_PIXELS = 65_500
"""Of a side of a JPEG: libjpeg writes none that is longer."""

STYLE = """
:root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
body { margin: 2rem; } main { display: flex; gap: 2.5rem; overflow-x: auto; }
figure { margin: 0; display: flex; gap: .75rem; } figcaption { font-size: .8rem; }
svg { height: 85vh; width: auto; }
rect { fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.character { stroke: #1a7f37; } .component { stroke: #cf5b00; }
table { border-collapse: collapse; align-self: start; font-size: .8rem; }
td { padding: 0 .4rem; white-space: nowrap; } .graph { font-size: 1.1rem; }
"""


def write_page(
    path: Path, scans: Iterable[tuple[str, Pixels]], tokenizer: MultiGranularityTokenizer
) -> int:
    """Read every scan and write one HTML page that needs no network.

    Green boxes are characters the recogniser is sure of, orange ones fell back to components.

    Args:
        path: The HTML file.
        scans: Name and pixels of each scan.
        tokenizer: Reads them.

    Returns:
        The number of scans on the page.

    Raises:
        InputError: If there is a file already that is no such page.
        OSError: If there can be no such file; where its folder cannot be, no scan is read.
    """
    if path.exists() and not path.is_dir() and not _is_page(path):
        raise InputError(
            "is no page of `view`", path=path, remedy="give another file to --out, or remove it"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    figures = [_figure(name, pixels, tokenizer) for name, pixels in scans]
    page = (
        f"{BEGIN}<style>{STYLE}</style><h1>Slips as read</h1><p>Green: a character. Orange: "
        f"components, where the recogniser was not sure.</p><main>{''.join(figures)}</main></html>"
    )
    atomic.write_bytes(path, page.encode("utf-8"))
    return len(figures)


def _is_page(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(BEGIN)) == BEGIN.encode()


def _figure(name: str, pixels: Pixels, tokenizer: MultiGranularityTokenizer) -> str:
    reading = tokenizer.read(pixels)
    caption = html.escape(": ".join(filter(None, [name, reading.remark])))
    height, width = pixels.shape[:2]
    boxes = "".join(
        f'<rect class="{"character" if glyph.sure else "component"}" x="{glyph.box.x:.1f}" '
        f'y="{glyph.box.y:.1f}" width="{glyph.box.width:.1f}" height="{glyph.box.height:.1f}">'
        f"<title>{html.escape(glyph.graph)} {glyph.confidence:.2f}</title></rect>"
        for glyph in reading.glyphs
    )
    return (
        f'<figure><svg viewBox="0 0 {width} {height}"><image href="{_data_url(pixels)}" '
        f'width="{width}" height="{height}" preserveAspectRatio="none"/>{boxes}</svg>'
        f"<div><figcaption>{caption}</figcaption>{_table(reading)}</div></figure>"
    )


def _table(reading: SlipReading) -> str:
    rows = "".join(
        f'<tr><td class="graph">{html.escape(glyph.graph)}</td><td>{glyph.confidence:.2f}</td>'
        f"<td>{html.escape(' '.join(glyph.components))}</td></tr>"
        for glyph in reading.glyphs
    )
    return f"<table>{rows}</table>"


def _data_url(pixels: Pixels) -> str:
    """The scan, smaller where no JPEG is as large; the page stretches it to its size again."""
    image, buffer = Image.fromarray(pixels), io.BytesIO()
    image.thumbnail((MOST_PIXELS, MOST_PIXELS))
    image.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
