"""A picture where there is no page: the same building, looks and camera, drawn with numpy.

What the shaders in glsl/ do sample by sample is done here for all at once. One layer of glass, one of ghosts and one of
rooms among them is drawn, and what reaches behind the eye is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh
from bimplus_nb.geometry.batch import CLEAR
from bimplus_nb.geometry.edges import Creases
from bimplus_nb.geometry.light import SUN, Light
from bimplus_nb.geometry.section import section
from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.capture import Plane
from bimplus_nb.viewer.palette import THEMES
from bimplus_nb.viewer.raster import Floats, Frame
from bimplus_nb.viewer.state import CLOSED, COLORED, GHOST, ROOM, SELECTED, VISIBLE

_SUN: Final = (np.array(SUN) / np.linalg.norm(SUN)).astype(np.float32)
_PITCH: Final = 130.0  # mm, of the hatch
_SAMPLES: Final = 2  # along each side of a pixel
_BLOCK: Final = 16_384  # samples


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is in the picture: a mesh and the texels (p,) of its parts; its lines and its light where they are known.

    `ground` is the ground's height in mm; `cuts` are planes, see `bimplus_nb.viewer.capture.Plane`.
    """

    mesh: Mesh
    texels: NDArray[np.uint32]
    ground: float
    lines: Creases | None = None
    light: Light | None = None
    cuts: tuple[Plane, ...] = ()


def still(subject: Subject, camera: Camera, size: tuple[int, int], theme: str) -> NDArray[np.uint8]:
    """The picture, (height, width, 3); `size` is width and height in pixels, `theme` "light" or "dark"."""
    width, height = (max(16, side) for side in size)
    painting = _Painting(subject, Frame(camera, width * _SAMPLES, height * _SAMPLES), theme)
    color = painting.finished().reshape(height, _SAMPLES, width, _SAMPLES, 3).mean(axis=(1, 3))
    return np.asarray(np.round(np.clip(color, 0, 1) * 255), np.uint8)


class _Painting:
    def __init__(self, subject: Subject, frame: Frame, theme: str) -> None:
        self.subject = subject
        self.frame = frame
        self.theme: dict[str, Any] = {name: np.asarray(value, np.float32) for name, value in THEMES[theme].items()}
        mesh, texel = subject.mesh, subject.texels.view(np.uint8).reshape(-1, 4)
        self.bits = texel[:, 3]
        self.base = texel[:, :3].astype(np.float32) / 255
        shown = ((self.bits & VISIBLE) > 0) & (((self.bits & ROOM) == 0) | ((self.bits & COLORED) > 0))
        ghost, room = (self.bits & GHOST) > 0, (self.bits & ROOM) > 0
        clear = (mesh.color[:, 3] < CLEAR) & ~room
        self.layers = {"solid": shown & ~ghost & ~clear, "glass": shown & ~ghost & clear}
        self.layers |= {"ghosts": shown & ghost & ~room, "rooms": shown & ghost & room}
        samples = np.arange(frame.width * frame.height).reshape(frame.height, frame.width)
        self.first = samples[::_SAMPLES, ::_SAMPLES].repeat(_SAMPLES, 0).repeat(_SAMPLES, 1).ravel()

    def finished(self) -> Floats:
        """(samples, 3), as on a screen."""
        near, part, normal = self._front("solid")
        color = self._backdrop()
        alike = (part == part[self.first]) & (np.einsum("ij,ij->i", normal, normal[self.first]) > 0.999)
        for some in self._once(color, near > 0, alike):
            color[some] = self._solid(part[some], normal[some], self.frame.place(near[some], some))
        for number in range(len(self.subject.cuts)):
            self._cap(number, color, near)
        self._ground(color, near)
        self._lines(color, near)
        self._seams(color, near)
        for layer in ("rooms", "ghosts", "glass"):
            over, part, normal = self._front(layer)
            for some in _blocks(over > near):
                paint, alpha = self._seen_through(layer, part[some], normal[some], self.frame.place(over[some], some))
                color[some] += (paint - color[some]) * alpha[:, None]
        return color

    def _once(
        self, color: Floats, which: NDArray[np.bool_], alike: NDArray[np.bool_] | None = None
    ) -> Iterator[NDArray[np.int64]]:
        """Blocks of the samples so marked, to be painted; those `alike` the first of their pixel, if it is marked too,
        are left out, and get its colour in the end."""
        copies = which & which[self.first] if alike is None else which & which[self.first] & alike
        copies[self.first] = False
        yield from _blocks(which & ~copies)
        some = np.flatnonzero(copies)
        color[some] = color[self.first[some]]

    def _front(self, layer: str) -> tuple[Floats, NDArray[np.int64], Floats]:
        """How near what is in front of a layer is, its part, and its normal (towards the eye)."""
        mesh = self.subject.mesh
        which = np.flatnonzero(self.layers[layer][mesh.triangle_part])
        corners = mesh.vertices[mesh.triangles[which]]
        near, number = self.frame.front(corners, self._kept if self.subject.cuts else None)
        normals = _normals(corners).astype(np.float32)
        normal = normals[number] if len(normals) else np.zeros((len(near), 3), np.float32)
        normal *= np.where(np.einsum("ij,ij->i", normal, self.frame.rays) > 0, -1, 1)[:, None]
        part = mesh.triangle_part[which][number] if len(which) else number
        return near, part, normal

    def _rim(self, normal: Floats, place: NDArray[np.float64]) -> Floats:
        """0 where a surface faces the eye, 1 where it turns away."""
        return np.asarray(1 - np.abs(np.einsum("ij,ij->i", normal, self.frame.eyeward(place))), np.float32)

    def _skyward(self, up: Floats) -> Floats:
        share = (up * 0.5 + 0.5)[:, None]
        out: Floats = (self.theme["bounceLight"] * (1 - share) + self.theme["skyLight"] * share) * self.theme["ambient"]
        return out

    def _reaching(self, place: NDArray[np.float64], normal: Floats) -> tuple[Floats, Floats]:
        """How much of the sky (a flat wall: 1) and of the sun reaches each place: two (n,)."""
        light = self.subject.light
        if light is None:
            return np.ones(len(place), np.float32), np.ones(len(place), np.float32)
        shape = np.array(light.volume.shape[:3], np.float32)[:, None]
        at = ((place + normal * light.step - light.low) / light.step - 0.5).astype(np.float32).T
        beyond = np.maximum(np.maximum(-at, at - shape + 1).max(axis=0), 0) / 2
        near = np.flatnonzero(beyond < 1)
        at = np.clip(at[:, near], 0, shape - 1.001)
        low = at.astype(np.int32)
        share = at - low
        start = np.ravel_multi_index(tuple(low), light.volume.shape[:3])
        pairs = np.ascontiguousarray(light.volume).view(np.uint16).reshape(-1)  # sky and sun are taken together
        inside = np.zeros((len(near), 2), np.float32)
        for corner in np.ndindex(2, 2, 2):
            x, y, z = (share[axis] if corner[axis] else 1 - share[axis] for axis in range(3))
            step = int(np.ravel_multi_index(corner, light.volume.shape[:3]))
            inside += (x * y * z)[:, None] * pairs[start + step].view(np.uint8).reshape(-1, 2)
        open_air = np.array([0.5, 1.0], np.float32)
        both = np.broadcast_to(open_air, (len(place), 2)).copy()
        both[near] += (inside / 255 - open_air) * (1 - beyond[near, None])
        sky, sun = both.T
        # The sun's shadow knows nothing of a cut, and would lie on what the cut lays open.
        return sky * np.float32(2.05), np.ones_like(sun) if self.subject.cuts else sun

    def _solid(self, part: NDArray[np.int64], normal: Floats, place: NDArray[np.float64]) -> Floats:
        bits, rim = self.bits[part], self._rim(normal, place)
        colored, selected = ((bits & flag) > 0 for flag in (COLORED, SELECTED))
        base, tint = self.base[part] ** 2, self.theme["selectColor"] ** 2
        base = np.where((selected & ~colored)[:, None], base * 0.2 + tint * 1.15 * 0.8, base)
        open_sky, open_sun = self._reaching(place, normal)
        towards = np.maximum(normal @ _SUN, 0)
        sky = np.minimum(open_sky**1.5, 1.06)[:, None]
        share = np.clip((open_sun - 0.08) / 0.77, 0, 1)
        direct = (share * share * (3 - 2 * share) * towards * self.theme["key"])[:, None]
        lit = base * (self._skyward(normal[:, 1]) * sky + self.theme["sunLight"] * direct)
        flat = base * (0.74 + 0.16 * normal[:, 1] + 0.30 * towards + 0.10 * (1 - rim))[:, None]
        rim = rim[:, None]
        marked = np.where(colored[:, None], flat * 1.12 + 0.05 + 0.22 * rim**2, lit + tint * (0.1 + 0.35 * rim**3))
        return _screen(np.where(selected[:, None], marked, np.where(colored[:, None], flat, lit)))

    def _seen_through(
        self, layer: str, part: NDArray[np.int64], normal: Floats, place: NDArray[np.float64]
    ) -> tuple[Floats, Floats]:
        rim = self._rim(normal, place)
        if layer == "rooms":
            return np.asarray(self.base[part], np.float32), 0.30 + 0.35 * rim**2
        if layer == "ghosts":
            return np.broadcast_to(self.theme["ghostColor"], (len(part), 3)), 0.035 + 0.22 * rim**2
        selected, colored = ((self.bits[part] & flag) > 0 for flag in (SELECTED, COLORED))
        sky = np.array((0.80, 0.87, 0.93), np.float32) * 0.6 + self.theme["skyLight"] * 0.4
        share = (0.35 + 0.5 * rim**2)[:, None]
        color = self.base[part] ** 2 * (1 - share) + sky * share
        color = np.where(selected[:, None], color * 0.4 + self.theme["selectColor"] ** 2 * 0.6, color)
        color = np.where(colored[:, None], self.base[part] ** 2, color)
        alpha = np.where(selected, 0.55, np.where(colored, 0.75, 0.20)) + 0.45 * rim**3
        return _screen(color), np.minimum(alpha, 1).astype(np.float32)

    def _backdrop(self) -> Floats:
        width, height = self.frame.width // _SAMPLES, self.frame.height // _SAMPLES
        y, x = np.linspace(1, 0, height, dtype=np.float32)[:, None], np.linspace(0, 1, width, dtype=np.float32)
        bottom, top = self.theme["backBottom"], self.theme["backTop"]
        color = bottom + (top - bottom) * (y * y * (3 - 2 * y))[:, None]
        off = np.clip((np.hypot(x - 0.5, (y - 0.5) * 0.8) - 0.35) / 0.55, 0, 1)
        color = color * (1 - 0.10 * off * off * (3 - 2 * off))[..., None]
        return np.asarray(color.repeat(_SAMPLES, 0).repeat(_SAMPLES, 1).reshape(-1, 3), np.float32)

    def _ground(self, color: Floats, near: Floats) -> None:
        down = self.frame.plane(np.array((0.0, 1.0, 0.0)), self.subject.ground)
        up = np.array([(0, 1, 0)], np.float32)
        sky, sun = self._skyward(up[:, 1]), self.theme["sunLight"] * self.theme["key"] * _SUN[1]
        low, high = self.subject.mesh.vertices.min(axis=0), self.subject.mesh.vertices.max(axis=0)
        radius = float(np.linalg.norm(high - low)) / 2
        seen = down > near
        some = np.flatnonzero(seen)
        seen[some] = self._kept(some, down[some])
        near[seen] = down[seen]
        for some in self._once(color, seen):
            place = self.frame.place(near[some], some)
            open_sky, open_sun = self._reaching(place, up)
            share = np.clip((open_sun - 0.05) / 0.85, 0, 1)[:, None]
            share = share * share * (3 - 2 * share)
            lit = np.minimum((sky * np.minimum(open_sky, 1)[:, None] + sun * share) / (sky + sun), 1) ** 0.5
            away = np.linalg.norm((place - (low + high) / 2)[:, [0, 2]], axis=1) / radius
            fade = np.clip((away - 0.9) / 2.3, 0, 1)[:, None]
            fade = fade * fade * (3 - 2 * fade)
            color[some] = (self.theme["groundColor"] * (1 - fade) + color[some] * fade) * lit

    def _lines(self, color: Floats, near: Floats) -> None:
        lines = self.subject.lines
        if lines is None:
            return
        layers = self.layers
        drawn = np.flatnonzero((layers["solid"] | layers["ghosts"] | layers["rooms"])[lines.part])
        ends = self.subject.mesh.vertices[lines.index[drawn]]
        sample, depth, which = self.frame.along(ends)
        seen = (self.frame.nearer(depth, 0.0006) >= near[sample]) & self._kept(sample, depth)
        sample, depth, which = sample[seen], depth[seen], drawn[which[seen]]
        pixels = lines.length[which] * self.frame.pixels(depth) / _SAMPLES
        bits = self.bits[lines.part[which]]
        ghost, selected = ((bits & flag) > 0 for flag in (GHOST, SELECTED))
        share = np.clip(np.where(ghost, (pixels - 8) / 72, (pixels - 2.5) / 11.5), 0, 1)
        alpha = share * share * (3 - 2 * share) * self.theme["edgeColor"][3] * np.where(ghost, 0.22, 1)
        alpha = np.where(selected, 1, alpha)[:, None]
        own = self.theme["edgeColor"][:3] * 0.65 + self.base[lines.part[which]] * 0.25 * 0.35
        paint = np.where(selected[:, None], self.theme["lineColor"], own)
        color[sample] = color[sample] * (1 - alpha) + paint * alpha

    def _kept(self, sample: NDArray[np.int64], near: Floats, but: int = -1) -> NDArray[np.bool_]:
        """Which places, as near as this in these samples, no plane (`but` one) cuts away."""
        kept = np.ones(len(sample), bool)
        if self.subject.cuts:
            place = self.frame.place(near, sample)
            for number, (*normal, at) in enumerate(self.subject.cuts):
                if number != but:
                    kept &= place @ np.array(normal) <= at
        return kept

    def _cap(self, number: int, color: Floats, near: Floats) -> None:
        """Hatch where a plane cuts closed bodies: a sample has more of their backs than fronts behind it there."""
        mesh, frame = self.subject.mesh, self.frame
        *plane, at = self.subject.cuts[number]
        normal = np.array(plane)
        there = frame.plane(normal, at)
        if not there.any():
            return
        closed = self.layers["solid"] & ((self.bits & CLOSED) > 0) & ((self.bits & ROOM) == 0)
        corners = mesh.vertices[mesh.triangles[closed[mesh.triangle_part]]]
        back = np.where(np.einsum("ij,ij->i", _normals(corners), frame.eyeward(corners[:, 0])) < 0, 1, -1)
        count = np.zeros(len(near), np.int64)
        for sample, depth, triangle in frame.samples(corners):
            behind = depth < there[sample]
            np.add.at(count, sample[behind], back[triangle[behind]])
        some = np.flatnonzero((count != 0) & (there > near))
        some = some[self._kept(some, there[some], number)]
        near[some] = there[some]
        right = np.cross((0, 0, 1) if abs(normal[1]) > 0.9 else (0, 1, 0), normal)
        right /= np.linalg.norm(right)
        along = self.frame.place(there[some], some) @ (right - np.cross(normal, right)) / (np.sqrt(2) * _PITCH)
        line = (np.abs(along % 1 - 0.5) < 0.09)[:, None]
        color[some] = np.where(line, self.theme["hatchColor"], self.theme["capColor"])

    def _seams(self, color: Floats, near: Floats) -> None:
        shown = self.layers["solid"] | self.layers["glass"]
        for *normal, at in self.subject.cuts:
            ends = section(self.subject.mesh, normal, at, parts=shown).segments - np.array(normal)
            sample, depth, _ = self.frame.along(ends)
            seen = (self.frame.nearer(depth, 0.0006) >= near[sample]) & self._kept(sample, depth)
            color[sample[seen]] = self.theme["seamColor"]


def _blocks(which: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """The samples so marked, as many at a time as a processor keeps at hand what is worked out for them."""
    some = np.flatnonzero(which)
    for start in range(0, len(some), _BLOCK):
        yield some[start : start + _BLOCK]


def _normals(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12))


def _screen(color: Floats) -> Floats:
    """Linear light as on a screen; whites bend instead of clipping."""
    most = np.maximum(np.maximum(color[:, 0], color[:, 1]), color[:, 2])[:, None]
    bent = color / (1 + np.maximum(most - 0.75, 0) * 0.55)
    return np.asarray(np.maximum(bent, 0) ** 0.5, np.float32)
