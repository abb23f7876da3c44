"""Ambient light and sun in and around a building, computed once into a small volume that a shader looks up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import Floats
from bimplus_nb.geometry.batch import CLEAR
from bimplus_nb.geometry.mesh import Mesh

Field = NDArray[np.float32]
Solid: TypeAlias = tuple[Mesh, NDArray[np.bool_]]  # which parts of it throw shadows

# From behind the left shoulder of who looks at the front: one side lit, one shaded, the shadow in view.
SUN = (-0.78, 0.80, -0.30)
_DIRECTIONS = 40
# mm: how far around the building, and above it, the volume reaches.
_MARGIN = 3000.0
_HEADROOM = 1000.0
# mm: a thing this far away takes e⁻¹ of its light; rooms stay bright.
_REACH = 2200.0
_GROUND = 2  # voxels of it
_BLOCK = 1 << 18  # triangles, and points on them, at once


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """How much light reaches each voxel of a box.

    - ``volume``: (nx, ny, nz, 2) uint8, 0 dark … 255 free: [..., 0] ambient (in front of a flat wall half of all
      directions is free: about 128), [..., 1] sun
    - ``low``: (3,) float64, mm, Y up, world: the corner of voxel (0, 0, 0), whose middle is half a step further
    - ``step``: mm, the side of a voxel
    """

    volume: NDArray[np.uint8]
    low: Floats
    step: float


def light_volume(
    *meshes: Mesh,
    parts: NDArray[np.bool_] | None = None,
    ground: float | None = None,
    sun: Sequence[float] = SUN,
    step: float = 200.0,
    most: int = 600_000,
) -> Light:
    """The light around what is in these meshes; the same meshes give the same light.

    `parts`: (p,) mask of what throws shadows, parts of all meshes one after the other; by default all one cannot see
    through. `ground`: mm, its height, by default the lowest point. `sun`: the direction towards it. `step`: mm,
    enlarged until there are at most `most` voxels. Takes about a second for 600,000 voxels and a million triangles.
    """
    if parts is None:
        solids = [mesh.color[:, 3] >= CLEAR for mesh in meshes]
    else:
        solids = np.split(parts, np.cumsum([len(mesh.owner) for mesh in meshes[:-1]], dtype=np.int64))
    shading = list(zip(meshes, solids, strict=True))
    lowest, highest = _ends(shading)
    low = lowest - _MARGIN
    high = highest + np.array([_MARGIN, _HEADROOM, _MARGIN])
    low[1] = lowest[1] if ground is None else ground
    high = np.maximum(high, low + step)
    while np.prod(np.ceil((high - low) / step) + np.array([0, _GROUND, 0])) > most:
        step *= 1.1
    low[1] -= _GROUND * step  # the ground is the border between two voxels
    shape = np.ceil((high - low) / step).astype(int)
    opaque = _occupied(shading, low, step, (int(shape[0]), int(shape[1]), int(shape[2])))
    opaque[:, :_GROUND] = 1
    ambient, weight = np.zeros(opaque.shape, np.float32), 0.0
    for direction in _sphere(_DIRECTIONS):
        share = 1 + 0.35 * float(direction[1])  # a little more from above
        ambient += np.float32(share) * _arriving(opaque, direction, step, _REACH)
        weight += share
    towards = np.asarray(sun, np.float64)
    both = np.stack([ambient / np.float32(weight), _arriving(opaque, towards, step, np.inf)], axis=-1)
    return Light(np.round(both.clip(0, 1) * 255).astype(np.uint8), low, step)


def _ends(shading: Sequence[Solid]) -> tuple[Floats, Floats]:
    """The least and the greatest x, y, z of what is solid; where nothing is, of everything."""
    for some in (shading, [(mesh, np.ones(len(mesh.owner), bool)) for mesh, _ in shading]):
        places = [mesh.vertices[np.repeat(solid, np.diff(mesh.vertex_start))] for mesh, solid in some if solid.any()]
        if sum(map(len, places)):
            ends = np.array([[all_.min(axis=0), all_.max(axis=0)] for all_ in places if len(all_)])
            return ends[:, 0].min(axis=0), ends[:, 1].max(axis=0)
    return np.zeros(3), np.zeros(3)


def _triangles(shading: Sequence[Solid], low: Floats, step: float) -> Iterator[tuple[Floats, Floats, Floats]]:
    """The three corners (n, 3) of what is solid, in voxels, so many triangles at a time."""
    for mesh, solid in shading:
        which = np.flatnonzero(np.repeat(solid, np.diff(mesh.triangle_start)))
        for begin in range(0, len(which), _BLOCK):
            a, b, c = mesh.triangles[which[begin : begin + _BLOCK]].T
            yield tuple((mesh.vertices[corner] - low) / step for corner in (a, b, c))


def _occupied(shading: Sequence[Solid], low: Floats, step: float, shape: tuple[int, int, int]) -> Field:
    """How much of each voxel the surfaces fill, 0 … 1, by points strewn evenly over the triangles: two fill it."""
    size = int(np.prod(shape))
    # Six points a voxel's side.
    wanted = [3 * np.linalg.norm(np.cross(b - a, c - a), axis=1) for a, b, c in _triangles(shading, low, step)]
    share = min(1.0, 40 * size / max(sum(float(each.sum()) for each in wanted), 1.0))
    hits = np.zeros(size, np.int64)
    strewn = 0
    for (a, b, c), points in zip(_triangles(shading, low, step), wanted, strict=True):
        end = np.cumsum(np.ceil(points * share) + 2).astype(np.int64)
        for begin in range(0, int(end[-1]), _BLOCK):
            number = np.arange(begin, min(begin + _BLOCK, end[-1]))
            at = np.searchsorted(end, number, "right")
            number += strewn
            # Multiples of the plastic number's powers cover a square more evenly than chance, and always alike.
            u, v = (number * 0.7548776662466927) % 1, (number * 0.5698402909980532) % 1
            beyond = u + v > 1
            u, v = np.where(beyond, 1 - u, u)[:, None], np.where(beyond, 1 - v, v)[:, None]
            cell = np.floor(a[at] + u * (b[at] - a[at]) + v * (c[at] - a[at])).astype(np.int64)
            cell = cell[((cell >= 0) & (cell < shape)).all(axis=1)]
            hits += np.bincount(np.ravel_multi_index(tuple(cell.T), shape), minlength=size)
        strewn += int(end[-1])
    return np.minimum(hits / 2, 1).astype(np.float32).reshape(shape)


def _arriving(opaque: Field, direction: Floats, step: float, reach: float) -> Field:
    """How much of the light from `direction` arrives in each voxel, 0 … 1.

    Goes through the volume slice by slice along the main axis of the direction; what passed one slice, shifted by the
    slope, falls on the next. What is shaded regains light over `reach` mm, so that only near things darken.
    """
    axis = int(np.argmax(np.abs(direction)))
    slices = np.moveaxis(opaque, axis, 0)
    if direction[axis] < 0:
        slices = slices[::-1]  # now light comes from the last slice
    slope = np.delete(direction, axis) / abs(direction[axis])
    (i, j), (s, t) = np.floor(slope).astype(int).tolist(), (slope % 1).astype(np.float32)
    regain = np.float32(1 - np.exp(-step * np.linalg.norm(direction) / abs(direction[axis]) / reach))
    rows, columns = slices.shape[1:]
    out = np.ones_like(slices)
    # A frame of free sky around each slice, as wide as a slope can reach.
    passed = np.ones((rows + 4, columns + 4), np.float32)
    for k in range(len(slices) - 2, -1, -1):
        passed[2:-2, 2:-2] = out[k + 1] * (1 - slices[k + 1])
        near, far = (
            (1 - t) * passed[2 + di : 2 + di + rows, 2 + j : 2 + j + columns]
            + t * passed[2 + di : 2 + di + rows, 3 + j : 3 + j + columns]
            for di in (i, i + 1)
        )
        shaded = (1 - s) * near + s * far
        out[k] = shaded + (1 - shaded) * regain
    if direction[axis] < 0:
        out = out[::-1]
    return np.moveaxis(out, 0, axis)


def _sphere(n: int) -> Floats:
    """n directions spread evenly: (n, 3) of length 1."""
    turn = np.pi * (1 + 5**0.5) * (np.arange(n) + 0.5)
    height = 1 - 2 * (np.arange(n) + 0.5) / n
    around = np.sqrt(1 - height**2)
    return np.stack([np.cos(turn) * around, height, np.sin(turn) * around], axis=1)
