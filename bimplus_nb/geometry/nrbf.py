"""The few records of .NET's BinaryFormatter that a polyhedron is written with. Anything else is refused.

This is a reader of data, not a deserialiser: it knows eight classes with their exact members, builds nothing but
numbers, lists and dicts, and never more of them than the stream is long.
Source: [MS-NRBF]; the classes from the documented `meshblob` examples.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from bimplus_nb.geometry.wire import Unreadable

_BYTE, _INT16, _INT32, _SINGLE, _DOUBLE, _OBJECT = 2, 7, 8, 11, 6, 0
_FORMAT = {_BYTE: "B", _INT16: "h", _INT32: "i", _SINGLE: "f", _DOUBLE: "d"}
_OURS = "Nemetschek.NUtilLibrary."

# class -> its members, each with its primitive type, or _OBJECT where a record follows
_CLASSES: dict[str, dict[str, int]] = {
    "CBaseElementPolyeder": dict.fromkeys(
        ("point", "edge", "face", "m_Radius", "m_Bendingrolle", "type", "ID"), _OBJECT
    ),
    "CElementPoint": dict.fromkeys("xyz", _DOUBLE),
    "CElementEdge": {"begin": _INT32, "end": _INT32},
    "CElementFace": {"edges": _OBJECT},
    "CountArray": {"m_Counter": _OBJECT, "m_Values": _OBJECT},
    "PolyederType": {"value__": _INT32},
    "System.Guid": {"_a": _INT32, "_b": _INT16, "_c": _INT16, **{f"_{letter}": _BYTE for letter in "defghijk"}},
    "List": {"_items": _OBJECT, "_size": _INT32, "_version": _INT32},
}
# Only a Guid and an enum are written inside another object; nothing inside those.
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Reference:
    """Stands for the object of that number, which comes elsewhere in the stream."""

    id: int


def objects(stream: bytes) -> tuple[int, dict[int, Any]]:
    """The number of the root object, and every object by its number.

    A class is a dict of its members with the key "class", an array is a list without its trailing nulls. `Unreadable`:
    any record, class or member that a polyhedron does not consist of, or a stream that is cut short or too long.
    """
    reader = _Reader(stream)
    try:
        return reader.read()
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Unreadable("its BinaryFormatter stream is cut short or garbled") from None


class _Reader:
    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._at = 0
        self._found: dict[int, Any] = {}
        self._classes: dict[int, str] = {}

    def read(self) -> tuple[int, dict[int, Any]]:
        header, root, _, major, minor = self._take("<biiii")
        if (header, major, minor) != (0, 1, 0):
            raise Unreadable("not a BinaryFormatter stream of version 1.0")
        while (kind := self._take("<B")[0]) != 11:  # MessageEnd
            self._record(kind, 0)
        if self._at != len(self._stream):
            raise Unreadable("something follows the end of its BinaryFormatter stream")
        return root, self._found

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._stream, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _text(self) -> str:
        length = 0
        for shift in range(0, 35, 7):
            (byte,) = self._take("<B")
            length |= (byte & 127) << shift
            if byte < 128:
                break
        if length > 1000:
            raise Unreadable("a name too long for any of its classes")
        (raw,) = self._take(f"<{length}s")
        return str(raw, "utf-8")

    def _next(self, depth: int) -> Any:
        """The record that stands inside another."""
        (kind,) = self._take("<B")
        return self._record(kind, depth + 1)

    def _record(self, kind: int, depth: int) -> Any:
        """One record: its value, None for null."""
        if depth > _DEEPEST:
            raise Unreadable("objects inside objects, more than a polyhedron has")
        match kind:
            case 1:  # ClassWithId: members as those of an earlier object
                number, like = self._take("<ii")
                if like not in self._classes:
                    raise Unreadable("an object of a class that was not declared")
                return self._members(number, self._classes[like], depth)
            case 4 | 5:  # class with its members and types; 5 names its library
                return self._class(kind, depth)
            case 7:
                return self._array()
            case 9:
                return Reference(*self._take("<i"))
            case 10:
                return None
            case 12:  # BinaryLibrary: a name, of no interest, and then the record it belongs to
                self._take("<i")
                self._text()
                return self._next(depth)
            case 15:
                number, length, primitive = self._take("<iiB")
                if primitive not in (_INT32, _SINGLE) or not 0 <= length <= len(self._stream):
                    raise Unreadable("an array that a polyhedron does not have")
                return self._keep(number, list(self._take(f"<{length}{_FORMAT[primitive]}")))
        raise Unreadable(f"a BinaryFormatter record of kind {kind}, which a polyhedron does not have")

    def _keep(self, number: int, value: Any) -> Any:
        if number in self._found:
            raise Unreadable("two objects of one number")
        self._found[number] = value
        return value

    def _class(self, kind: int, depth: int) -> Any:
        (number,) = self._take("<i")
        full = self._text()
        name = "List" if full.startswith("System.Collections.Generic.List`1[[") else full.removeprefix(_OURS)
        expected = _CLASSES.get(name)
        (count,) = self._take("<i")
        if expected is None or count != len(expected) or [self._text() for _ in range(count)] != list(expected):
            raise Unreadable(f"a class that a polyhedron does not have: {full[:80]!r}")
        types = self._take(f"<{count}B")
        for binary, primitive in zip(types, expected.values(), strict=True):
            if (binary == 0 and self._take("<B")[0] != primitive) or (binary == 0) != (primitive != _OBJECT):
                raise Unreadable(f"members of {name} that are not of the expected type")
            if binary in (3, 4):  # a class: its name, and for 4 its library
                self._text()
                self._take("<i" if binary == 4 else "<")
            elif binary == 7:  # an array of primitives
                self._take("<B")
            elif binary != 0:
                raise Unreadable(f"members of {name} that are not of the expected type")
        if kind == 5:
            self._take("<i")
        self._classes[number] = name
        return self._members(number, name, depth)

    def _members(self, number: int, name: str, depth: int) -> Any:
        expected = _CLASSES[name]
        if _OBJECT not in expected.values():
            values = self._take("<" + "".join(_FORMAT[primitive] for primitive in expected.values()))
            return self._keep(number, {"class": name, **dict(zip(expected, values, strict=True))})
        value: dict[str, Any] = {"class": name}
        for member, primitive in expected.items():
            if primitive == _OBJECT:
                value[member] = self._next(depth)
            else:
                (value[member],) = self._take("<" + _FORMAT[primitive])
        return self._keep(number, value)

    def _array(self) -> Any:
        """A one-dimensional array of references, unused places at its end."""
        number, shape, rank, length, kind = self._take("<iBiiB")
        if (shape, rank, kind) != (0, 1, 4) or length < 0:
            raise Unreadable("an array that a polyhedron does not have")
        self._text()
        self._take("<i")
        items: list[Reference] = []
        while len(items) < length:
            (record,) = self._take("<B")
            if record in (10, 13, 14):  # null, up to 255 nulls, many nulls: the rest of the array
                nulls = 1 if record == 10 else self._take("<B" if record == 13 else "<i")[0]
                length -= nulls
                if nulls < 1 or len(items) > length:
                    raise Unreadable("more nulls than an array has places")
            elif record == 9:
                items.append(Reference(*self._take("<i")))
            else:
                raise Unreadable("an array of something that a polyhedron does not have")
        return self._keep(number, items)
