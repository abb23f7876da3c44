"""The inside of a BCF file that anybody may have sent: a zip archive of XML, read within bounds or refused.

What must not be there refuses the whole file (ValueError): a file that is no zip archive, names that point out of it,
XML with a document type (and so entities), and more of anything than a BCF file has. Nothing is written to a disk.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Final
from xml.parsers import expat

from bimplus_nb.exchange.bcf.topics import Unreadable
from bimplus_nb.exchange.bounded import ELEMENTS, checked_xml
from bimplus_nb.text import plain

_FILE: Final = 512 << 20
_ENTRIES: Final = 50_000
_XML, _ALL_XML = 32 << 20, 256 << 20
_PICTURE, _ALL_PICTURES = 32 << 20, 512 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, NotImplementedError)


class Archive:
    """The files in it, by name below the folder that has bcf.version."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        if len(content) > _FILE:
            raise ValueError(f"it has more than {_FILE >> 20} MB")
        # Counted before the list of entries is read, as that would be held in memory whole.
        if content.count(b"PK\x01\x02") > _ENTRIES:
            raise ValueError(f"it has more than {_ENTRIES:,} entries")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            entries = self._zip.infolist()
        except (*_BROKEN, ValueError):
            raise ValueError("it is no zip archive, or a broken one") from None
        self._elements, self._left = 0, {_XML: _ALL_XML, _PICTURE: _ALL_PICTURES}
        self._files: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            self._add(entry)
        # People pack the folder, and not what is in it.
        homes = [name.removesuffix("bcf.version") for name in self._files if f"/{name}".endswith("/bcf.version")]
        if len(homes) != 1:
            raise ValueError("it has no bcf.version" if not homes else "it has several files bcf.version")
        self._home = homes[0]
        self.files = [name.removeprefix(self._home) for name in self._files if name.startswith(self._home)]

    def _add(self, entry: zipfile.ZipInfo) -> None:
        # Some writers of Windows have put their own separator there.
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name.partition("/")[0] or ".." in name.split("/") or "\0" in name:
            raise ValueError(f"its entry {plain(name, 80)!r} points out of it")
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"its entry {plain(name, 80)!r} is encrypted, or packed in an unusual way")
        if name in self._files:
            raise ValueError(f"it has the entry {plain(name, 80)!r} twice")
        if not name.endswith("/"):
            self._files[name] = entry

    def __contains__(self, name: str) -> bool:
        return self._home + name in self._files

    def xml(self, name: str) -> bytes:
        """An XML file's bytes, gone through once: well-formed, without a document type, neither deep nor endless."""
        content = self._read(name, _XML)
        try:
            self._elements += checked_xml(content, most=ELEMENTS - self._elements)
        except (expat.ExpatError, LookupError) as error:  # the latter for an encoding that there is not
            raise Unreadable(f"{plain(name, 120)!r} is no well-formed XML: {error}") from None
        except ValueError as error:
            raise ValueError(f"its {plain(name, 120)!r} is refused: {error}") from None
        return content

    def picture(self, name: str) -> bytes | None:
        """A picture's bytes; None where it is too large."""
        return None if self._files[self._home + name].file_size > _PICTURE else self._read(name, _PICTURE)

    def without(self, folders: Iterable[str]) -> bytes:
        """The archive, byte by byte what it holds, but for what is in these folders."""
        out = tuple(f"{self._home}{folder}/" for folder in folders)
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, entry in self._files.items():
                if name.startswith(self._home) and not name.startswith(out):
                    limit = _PICTURE if name.lower().endswith((".png", ".jpg", ".jpeg")) else _XML
                    inside = name.removeprefix(self._home)
                    stamped = zipfile.ZipInfo(inside, entry.date_time)
                    archive.writestr(stamped, self._read(inside, limit), zipfile.ZIP_DEFLATED)
        return content.getvalue()

    def _read(self, name: str, limit: int) -> bytes:
        """A file's bytes. What the archive says of their number is not believed."""
        allowed = min(limit, self._left[limit])
        try:
            with self._zip.open(self._files[self._home + name]) as file:
                content = file.read(allowed + 1)
        except _BROKEN:
            raise Unreadable(f"{plain(name, 120)!r} is broken") from None
        if len(content) > allowed:
            raise ValueError(f"its {plain(name, 120)!r}, or all of its kind together, is too large")
        self._left[limit] -= len(content)
        return content
