"""XML from strangers: read without declarations, so that no entity can expand or fetch."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from cbs_bench.errors import DataError

MAX_BYTES = 256 << 20


def read(path: Path) -> Element:
    """The root element of an XML file.

    Raises:
        DataError: If it cannot be read, is too large, is not well-formed, or its document type
            declares something, which is how entity bombs and external entities come in.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError("the file is too large", path=path, remedy="split it below 256 MiB")
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"no readable XML ({error})", path=path, remedy="check the file") from error
    try:
        _refuse_declarations(data)
        # Entities are declared in the document type, and a DTD that it names is never fetched.
        return fromstring(data)  # noqa: S314  (entities need a declaration)
    except _DeclarationsError as error:
        remedy = "write its entities out and delete what stands in its [ ]"
        raise DataError("its <!DOCTYPE> has declarations", path=path, remedy=remedy) from error
    except (ParseError, expat.ExpatError) as error:
        if not _is_utf8(data):
            raise _foreign(path, error) from error
        raise DataError(f"no readable XML ({error})", path=path, remedy="check the file") from error
    except (ValueError, LookupError) as error:
        # What the parser says of an encoding that it does not know.
        raise _foreign(path, error) from error


def local_name(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def text_of(element: Element) -> str:
    """All text in an element, without white space."""
    return "".join("".join(element.itertext()).split())


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _foreign(path: Path, error: Exception) -> DataError:
    remedy = "save it as UTF-8 and let its first line say so"
    return DataError(f"it is not in UTF-8: {error}", path=path, remedy=remedy)


class _DeclarationsError(Exception):
    """There is a ``<!DOCTYPE … [ … ]>``."""


def _refuse_declarations(data: bytes) -> None:
    parser = expat.ParserCreate()

    def stop(_name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        if has_subset:
            raise _DeclarationsError

    parser.StartDoctypeDeclHandler = stop
    parser.Parse(data, True)
