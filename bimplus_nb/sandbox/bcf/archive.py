"""The inside of a BCF file that anybody may have sent: a zip archive of XML, read within bounds or refused."""

from __future__ import annotations

import codecs
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import cast
from xml.etree import ElementTree

from bimplus_nb.sandbox.problem import Problem, bad

Element = ElementTree.Element

_FILE = 64 << 20
_ENTRIES = 5000
_XML, _ALL_XML = 4 << 20, 32 << 20
_ELEMENTS = 100_000
_PICTURE, _ALL_PICTURES = 2 << 20, 64 << 20
_DEEPEST = 32
_PIECE = 1 << 14
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError)
_ENCODING = re.compile(rb"""^<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9._-]{1,30})["']""")
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"}
_DECLARATION = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


class Archive:
    """The files in it by name. Nothing is ever written to a disk."""

    def __init__(self, content: bytes) -> None:
        if len(content) > _FILE:
            raise Problem(413, f"A BCF file may have at most {_FILE >> 20} MB here.")
        # Counted before the list of entries is read, as that would be held in memory whole.
        if content.count(b"PK\x01\x02") > _ENTRIES:
            raise bad(f"The BCF file has more than {_ENTRIES} entries.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _BROKEN:
            raise bad("The file is not a BCF file: it is not a zip archive, or a broken one.") from None
        self._elements = 0
        self._left = {_XML: _ALL_XML, _PICTURE: _ALL_PICTURES}
        self.files: dict[str, zipfile.ZipInfo] = {}
        for entry in self._zip.infolist():
            self._add(entry)

    def _add(self, entry: zipfile.ZipInfo) -> None:
        # Some writers of Windows have put their own separator there.
        name = entry.filename.replace("\\", "/")
        shown = repr(name[:80])
        if name.startswith("/") or ":" in name.partition("/")[0] or ".." in name.split("/") or "\0" in name:
            raise bad(f"The BCF file has an entry {shown}, which points out of it.")
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise bad(f"The BCF file's entry {shown} is encrypted or packed in an unusual way.")
        if name in self.files:
            raise bad(f"The BCF file has the entry {shown} twice.")
        if not name.endswith("/"):
            self.files[name] = entry

    def xml(self, name: str) -> Element:
        """An XML file's root; names of elements come without their namespace."""
        text = _decoded(self._read(name, _XML), name)
        if _DOCTYPE.search(text):
            raise bad(f"{name[:120]!r} declares a document type or entities, which BCF does not use.")
        parser: ElementTree.XMLPullParser[Element] = ElementTree.XMLPullParser(("start", "end"))
        root: Element | None = None
        depth = 0
        try:
            for start in range(0, len(text), _PIECE):
                parser.feed(text[start : start + _PIECE])
                for event, element in cast("Iterable[tuple[str, Element]]", parser.read_events()):
                    root = element if root is None else root
                    element.tag = element.tag.rpartition("}")[2]
                    depth += 1 if event == "start" else -1
                    self._elements += event == "start"
                    if depth > _DEEPEST or self._elements > _ELEMENTS:
                        raise bad(f"{name[:120]!r} is nested too deep, or the file has too many elements.")
            parser.close()
        except ElementTree.ParseError as error:
            raise bad(f"{name[:120]!r} is not well-formed XML: {error}.") from None
        assert root is not None
        return root

    def picture(self, name: str) -> bytes | None:
        """A picture's bytes; None where it is too large to be kept with an issue."""
        return None if self.files[name].file_size > _PICTURE else self._read(name, _PICTURE)

    def _read(self, name: str, limit: int) -> bytes:
        """A file's bytes. What the archive says of their number is not believed."""
        allowed = min(limit, self._left[limit])
        try:
            with self._zip.open(self.files[name]) as file:
                content = file.read(allowed + 1)
        except _BROKEN:
            raise bad(f"The BCF file's entry {name[:120]!r} is broken.") from None
        if len(content) > allowed:
            raise bad(f"The BCF file's entry {name[:120]!r}, or all of its kind together, is too large.")
        self._left[limit] -= len(content)
        return content


def _decoded(content: bytes, name: str) -> str:
    """XML as text, without its declaration. Only plain encodings: others could hide what is looked for in the text."""
    declared = _ENCODING.match(content)
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif content.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif encoding not in _ENCODINGS:
        raise bad(f"{name[:120]!r} is written in an encoding that is not read here; use UTF-8.")
    try:
        return _DECLARATION.sub("", content.decode(encoding), count=1)
    except UnicodeDecodeError:
        raise bad(f"{name[:120]!r} is not text in the encoding it says.") from None
