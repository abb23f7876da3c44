"""What all geometry of the service is written with: JSON, ARGB colours, 4 × 4 matrices, two frames."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import simdjson
from numpy.typing import NDArray

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry.arrays import Floats

# What is drawn when an object's colour is not given or cannot be known.
GREY = (158, 158, 158, 255)
# mm; nothing on Earth is this far away, and such numbers would ruin every box drawn around the model.
FAR = 1e12


class Unreadable(Exception):
    """Why one object's geometry is left out; becomes the reason of a `Problem`."""


def parse(data: bytes) -> Any:
    """The top of a JSON document as simdjson proxies, which keep the document alive. `GeometryError` if it is not JSON.

    Numbers that JSON or 64 bits do not know (NaN, Infinity, 1e999, thirty digits) become null, so that they cost
    the object they stand in and no other.
    """
    try:
        return simdjson.Parser().parse(data)
    except (ValueError, RuntimeError):
        pass
    try:
        lenient = json.loads(
            data.decode("utf-8-sig", "replace"), parse_constant=lambda _: None, parse_float=_finite, parse_int=_small
        )
        return simdjson.Parser().parse(json.dumps(lenient, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RuntimeError) as error:
        head = data[:60].decode("utf-8", "replace")
        raise GeometryError(f"not a geometry answer, not even JSON ({error}): it begins with {head!r}") from None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if np.isfinite(number) else None


def _small(text: str) -> int | None:
    return int(text) if len(text) < 19 else None


def plain(value: Any) -> Any:
    """A simdjson proxy as dicts and lists; anything else as it is."""
    if isinstance(value, simdjson.Object):
        return value.as_dict()
    return value.as_list() if isinstance(value, simdjson.Array) else value


def integers(value: Any) -> list[int | None]:
    """The entries of a JSON list, None for each that is no integer. What is no list has none."""
    entries = plain(value)
    if not isinstance(entries, list):
        return []
    return [entry if isinstance(entry, int) and not isinstance(entry, bool) else None for entry in entries]


def rgba(argb: Iterable[int]) -> NDArray[np.uint8]:
    """Red, green, blue, alpha of n ARGB numbers, signed or unsigned: (n, 4) uint8.

    Alpha 0 means invisible, unless all of them have it: then the writer left alpha out, and they are opaque.
    Source: published JavaScript renderer 0.4.90; -9868951 is 0xFF696969, opaque grey.
    """
    wrapped = np.array([number & 0xFFFFFFFF for number in argb], np.uint32)
    out = np.stack([wrapped >> shift & 255 for shift in (16, 8, 0, 24)], axis=-1).astype(np.uint8)
    if not out[:, 3].any():
        out[:, 3] = 255
    return out


def y_up(xyz: NDArray[Any]) -> Floats:
    """From the frame of `mesh`, `meshblob` and IFC (Z up) to the service's (Y up): (x, y, z) -> (x, z, -y); (…, 3)."""
    xyz = np.asarray(xyz, np.float64)
    return np.stack([xyz[..., 0], xyz[..., 2], 0.0 - xyz[..., 1]], axis=-1)  # never -0.0


def z_up(xyz: NDArray[Any]) -> Floats:
    """From the service's frame (Y up) to Z up: (x, y, z) -> (x, -z, y); (…, 3). Undoes `y_up`."""
    xyz = np.asarray(xyz, np.float64)
    return np.stack([xyz[..., 0], 0.0 - xyz[..., 2], xyz[..., 1]], axis=-1)


def matrix_of(value: Any) -> Floats:
    """A matrix of the wire, (4, 4) float64 for column vectors, translation in the last column, mm.

    Either base64 of 16 little-endian float64 (`element.matrix`) or 16 numbers (templates), row by row; None is the
    identity. Anything else: `Unreadable`.
    Source: the matrices of the documented examples; THREE's Matrix4.set takes the same order.
    """
    if value is None:
        return np.eye(4)
    value = plain(value)
    try:
        if isinstance(value, str):
            numbers = np.frombuffer(base64.b64decode(value, validate=True), "<f8")
        else:
            numbers = np.array(value, np.float64)
        matrix = numbers.reshape(4, 4).astype(np.float64) + 0.0
    except (binascii.Error, ValueError, TypeError):
        raise Unreadable("its matrix is not 16 numbers") from None
    if not (np.abs(matrix) <= FAR).all():
        raise Unreadable("its matrix holds numbers that are not finite or too large")
    return matrix


def moved(matrix: Floats, points: Floats) -> Floats:
    """Points (n, 3) taken through a (4, 4) matrix for column vectors."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]
