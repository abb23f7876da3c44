"""Writes the BinaryFormatter stream of a polyhedron, record by record as .NET does. [MS-NRBF]"""

from __future__ import annotations

import base64
import gzip
import struct
from collections.abc import Sequence

LIBRARY = "PPAttribPictureType3, Version=2011.0.4906.41750, Culture=neutral, PublicKeyToken=null"
OURS = "Nemetschek.NUtilLibrary."
INT = "System.Int32, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
SINGLE = INT.replace("Int32", "Single")
GUID = {"_a": 8, "_b": 7, "_c": 7, **{f"_{letter}": 2 for letter in "defghijk"}}


def text(value: str) -> bytes:
    raw, length = value.encode(), b""
    size = len(raw)
    while size > 127:
        length, size = length + bytes([size & 127 | 128]), size >> 7
    return length + bytes([size]) + raw


def reference(number: int) -> bytes:
    return struct.pack("<Bi", 9, number)


class Writer:
    """Hands out object numbers and declares each class the first time it is written."""

    def __init__(self) -> None:
        self.out = struct.pack("<Biiii", 0, 1, -1, 1, 0) + struct.pack("<Bi", 12, 2) + text(LIBRARY)
        self.last = 2
        self.declared: dict[str, int] = {}

    def number(self) -> int:
        self.last += 1
        return self.last

    def object(self, number: int, name: str, members: dict[str, bytes], values: bytes, system: bool = False) -> bytes:
        """`members`: name -> binary type and its further information."""
        if name in self.declared:
            return struct.pack("<Bii", 1, number, self.declared[name]) + values
        self.declared[name] = number
        head = struct.pack("<Bi", 4 if system else 5, number) + text(name) + struct.pack("<i", len(members))
        head += b"".join(text(member) for member in members)
        head += b"".join(kind[:1] for kind in members.values()) + b"".join(kind[1:] for kind in members.values())
        return head + (b"" if system else struct.pack("<i", 2)) + values

    def list(self, number: int, of: str, items: Sequence[int] | None, spare: int = 0, layout: str = "i") -> None:
        """A List<of>: of objects by their numbers, or (layout i or f) of the primitives themselves."""
        primitive = of in (INT, SINGLE)
        kind = (
            b"\x07" + bytes([8 if layout == "i" else 11])
            if primitive
            else b"\x04" + text(f"{OURS}{of}[]") + b"\2\0\0\0"
        )
        full = of if primitive else f"{OURS}{of}, {LIBRARY}"
        array = self.number()
        members = {"_items": kind, "_size": b"\x00\x08", "_version": b"\x00\x08"}
        values = reference(array) + struct.pack("<ii", len(items), len(items))
        self.out += self.object(number, f"System.Collections.Generic.List`1[[{full}]]", members, values, system=True)
        if primitive:
            self.out += struct.pack("<BiiB", 15, array, len(items) + spare, 8 if layout == "i" else 11)
            self.out += struct.pack(f"<{len(items) + spare}{layout}", *items, *[0] * spare)
            return
        self.out += (
            struct.pack("<BiBiiB", 7, array, 0, 1, len(items) + spare, 4) + text(OURS + of) + struct.pack("<i", 2)
        )
        self.out += b"".join(reference(item) for item in items)
        self.out += {0: b"", 1: b"\x0a"}.get(
            spare, struct.pack("<BB", 13, spare) if spare < 256 else struct.pack("<Bi", 14, spare)
        )


def stream(
    points: Sequence[Sequence[float]],
    polygons: Sequence[Sequence[int]],
    rgba: Sequence[int] | None = None,
    spare: int = 3,
) -> bytes:
    """The stream of a polyhedron: points, polygons by point number (from 0), a colour in m_Radius."""
    ways: dict[tuple[int, int], int] = {}
    rings = []
    for polygon in polygons:
        ring = []
        for begin, end in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
            if (end, begin) in ways:
                ring.append(-ways[end, begin])
            else:
                ring.append(ways.setdefault((begin, end), len(ways) + 1))
        rings.append(ring)
    writer = Writer()
    point, edge, face, radius = (writer.number() for _ in range(4))
    lists = {"point": "CElementPoint", "edge": "CElementEdge", "face": "CElementFace"}
    members = {
        name: b"\x03" + text(f"System.Collections.Generic.List`1[[{OURS}{of}, {LIBRARY}]]")
        for name, of in lists.items()
    }
    for name, of in {"m_Radius": "CountArray", "m_Bendingrolle": "CountArray", "type": "PolyederType"}.items():
        members[name] = b"\x04" + text(OURS + of) + struct.pack("<i", 2)
    members["ID"] = b"\x03" + text("System.Guid")
    values = reference(point) + reference(edge) + reference(face)
    values += (b"\x0a" if rgba is None else reference(radius)) + b"\x0a"
    root = writer.object(1, OURS + "CBaseElementPolyeder", members, values)
    root += writer.object(-3, OURS + "PolyederType", {"value__": b"\x00\x08"}, struct.pack("<i", 4099))
    kinds = {name: bytes([0, kind]) for name, kind in GUID.items()}
    root += writer.object(-4, "System.Guid", kinds, bytes(16), system=True)
    writer.out += root
    numbers = {name: [writer.number() for _ in items] for name, items in (("p", points), ("e", ways), ("f", rings))}
    writer.list(point, "CElementPoint", numbers["p"], spare)
    writer.list(edge, "CElementEdge", numbers["e"], spare)
    writer.list(face, "CElementFace", numbers["f"], spare)
    if rgba is not None:
        keys, amounts = writer.number(), writer.number()
        lists_of = {
            "m_Counter": b"\x03" + text(f"System.Collections.Generic.List`1[[{INT}]]"),
            "m_Values": b"\x03" + text(f"System.Collections.Generic.List`1[[{SINGLE}]]"),
        }
        writer.out += writer.object(radius, OURS + "CountArray", lists_of, reference(keys) + reference(amounts))
        writer.list(keys, INT, [-1, -2, -3, -4])
        writer.list(amounts, SINGLE, list(rgba), layout="f")
    for number, xyz in zip(numbers["p"], points, strict=True):
        values = struct.pack("<ddd", *xyz)
        writer.out += writer.object(number, OURS + "CElementPoint", dict.fromkeys("xyz", b"\x00\x06"), values)
    for number, (begin, end) in zip(numbers["e"], ways, strict=True):
        values = struct.pack("<ii", begin + 1, end + 1)
        writer.out += writer.object(number, OURS + "CElementEdge", {"begin": b"\x00\x08", "end": b"\x00\x08"}, values)
    edges_of = {"edges": b"\x03" + text(f"System.Collections.Generic.List`1[[{INT}]]")}
    rings_of = [writer.number() for _ in rings]
    for number, ring in zip(numbers["f"], rings_of, strict=True):
        writer.out += writer.object(number, OURS + "CElementFace", edges_of, reference(ring))
    for number, ring in zip(rings_of, rings, strict=True):
        writer.list(number, INT, ring, spare)
    return writer.out + b"\x0b"


def packed(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()
