"""XML that anybody may have sent, gone through before a library reads it."""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

ELEMENTS: Final = 2_000_000
_DEEPEST: Final = 64


def checked_xml(content: bytes, *, most: int = ELEMENTS) -> int:
    """How many elements there are in it. Nothing is kept, whatever its size.

    Raises ValueError where it declares a document type (and so could entities), is nested deeper than 64 elements or
    has more than `most`; `expat.ExpatError` or LookupError where it is not well-formed.
    """
    parser, depth, count = expat.ParserCreate(), 0, 0

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type")

    def begin(*_: object) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST or count > most:
            raise ValueError("it is nested too deep, or has too many elements")

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.Parse(content, True)
    return count
