"""Where an object of a viewer can be seen, by rays cast in numpy: independent of the viewer's own picking."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Rays:
    """Rays from a camera against every triangle of some objects of a mesh; what lies below `floor` is not seen."""

    floor = -np.inf

    def __init__(self, viewer: Any) -> None:
        """What a viewer draws solid, as its page sees it from above the ground; sections it knows nothing of."""
        if not viewer.sections:
            self.floor = viewer._building.ground
        seen = set(viewer.visible_ids)
        self._aim(viewer.mesh, viewer.camera, *viewer.size, np.array([name in seen for name in viewer.mesh.ids]))

    @classmethod
    def through(cls, mesh: Any, camera: Any, width: int, height: int, objects: NDArray[np.bool_]) -> Rays:
        """The `objects` (o,) of a mesh, in a picture of this size."""
        rays = cls.__new__(cls)
        rays._aim(mesh, camera, width, height, objects)
        return rays

    def _aim(self, mesh: Any, camera: Any, width: int, height: int, objects: NDArray[np.bool_]) -> None:
        self.ids = mesh.ids
        row = mesh.owner[np.repeat(np.arange(len(mesh.owner)), np.diff(mesh.triangle_start))]
        solid = objects[row]
        self.corners: NDArray[np.float64] = mesh.vertices[mesh.triangles][solid]
        self.row = row[solid]
        self._stand(camera, np.zeros(3), width, height)

    def _stand(self, camera: Any, origin: NDArray[np.float64], width: int, height: int) -> None:
        self.width, self.height = width, height
        self.eye = np.subtract(camera.position, origin)
        self.forward = np.subtract(camera.target, camera.position)
        self.forward /= np.linalg.norm(self.forward)
        self.right = np.cross(self.forward, (0.0, 1.0, 0.0))
        length = np.linalg.norm(self.right)
        self.right = self.right / length if length > 1e-6 else np.array((1.0, 0.0, 0.0))
        self.up = np.cross(self.right, self.forward)
        self.parallel = camera.height is not None
        self.focal = self.height / (camera.height or 2 * np.tan(np.radians(camera.fov) / 2))

    def first(self, x: float, y: float) -> int:
        """The row of the object in front at a point of the canvas (CSS pixels), or -1."""
        distance, row = self.hits(x, y)
        return int(row[np.argmin(distance)]) if len(row) else -1

    def hits(self, x: float, y: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """How deep in the picture (mm) the triangles under a point of the canvas are, and the row of each."""
        start, ray = self.ray(x, y)
        a, u, v = self.corners[:, 0], self.corners[:, 1] - self.corners[:, 0], self.corners[:, 2] - self.corners[:, 0]
        h = np.cross(ray, v)
        det = np.einsum("ij,ij->i", u, h)
        inverse = np.divide(1.0, det, out=np.zeros_like(det), where=np.abs(det) > 1e-9)
        s = start - a
        along_u = np.einsum("ij,ij->i", s, h) * inverse
        q = np.cross(s, u)
        along_v = q @ ray * inverse
        distance = np.einsum("ij,ij->i", v, q) * inverse
        inside = (along_u >= 0) & (along_v >= 0) & (along_u + along_v <= 1)
        hit = (inverse != 0) & inside & (self.parallel | (distance > 0))
        if start[1] > self.floor:
            hit &= start[1] + distance * ray[1] > self.floor
        return distance[hit], self.row[hit]

    def ray(self, x: float, y: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where the sight through a point of the canvas begins, and its way, as long as it is deep 1."""
        across, down = (x - self.width / 2) / self.focal, (y - self.height / 2) / self.focal
        aside = self.right * across - self.up * down
        return (self.eye + aside, self.forward) if self.parallel else (self.eye, self.forward + aside)

    def screen(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points (n, 3) in front of the eye are on the canvas: (m, 2) CSS pixels, m <= n."""
        away = points - self.eye
        depth = away @ self.forward
        if self.parallel:
            depth = np.ones_like(depth)
        away, depth = away[depth > 0], depth[depth > 0]
        across, up = away @ self.right / depth, away @ self.up / depth
        return np.stack([self.width / 2 + self.focal * across, self.height / 2 - self.focal * up], axis=1)

    def box(self, name: str) -> list[float]:
        """The least and greatest x and y on the canvas of an object in front of the eye: [left, top, right, bottom]."""
        places = self.screen(self.corners[self.row == self.ids.index(name)].reshape(-1, 3))
        return [*places.min(axis=0).tolist(), *places.max(axis=0).tolist()]


class Drawn(Rays):
    """Rays against what the page has: the triangles of its buffers on their grid, the section, the ground.

    Rows are parts, and -1 is the ground. Places are relative to the building's origin, as they are on the page.
    """

    def __init__(self, viewer: Any) -> None:
        self._look(viewer, *viewer.size)

    @classmethod
    def among(cls, viewer: Any, width: int, height: int) -> Drawn:
        """The same of a viewer that is on no page, in a picture of this size."""
        rays = cls.__new__(cls)
        rays._look(viewer, width, height)
        return rays

    def _look(self, viewer: Any, width: int, height: int) -> None:
        building = viewer._building
        seen = set(viewer.visible_ids)
        corners, part = [np.empty((0, 3, 3))], [np.empty(0, np.int64)]
        for one in building.instalments:
            shift = one.batch.origin - building.origin
            for chunk in one.batch.chunks:
                triangles = np.concatenate([chunk.opaque, chunk.clear]).reshape(-1, 3)
                corners.append((shift + chunk.center + chunk.positions * one.batch.step)[triangles])
                part.append(one.parts[chunk.part[triangles[:, 0]].astype(np.int64)])
        self.ids, self.row = building.ids, np.concatenate(part)
        solid = np.array([name in seen for name in self.ids])[building.owner[self.row]]
        self.corners, self.row = np.concatenate(corners)[solid], self.row[solid]
        self._stand(viewer.camera, building.origin, width, height)
        cuts = np.array(viewer.sections, float).reshape(-1, 4)
        self.normal, self.beyond = cuts[:, :3], cuts[:, 3] - cuts[:, :3] @ building.origin
        self.ground = viewer._home()["earth" if (np.abs(self.normal[:, 1]) < 0.5).any() else "ground"]

    def hits(self, x: float, y: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        distance, row = super().hits(x, y)
        start, ray = self.ray(x, y)
        if ray[1] < 0 < start[1] - self.ground:
            distance, row = np.append(distance, (self.ground - start[1]) / ray[1]), np.append(row, -1)
        left = ((start + distance[:, None] * ray) @ self.normal.T <= self.beyond).all(axis=1)
        return distance[left], row[left]


def where(viewer: Any, name: str) -> tuple[float, float]:
    """The middle of a pixel of the canvas (CSS pixels) that shows this object, with most of it around."""
    return spot(Rays(viewer), viewer.mesh.ids.index(name))


def spot(rays: Rays, row: int) -> tuple[float, float]:
    """The same for a row of the mesh. Candidates lie on its largest triangles; LookupError where it cannot be seen."""
    mine = rays.corners[rays.row == row]
    area = np.linalg.norm(np.cross(mine[:, 1] - mine[:, 0], mine[:, 2] - mine[:, 0]), axis=1)
    weights = np.array([[4, 4, 4], [6, 3, 3], [3, 6, 3], [3, 3, 6]]) / 12
    points = np.einsum("ki,tij->tkj", weights, mine[np.argsort(-area)[:12]]).reshape(-1, 3)
    best, most = None, 0
    for x, y in np.floor(rays.screen(points)) + 0.5:  # the middle of a pixel is what it shows
        if 3 < x < rays.width - 3 and 3 < y < rays.height - 3 and rays.first(x, y) == row:
            around = 1 + sum(rays.first(x + dx, y + dy) == row for dx, dy in ((3, 0), (-3, 0), (0, 3), (0, -3)))
            if around > most:
                best, most = (float(x), float(y)), around
    if best is None:
        raise LookupError(f"{rays.ids[row]} cannot be seen from here")
    return best
