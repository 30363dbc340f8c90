"""The bytes of a ``Precompiled`` normaliser, which replaces single characters by strings.

The format is sentencepiece's ``precompiled_charsmap``: the size in bytes of a trie, the trie as
a double array (Aoe, *An Efficient Digital Search Algorithm by Using a Double-Array Structure*,
1989) in the units of https://github.com/s-yata/darts-clone, then the replacements, each ended
by a zero byte. The `tokenizers` library walks it in native code and keeps the offsets.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

CHILDREN = 64
"""An inner node below the root has the continuation bytes 0x80 to 0xBF of UTF-8 as children."""

PAGE = 256
"""The root's children, one a byte; values are padded to it, so that no step leaves the array."""

_OFFSET_SHIFT = 10
_HAS_VALUE = 1 << 8
_IS_VALUE = 1 << 31


def compile_charsmap(replacements: Mapping[str, str]) -> bytes:
    """The charsmap that replaces each key by its value.

    Args:
        replacements: Keys are single characters; neither keys nor values hold U+0000.
    """
    texts = bytearray()
    places: dict[bytes, int] = {}
    for character, text in replacements.items():
        places[character.encode()] = len(texts)
        texts += text.encode() + b"\0"
    trie = _double_array(places).astype("<u4").tobytes()
    return len(trie).to_bytes(4, "little") + trie + bytes(texts)


def _double_array(places: Mapping[bytes, int]) -> npt.NDArray[np.uint32]:
    """Units of the trie over the keys of ``places``.

    A child stands at the base of its parent, XOR its byte. Every inner node has a block for its
    children, and every key a unit for its value behind the blocks.
    """
    inner = sorted({key[:end] for key in places for end in range(1, len(key))})
    blocks = range(PAGE, PAGE + CHILDREN * len(inner), CHILDREN)
    base = {b"": 0, **{prefix: block ^ 0x80 for prefix, block in zip(inner, blocks, strict=True)}}
    first_value = _whole_pages(blocks.stop)
    units = np.zeros(_whole_pages(first_value + len(places)), dtype=np.uint32)
    for value, (key, place) in enumerate(places.items(), first_value):
        node = 0
        for end, byte in enumerate(key):
            node = base[key[:end]] ^ byte
            below = base.get(key[: end + 1], value)
            units[node] = byte | (node ^ below) << _OFFSET_SHIFT
        units[node] |= _HAS_VALUE
        units[value] = place | _IS_VALUE
    return units


def _whole_pages(size: int) -> int:
    return -(-size // PAGE) * PAGE
