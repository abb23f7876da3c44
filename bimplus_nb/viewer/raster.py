"""A small rasteriser in numpy: which triangle is in front at each sample of a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.arrays import ranges
from bimplus_nb.viewer.camera import Camera

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Kept = Callable[[Ints, Floats], NDArray[np.bool_]]  # of samples and one over the depth there

_TOGETHER: Final = 2_000_000  # samples


class Frame:
    """The samples of a picture, `width` x `height`, as a camera sees them.

    ``rays``: (width * height, 3) float32, row by row from the top, the way each sample looks, 1 long along the camera's
    own direction; so ``eye + ray / near`` is the place seen at a depth of ``1 / near``.
    """

    def __init__(self, camera: Camera, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.eye = np.asarray(camera.position, np.float64)
        forward = np.subtract(camera.target, self.eye, dtype=np.float64)
        forward /= np.linalg.norm(forward) or 1.0
        right = np.cross(forward, (0.0, 1.0, 0.0))
        right = right / np.linalg.norm(right) if np.linalg.norm(right) > 1e-9 else np.array((1.0, 0.0, 0.0))
        self._axes = np.stack([right, np.cross(right, forward), forward])
        self.focal = height / 2 / float(np.tan(np.radians(camera.fov) / 2))
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        slope = np.stack([(x - width / 2) / self.focal, (height / 2 - y) / self.focal, np.ones_like(x)], axis=-1)
        self.rays: Floats = (slope.reshape(-1, 3) @ self._axes).astype(np.float32)

    def project(self, points: NDArray[np.float64]) -> Floats:
        """Points (…, 3), mm, as x and y in samples and one over the depth; 0 for what is not ahead of the eye."""
        seen = (points - self.eye) @ self._axes.T
        near = np.divide(1.0, seen[..., 2], out=np.zeros(seen.shape[:-1]), where=seen[..., 2] > 1.0)
        x = self.width / 2 + self.focal * seen[..., 0] * near
        y = self.height / 2 - self.focal * seen[..., 1] * near
        return np.stack([x, y, near], axis=-1).astype(np.float32)

    def front(self, corners: NDArray[np.float64], kept: Kept | None = None) -> tuple[Floats, Ints]:
        """For each sample one over the depth of the nearest of the triangles (t, 3, 3), and its number; 0 and -1: none.

        Triangles that reach behind the eye are left out, and samples that are not `kept`.
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
        """The samples inside triangles (t, 3, 3), one over the depth there, and whose they are."""
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
            column, of, row = ranges(left, count), np.repeat(of, count), np.repeat(row, count)
            dx, dy = column + 0.5 - x[of, 0], row + 0.5 - y[of, 0]
            depth = near[of, 0] + (dx * across[of] + dy * down[of]) / twice[of]
            yield row * self.width + column, depth.astype(np.float32), of

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
        """The samples on straight lines (s, 2, 3), one over the depth there, and whose they are."""
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
