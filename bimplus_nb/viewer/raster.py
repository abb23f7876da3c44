"""A small rasteriser in numpy: which triangle is in front at each sample of a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import ranges
from bimplus_nb.viewer.camera import Camera, axes

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Kept = Callable[[Ints, Floats], NDArray[np.bool_]]  # of samples and one over the depth there

REACH: Final = 1e6
"""mm before and behind the eye that an orthographic picture shows."""

_TOGETHER: Final = 2_000_000  # samples


class Frame:
    """The samples of a picture, `width` x `height`, as a camera sees them.

    How near something is is said by a number that is greater the nearer it is, changes evenly over a flat surface of
    the picture, and is 0 for what cannot be seen: one over the depth in perspective, else what is left to `REACH`.

    ``rays``: (width * height, 3) float32, row by row from the top, the way each sample looks, 1 long along the camera's
    own direction.
    """

    def __init__(self, camera: Camera, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.parallel = camera.height is not None
        self.eye = np.asarray(camera.position, np.float64)
        self._axes = axes(np.subtract(camera.target, self.eye))
        shown = camera.height or 2 * float(np.tan(np.radians(camera.fov) / 2))
        self._focal = height / shown  # samples a mm, times the depth in perspective
        x, y = np.arange(width) + 0.5 - width / 2, height / 2 - np.arange(height) - 0.5
        right, up = np.outer(x / self._focal, self._axes[0]), np.outer(y / self._focal, self._axes[1])
        aside = (up[:, None] + right).reshape(-1, 3)
        forward = np.broadcast_to(self._axes[2], aside.shape)
        self._aside = aside if self.parallel else np.zeros((1, 3))
        self.rays: Floats = np.asarray(forward if self.parallel else forward + aside, np.float32)

    def project(self, points: NDArray[np.float64]) -> Floats:
        """Points (…, 3), mm, as x and y in samples and how near they are."""
        seen = (points - self.eye) @ self._axes.T
        if self.parallel:
            near = np.maximum(REACH - seen[..., 2], 0)
            scale: Any = self._focal
        else:
            near = np.divide(1.0, seen[..., 2], out=np.zeros(seen.shape[:-1]), where=seen[..., 2] > 1.0)
            scale = self._focal * near
        x, y = self.width / 2 + scale * seen[..., 0], self.height / 2 - scale * seen[..., 1]
        return np.stack([x, y, near], axis=-1).astype(np.float32)

    def place(self, near: Floats, which: Ints) -> NDArray[np.float64]:
        """Where what is so near (n,) in these samples (n,) is in the world, mm."""
        if self.parallel:
            return np.asarray(self.eye + self._aside[which] + self.rays[which] * (REACH - near[:, None]))
        return np.asarray(self.eye + self.rays[which] / near[:, None])

    def eyeward(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """The way from places (n, 3) to the eye, 1 long."""
        way = np.broadcast_to(-self._axes[2], place.shape) if self.parallel else self.eye - place
        return np.asarray(way / np.linalg.norm(way, axis=1, keepdims=True))

    def plane(self, normal: NDArray[np.float64], at: float) -> Floats:
        """How near the plane ``normal · p = at`` is at each sample, if it is seen from where it points to; else 0."""
        above = (self.eye + self._aside) @ normal - at
        down = -(self.rays @ normal)
        sinking = down > 1e-6
        if self.parallel:
            near = REACH - np.divide(above, down, out=np.full(len(down), np.inf), where=sinking)
        else:
            near = np.where(sinking & (above > 0), down / above, 0)
        return np.asarray(np.maximum(near, 0), np.float32)

    def pixels(self, near: Floats) -> Floats:
        """How many samples a mm is wide there."""
        return np.asarray(np.full_like(near, self._focal) if self.parallel else self._focal * near)

    def nearer(self, near: Floats, share: float) -> Floats:
        """Nearer by this share of the distance at which a perspective would show it so large; as glsl/lens.glsl."""
        return np.asarray(near + 1.5 * share * self.height / self._focal if self.parallel else near * (1 + share))

    def front(self, corners: NDArray[np.float64], kept: Kept | None = None) -> tuple[Floats, Ints]:
        """For each sample how near the nearest of the triangles (t, 3, 3) is, and its number; 0 and -1: none.

        Triangles of which a corner cannot be seen are left out, and samples that are not `kept`.
        """
        near = np.zeros(self.width * self.height, np.float32)
        number = np.full(len(near), -1)
        for sample, depth, triangle in self.samples(corners):
            if kept:
                some = kept(sample, depth)
                sample, depth, triangle = sample[some], depth[some], triangle[some]
            np.maximum.at(near, sample, depth)
            won = near[sample] == depth
            number[sample[won]] = triangle[won]
        return near, number

    def samples(self, triangles: NDArray[np.float64]) -> Iterator[tuple[Ints, Floats, Ints]]:
        """The samples inside triangles (t, 3, 3), how near these are there, and whose they are."""
        corners = self.project(triangles)
        x, y, near = corners[..., 0], corners[..., 1], corners[..., 2]
        top = np.clip(np.ceil(y.min(axis=1) - 0.5), 0, self.height).astype(np.int64)
        bottom = np.clip(np.ceil(y.max(axis=1) - 0.5), 0, self.height).astype(np.int64)
        edge = corners[:, 1:] - corners[:, :1]
        (ux, uy, un), (vx, vy, vn) = edge[:, 0].T, edge[:, 1].T
        twice = ux * vy - vx * uy
        on_screen = (x.max(axis=1) > 0) & (x.min(axis=1) < self.width)
        drawn = np.flatnonzero((near > 0).all(axis=1) & (bottom > top) & on_screen & (np.abs(twice) > 1e-3))
        across, down = ((un * vy - vn * uy), (vn * ux - un * vx))
        share = np.cumsum(np.abs(twice[drawn]) / 2 + bottom[drawn] - top[drawn]) // _TOGETHER
        for some in np.split(drawn, np.flatnonzero(np.diff(share)) + 1):
            row = ranges(top[some], bottom[some] - top[some])
            of = np.repeat(some, bottom[some] - top[some])
            left, right = self._spans(corners[of], (row + 0.5).astype(np.float32))
            count = np.maximum(right - left, 0)
            dx, dy = left + 0.5 - x[of, 0], row + 0.5 - y[of, 0]
            begins = near[of, 0] + (dx * across[of] + dy * down[of]) / twice[of]
            rises = across[of] / twice[of]
            start = row * self.width + left
            span = np.repeat(np.arange(len(of)), count)
            sample = ranges(start, count)
            depth = begins[span] + rises[span] * (sample - start[span])
            yield sample, depth.astype(np.float32), of[span]

    def _spans(self, corners: Floats, y: Floats) -> tuple[Ints, Ints]:
        """The columns [from, to) in which triangles (r, 3, 3) cover the middle of samples on one row each."""
        left, right = np.full(len(y), np.inf, np.float32), np.full(len(y), -np.inf, np.float32)
        for a, b in ((0, 1), (1, 2), (2, 0)):
            (xa, ya), (xb, yb) = corners[:, a, :2].T, corners[:, b, :2].T
            meets = (ya <= y) != (yb <= y)
            at = xa + (xb - xa) * np.divide(y - ya, yb - ya, out=np.zeros_like(y), where=meets)
            left = np.where(meets, np.minimum(left, at), left)
            right = np.where(meets, np.maximum(right, at), right)
        inside = left <= right
        first = np.clip(np.ceil(np.where(inside, left, 0) - 0.5), 0, self.width).astype(np.int64)
        last = np.clip(np.ceil(np.where(inside, right, 0) - 0.5), 0, self.width).astype(np.int64)
        return first, last

    def along(self, segments: NDArray[np.float64]) -> tuple[Ints, Floats, Ints]:
        """The samples on straight lines (s, 2, 3), how near these are there, and whose they are."""
        ends = self.project(segments)
        whole = np.flatnonzero((ends[..., 2] > 0).all(axis=1))
        ends = ends[whole]
        length = np.abs(ends[:, 1, :2] - ends[:, 0, :2]).max(axis=1)
        steps = np.ceil(np.minimum(length, 4 * self.width)).astype(np.int64) + 1
        at = ranges(np.zeros(len(steps)), steps) / np.repeat(np.maximum(steps - 1, 1), steps)
        of = np.repeat(np.arange(len(steps)), steps)
        point = ends[of, 0] + (ends[of, 1] - ends[of, 0]) * at[:, None].astype(np.float32)
        column, row = point[:, 0].astype(np.int64), point[:, 1].astype(np.int64)
        inside = (point[:, :2] >= 0).all(axis=1) & (column < self.width) & (row < self.height)
        return (row * self.width + column)[inside], point[inside, 2], whole[of[inside]]
