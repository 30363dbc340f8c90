"""One picture that shows what the images of a dataset look like."""

from __future__ import annotations

import hashlib
import heapq
from pathlib import Path

NAME = "contact-sheet.jpg"
IMAGES = 60
COLUMNS = 12
TILE = (72, 96)
MARGIN = 4
PAPER = (240, 236, 228)


class ContactSheet:
    """Keeps a sample of the images that depends on their ids only, not on their order."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, str, bytes]] = []

    def see(self, name: str, image: bytes) -> None:
        """Consider one encoded image."""
        rank = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        # heapq keeps the smallest on top, and it is the largest rank that has to go.
        if len(self._heap) < IMAGES:
            heapq.heappush(self._heap, (-rank, name, image))
        elif -rank > self._heap[0][0]:
            heapq.heapreplace(self._heap, (-rank, name, image))

    def write(self, folder: Path) -> bool:
        """Write ``contact-sheet.jpg``.

        Returns:
            Whether there were images.
        """
        from PIL import Image, ImageOps

        from cbs_bench.vision.images import load_image

        if not self._heap:
            return False
        chosen = sorted(self._heap, reverse=True)
        lines = -(-len(chosen) // COLUMNS)
        width, height = TILE[0] + MARGIN, TILE[1] + MARGIN
        sheet = Image.new("RGB", (width * COLUMNS + MARGIN, height * lines + MARGIN), PAPER)
        for place, (_, _, data) in enumerate(chosen):
            tile = ImageOps.contain(Image.fromarray(load_image(data)), TILE)
            x = MARGIN + place % COLUMNS * width + (TILE[0] - tile.width) // 2
            y = MARGIN + place // COLUMNS * height + (TILE[1] - tile.height) // 2
            sheet.paste(tile, (x, y))
        sheet.save(folder / NAME, quality=82)
        return True
