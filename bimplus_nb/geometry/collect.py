"""Geometry objects of THREE's JSON format 3, gathered from one answer and turned into a `Mesh` all together."""

from __future__ import annotations

from typing import Any

import numpy as np
import simdjson
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats, Ints, by_value, offsets, ranges, runs
from bimplus_nb.geometry.faces import decode_faces, regroup
from bimplus_nb.geometry.mesh import Mesh, Problem
from bimplus_nb.geometry.wire import FAR, GREY, Unreadable, integers, rgba

# three.js knows two UV layers; a broken number must not make a record longer than memory.
_MOST_LAYERS = 8


class Palette:
    """The colours of one answer; each chunk has its own.

    ``table``: (n + 1, 4) uint8 RGBA, the last row being the grey of what has no colour. ``notes``: what is odd.
    """

    def __init__(self, colors: Any) -> None:
        argb = integers(colors)
        known = [number for number in argb if number is not None]
        self._gaps = [index for index, number in enumerate(argb) if number is None]
        self.table = np.full((len(argb) + 1, 4), GREY, np.uint8)
        self.table[np.delete(np.arange(len(argb)), self._gaps)] = rgba(known)
        self.notes: tuple[Problem, ...] = ()
        if known and not any(number & 0xFF000000 for number in known):
            self.notes = (Problem("", "every colour of the palette has alpha 0: drawn opaque"),)

    def unknown(self, index: Ints) -> NDArray[np.bool_]:
        """Which indices name no colour: (n,) bool."""
        return (index < 0) | (index >= len(self.table) - 1) | np.isin(index, self._gaps)


class Collector:
    """Takes geometry objects one by one (`add` only copies their numbers) and gives one `mesh` at the end.

    What is wrong with one geometry costs that geometry alone and is told in the problems of the mesh.
    """

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._names: list[str] = []
        self._sources: list[str] = []
        self._vertices: list[Any] = []
        self._codes: list[Any] = []
        self._colorid: list[int] = []
        self._colors: dict[int, int] = {}  # by position in the lists, where a geometry has a colour of its own
        self._scales: dict[int, float] = {}
        self._layers: dict[int, int] = {}
        self._problems: list[Problem] = []

    def add(self, name: str, source: str, geometry: Any) -> None:
        """`geometry` ({faces, vertices, metadata} as simdjson proxies) becomes part of the object `name`.

        `source` is the id under which the answer carries it, for problems.
        """
        at = len(self._names)
        try:
            # First as if all were well: to ask beforehand what there is takes longer than to read it.
            try:
                vertices = geometry["vertices"].as_buffer(of_type="d")
                codes = geometry["faces"].as_buffer(of_type="i")
                whole = vertices.size % 24 == 0
            except (KeyError, TypeError, ValueError, AttributeError):
                whole = False
            if not whole:
                keys = list(geometry) if isinstance(geometry, simdjson.Object) else []
                vertices, codes = _vertices(geometry, keys), _codes(geometry, keys)
            try:
                metadata = geometry["metadata"].as_dict()
            except (KeyError, TypeError, AttributeError):
                metadata = None
            keys = [] if len(geometry) == (2 if metadata is None else 3) else list(geometry)
            further = metadata or {}
            if "scale" in keys:
                self._scales[at] = _scale(geometry["scale"])
            if "uvs" in keys or "uvs" in further:
                self._layers[at] = _layers(geometry["uvs"] if "uvs" in keys else None, further.get("uvs"))
            colorid = further.get("colorid")
            if colorid is None and "color" in keys and isinstance(color := geometry["color"], int):
                self._colors[at] = color
        except Unreadable as reason:
            self._problems.append(Problem(source, str(reason)))
            self._scales.pop(at, None)
            return
        self._names.append(name)
        self._sources.append(source)
        self._vertices.append(vertices)
        self._codes.append(codes)
        self._colorid.append(colorid if isinstance(colorid, int) and -1 < colorid < 2**31 else -1)

    def mesh(self) -> Mesh:
        """All that was added, decoded at once."""
        self._problems += self._palette.notes
        n = len(self._names)
        if not n:
            return Mesh.empty(self._problems)
        vertex_count = np.array([buffer.size for buffer in self._vertices]) // 24
        code_count = np.array([buffer.size for buffer in self._codes]) // 8
        # One copy, and the buffers are free.
        vertices = np.frombuffer(b"".join(self._vertices), np.float64).reshape(-1, 3)
        self._vertices.clear()
        codes = _narrow(np.frombuffer(b"".join(self._codes), np.int64))
        self._codes.clear()
        if self._scales:
            scale = _spread(self._scales, n, 1.0)
            with np.errstate(over="ignore", invalid="ignore"):
                vertices = vertices / np.repeat(scale, vertex_count)[:, None]
        faces = decode_faces(codes, code_count, _spread(self._layers, n, 0))
        wrong = faces.wrong
        if len(vertices) and not (vertices.min() >= -FAR and vertices.max() <= FAR):
            far = ~(np.abs(vertices) <= FAR).all(axis=1)
            for k in np.unique(np.repeat(np.arange(n), vertex_count)[far]).tolist():
                wrong[k] = "a vertex that is not a finite number, or farther away than 10⁹ m"
        drawn = np.flatnonzero(faces.count)
        # Seen as unsigned, a negative number is too large as well.
        greatest = np.maximum.reduceat(faces.triangles.view(np.uint32).ravel(), 3 * offsets(faces.count)[drawn])
        for k in drawn[greatest >= vertex_count[drawn]].tolist():
            wrong.setdefault(k, f"a face that uses a vertex beyond its {vertex_count[k]}")
        self._problems += [Problem(self._sources[k], reason) for k, reason in sorted(wrong.items())]
        return self._parts(vertices, vertex_count, faces.triangles, faces.count, faces.color, list(wrong))

    def _parts(
        self, vertices: Floats, vertex_count: Ints, triangles: Ints, count: Ints, painted: Ints, wrong: list[int]
    ) -> Mesh:
        """The mesh of the geometries that are not `wrong`, one part for each colour of each."""
        owner = np.arange(len(count))
        if wrong:
            good = np.delete(owner, wrong)
            keep = ranges(offsets(count)[good], count[good])
            vertices = vertices[ranges(offsets(vertex_count)[good], vertex_count[good])]
            triangles, painted = triangles[keep], painted[keep]
            owner, count, vertex_count = good, count[good], vertex_count[good]
        color, table = self._color_rows(owner, count)
        if (painted >= 0).any():
            split = self._split(owner, color, triangles, count, painted, vertex_count)
            owner, color, triangles, count, vertex_count, copied = split
            vertices = vertices[copied]
        names = list(map(self._names.__getitem__, owner.tolist()))
        return Mesh.from_parts(names, vertices, triangles, vertex_count, count, table[color], self._problems)

    def _color_rows(self, owner: Ints, count: Ints) -> tuple[Ints, NDArray[np.uint8]]:
        """For each geometry the row of its colour in a table: the palette's, then the geometries' own colours."""
        table = np.concatenate([self._palette.table, rgba(self._colors.values())])
        grey = len(self._palette.table) - 1
        row = np.array(self._colorid, np.int64)
        unknown = self._palette.unknown(row)
        row[unknown] = grey
        row[list(self._colors)] = grey + 1 + np.arange(len(self._colors))
        unknown[list(self._colors)] = False
        for k in owner[unknown[owner] & (count > 0)].tolist():
            given = self._colorid[k]
            said = f"colour {given} of a palette of {grey}" if given >= 0 else "no colour that can be read"
            self._problems.append(Problem(self._sources[k], f"{said}: drawn grey"))
        return row[owner], table

    def _split(
        self, owner: Ints, color: Ints, triangles: Ints, count: Ints, painted: Ints, vertex_count: Ints
    ) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
        """Parts by face colour: owner, color, triangles, count, vertex count of each, and which vertices they copy."""
        place = np.repeat(np.arange(len(count)), count)
        grey = len(self._palette.table) - 1
        unknown = (painted >= 0) & self._palette.unknown(painted)
        for k in np.unique(owner[place[unknown]]).tolist():
            self._problems.append(Problem(self._sources[k], f"a face colour beyond a palette of {grey}: drawn grey"))
        shade = np.where(painted < 0, color[place], np.where(unknown, grey, painted))
        span = int(shade.max()) + 1
        key, order = by_value(place * span + shade, len(count) * span)
        first = runs(key)
        parts, count = key[first], np.diff(first, append=len(key))
        part = np.repeat(np.arange(len(parts)), count)
        triangles = triangles + offsets(vertex_count)[place][:, None]
        copied, of_part, corners = regroup(triangles[order], part)
        vertex_count = np.bincount(of_part, minlength=len(parts))
        corners = corners - offsets(vertex_count)[part][:, None]
        return owner[parts // span], parts % span, corners, count, vertex_count, copied


def _vertices(geometry: Any, keys: list[str]) -> Any:
    """A buffer of float64, three a vertex."""
    if "vertices" not in keys:
        raise Unreadable("no vertices")
    try:
        buffer = geometry["vertices"].as_buffer(of_type="d")
    except (TypeError, ValueError, AttributeError):
        raise Unreadable("its vertices are not a list of finite numbers") from None
    if buffer.size % 24:
        raise Unreadable(f"{buffer.size // 8} vertex coordinates, which is no multiple of 3")
    return buffer


def _codes(geometry: Any, keys: list[str]) -> Any:
    """A buffer of int64, face records."""
    if "faces" not in keys:
        raise Unreadable("no faces")
    array = geometry["faces"]
    try:
        return array.as_buffer(of_type="i")
    except (TypeError, ValueError, AttributeError):
        pass
    # JavaScript does not tell 1.0 from 1, so neither do writers.
    try:
        numbers = np.frombuffer(array.as_buffer(of_type="d"), np.float64)
    except (TypeError, ValueError, AttributeError):
        numbers = np.array([np.nan])
    whole = np.where(np.abs(numbers) < 2**53, numbers, 0.0).astype(np.int64)
    if not np.array_equal(whole, numbers):
        raise Unreadable("its faces are not a list of whole numbers")
    return whole.view(np.uint8)  # whose size, too, is in bytes


def _narrow(numbers: Ints) -> NDArray[np.int32]:
    """As int32. What is larger than that becomes the largest there is: no index, no type and no colour either way."""
    limit = np.iinfo(np.int32)
    out = np.empty(len(numbers), np.int32)
    return np.clip(numbers, limit.min, limit.max, out=out, casting="unsafe")


def _scale(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or value == 0:
        raise Unreadable("its scale is not a number other than 0")
    return float(value)


def _layers(uvs: Any, declared: Any) -> int:
    """How many UV layers: the lists of `uvs` that hold something, as three.js counts, or what the metadata say."""
    lists = uvs if isinstance(uvs, simdjson.Array) else ()
    layers: Any = sum(isinstance(layer, simdjson.Array) and len(layer) > 0 for layer in lists)
    if not layers and declared is not None:
        layers = len(declared) if isinstance(declared, list) else declared
    if not isinstance(layers, int) or not 0 <= layers <= _MOST_LAYERS:
        raise Unreadable(f"UV layers that are not a number up to {_MOST_LAYERS}")
    return layers


def _spread(values: dict[int, Any], n: int, otherwise: Any) -> NDArray[Any]:
    """(n,): `otherwise`, but the values given by position."""
    out = np.full(n, otherwise)
    out[list(values)] = list(values.values())
    return out
