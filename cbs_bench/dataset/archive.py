"""Members of a zip archive, read by their place in it.

``zipfile`` reads the whole directory before the first member: for 100,000 members that is a second
and 60 MB in every process. Here it is read once, by the builder, and each worker goes straight
to the bytes (APPNOTE 4.3.7, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENTRY = struct.Struct("<4s4xHH4xLLLHHH8xL")
"""Signature, flags, method, checksum, both sizes, lengths of name, extra and comment, offset."""

_TAIL = struct.Struct("<4s8xLL2x")
_TAIL_64 = struct.Struct("<4s36xQQ")
_LOCATOR_64 = 20
"""Bytes of the pointer to it, which is not needed: it lies just before."""

_LONGEST_COMMENT = 0xFFFF
_IN_EXTRA = 0xFFFFFFFF
_FIELD = struct.Struct("<HH")
_WIDE_FIELD = 1
_FARTHEST = 1 << 62
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_ENCRYPTED = 0x1
_USUAL_NAME = 256
"""Bytes of name and extra fields read along with the data in one go."""

Place = tuple[int, int, int, int, int]
"""Where a member lies and what it must unpack to: offset, packed size, size, method, checksum."""


def members(path: Path) -> list[tuple[str, Place | None]]:
    """Name and place of every file, sorted by name.

    The place is None for members that only :mod:`zipfile` can tell how to read.

    Raises:
        zipfile.BadZipFile: If it is no archive.
        OSError: If it cannot be read.
    """
    try:
        return sorted(_entries(*_directory(path)), key=lambda member: member[0])
    except struct.error as error:
        raise zipfile.BadZipFile(f"its directory is damaged ({error})") from error


def read(path: Path, place: Place) -> bytes:
    """The content of one member, no longer than its directory entry says.

    Raises:
        zipfile.BadZipFile: If it is damaged.
        OSError: If the archive cannot be read.
    """
    offset, packed, size, method, checksum = place
    # Plain descriptors: a file object costs more than the few kilobytes of a crop.
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        os.lseek(file, offset, os.SEEK_SET)
        found = os.read(file, _LOCAL_HEADER.size + _USUAL_NAME + packed)
        if len(found) < _LOCAL_HEADER.size or found[:4] != b"PK\3\4":
            raise zipfile.BadZipFile("the member is not where the directory says")
        _, name, extra = _LOCAL_HEADER.unpack_from(found)
        start = _LOCAL_HEADER.size + name + extra
        if name + extra > _USUAL_NAME:
            os.lseek(file, offset + start, os.SEEK_SET)
            found, start = os.read(file, packed), 0
    finally:
        os.close(file)
    data = found[start : start + packed]
    if method == _DEFLATED:
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size + 1)
    if len(data) != size or zlib.crc32(data) != checksum:
        raise zipfile.BadZipFile("the member is damaged")
    return data


def _directory(path: Path) -> tuple[bytes, int]:
    """The central directory, and by how much all offsets are too small.

    They are where something was put before the archive, as in one that unpacks itself.
    """
    with path.open("rb") as file:
        length = file.seek(0, os.SEEK_END)
        tail_at = max(length - _LONGEST_COMMENT - _TAIL.size - _LOCATOR_64, 0)
        file.seek(tail_at)
        tail = file.read()
        place = tail.rfind(b"PK\5\6")
        if place < 0 or place + _TAIL.size > len(tail):
            raise zipfile.BadZipFile("no end of a directory in it")
        _, size, offset = _TAIL.unpack_from(tail, place)
        end = tail_at + place
        if tail[:place][-_LOCATOR_64:][:4] == b"PK\6\7":
            end -= _LOCATOR_64 + _TAIL_64.size
            file.seek(max(end, 0))
            signature, size, offset = _TAIL_64.unpack(file.read(_TAIL_64.size))
            if signature != b"PK\6\6":
                raise zipfile.BadZipFile("its wide directory is not where it should be")
        start = end - size
        if start < offset:
            raise zipfile.BadZipFile("the directory is not where its end says")
        file.seek(start)
        return file.read(size), start - offset


def _entries(directory: bytes, shift: int) -> Iterator[tuple[str, Place | None]]:
    """Name and place of every file, in the order of the directory."""
    position = 0
    while position < len(directory):
        entry = _ENTRY.unpack_from(directory, position)
        signature, flags, method, checksum, packed, size, name, extra, comment, offset = entry
        if signature != b"PK\1\2":
            raise zipfile.BadZipFile("its directory is damaged")
        start = position + _ENTRY.size
        text = _text(directory[start : start + name])
        if _IN_EXTRA in (packed, size, offset):
            field = directory[start + name : start + name + extra]
            size, packed, offset = _wide(field, (size, packed, offset))
        if not text.endswith("/"):
            readable = method in (_STORED, _DEFLATED) and not flags & _ENCRYPTED
            yield text, (offset + shift, packed, size, method, checksum) if readable else None
        position = start + name + extra + comment


def _text(name: bytes) -> str:
    """A name, which macOS packs in UTF-8 without saying so; in another encoding it is refused.

    A label guessed from the code page of some old Windows would be wrong in silence.
    """
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise zipfile.BadZipFile("a member's name is not in UTF-8: repack it") from error


def _wide(extra: bytes, values: tuple[int, int, int]) -> Iterator[int]:
    """Size, packed size and offset; those that need 64 bits come from the extra field."""
    position, found = 0, b""
    while position + _FIELD.size <= len(extra):
        kind, length = _FIELD.unpack_from(extra, position)
        position += _FIELD.size
        if kind == _WIDE_FIELD:
            found = extra[position : position + length]
        position += length
    for value in values:
        wide = value
        if value == _IN_EXTRA:
            (wide,), found = struct.unpack("<Q", found[:8]), found[8:]
        if wide >= _FARTHEST:
            raise zipfile.BadZipFile("its directory names places beyond any file")
        yield wide
