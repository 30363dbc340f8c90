"""Rows and pictures that the tests of this folder lay down."""

import io

import numpy as np
from PIL import Image

from cbs_bench.interfaces import Record


def picture(seed: int, size: tuple[int, int] = (32, 40), form: str = "PNG") -> bytes:
    """A random picture; another seed gives one that is no near-duplicate."""
    blocks = np.random.default_rng(seed).integers(0, 256, (8, 8), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(blocks).resize(size, Image.Resampling.BILINEAR).save(buffer, form)
    return buffer.getvalue()


def glyph(number: int, **changes: object) -> Record:
    """A good row of ``glyphs``; every third number starts another slip."""
    slip = str(number // 3)
    row = {
        "id": f"g{number}", "image": picture(number), "label": "又（有）", "graph": "又",
        "reading": "有", "components": ["一"], "encoded": True, "status": "encoded",
        "source": "S", "document": "D", "slip": slip, "position": number % 3,
    }  # fmt: skip
    return Record("glyphs", row | changes, f"row {number}", slip, "D")


def sentence(number: int, **changes: object) -> Record:
    """A good row of ``pos``."""
    row = {
        "id": f"p{number}", "tokens": ["天", "下"], "tags": ["B-n", "I-n"],
        "words": [{"start": 0, "end": 2, "tag": "n"}], "text": "天下",
    }  # fmt: skip
    return Record("pos", row | changes, f"line {number}", str(number), "D")


def passage(number: int, **changes: object) -> Record:
    """A good row of ``texts``."""
    row = {
        "id": f"t{number}", "source": "S", "document": "D", "slip": str(number),
        "graphs": ["又"], "readings": ["有"], "text": "又",
    }  # fmt: skip
    return Record("texts", row | changes, f"text {number}", str(number), "D")


def scan(number: int, *boxes: list[float], size: tuple[int, int] = (32, 40)) -> Record:
    """A row of ``slips`` with these boxes."""
    n = len(boxes)
    objects = {
        "bbox": list(boxes), "graph": ["又"] * n, "reading": ["有"] * n,
        "components": [["一"]] * n, "order": list(range(n)),
    }  # fmt: skip
    row = {
        "id": f"s{number}", "image": picture(number, size), "source": "S", "document": "D",
        "slip": str(number), "objects": objects,
    }  # fmt: skip
    return Record("slips", row, f"slip {number}", str(number), "D")
