"""Images that are the same but for a new encoding, a resize or a little light.

Each image gets a difference hash (Krawetz 2013: is a pixel of a small grey copy darker than its
right neighbour?) of 256 bits. Those near in hash and in proportions are the same picture.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 16
MAX_BITS = 10
"""Of 256. In 1,448 real crops any two differ by 15 or more, half of them by 50 to 80 from their
nearest; a new encoding of the same pixels, or a little light, changes fewer than this."""

MAX_STRETCH = 1.1
CHUNK = 32


class NearDuplicates:
    """Collects the hashes of a config's images; 32 bytes each."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._splits: list[str] = []
        self._hashes: list[bytes] = []
        self._shapes: list[float] = []

    def add(self, name: str, split: str, data: bytes) -> None:
        """Take up one image, which must be readable."""
        bits, shape = difference_hash(data)
        if bits is None:
            return
        self._names.append(name)
        self._splits.append(split)
        self._hashes.append(bits)
        self._shapes.append(shape)

    def across_splits(self) -> Iterator[tuple[str, str]]:
        """Names of every two images that are the same and in different splits."""
        import numpy as np

        if len(set(self._splits)) < 2:
            return
        words = np.frombuffer(b"".join(self._hashes), np.uint64).reshape(len(self._hashes), -1)
        shapes, splits = np.array(self._shapes), np.array(self._splits)
        order = np.argsort(shapes, kind="stable")
        words, shapes, splits = words[order], shapes[order], splits[order]
        for start in range(0, len(order), CHUNK):
            stop = min(start + CHUNK, len(order))
            # Sorted by proportions, so that only a window of the images can match.
            end = int(np.searchsorted(shapes, shapes[stop - 1] * MAX_STRETCH, side="right"))
            near = _distances(words[start:stop], words[start:end]) <= MAX_BITS
            near &= splits[start:stop, None] != splits[None, start:end]
            for one, other in np.argwhere(np.triu(near)):
                if shapes[start + other] <= shapes[start + one] * MAX_STRETCH:
                    yield self._names[order[start + one]], self._names[order[start + other]]


def _distances(some: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Differing bits of every two rows."""
    import numpy as np

    total = np.zeros((len(some), len(others)), np.int64)
    for column in range(some.shape[1]):
        total += np.bitwise_count(some[:, column, None] ^ others[None, :, column])
    return total


def difference_hash(data: bytes) -> tuple[bytes | None, float]:
    """The hash of an image and its height over its width.

    Returns:
        No hash for a blank image: it is like every other.
    """
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        shape = image.height / image.width
        small = image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    if int(np.ptp(grey)) < 8:
        return None, shape
    return np.packbits(grey[:, :-1] > grey[:, 1:]).tobytes(), shape
