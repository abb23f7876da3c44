"""Templates: geometry that is sent once and drawn in many places.

`GET …/templates/threejs` answers ``[{revision, colors, templates: [{id, geometries}]}]``, a geometry being ``{vertices,
faces, metadata}``; an object of the geometry answer holds ``{template, matrix, colorid}`` in place of `threejs`.
Source: published JavaScript renderer 0.4.90; older clients spell ``identifier`` and ``levelofdetails``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import simdjson
from numpy.typing import NDArray

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry.arrays import Floats
from bimplus_nb.geometry.collect import Collector, Palette
from bimplus_nb.geometry.mesh import Mesh, Problem
from bimplus_nb.geometry.wire import FAR, Unreadable, matrix_of, parse

# A short answer can ask for a large template very often.
_MOST = 30_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object that is a template put somewhere.

    ``matrix``: (4, 4) float64, template -> world, mm, Y up, translation in the last column. ``color``: (4,) uint8
    RGBA that takes the place of the template's, or None.
    """

    id: str
    template: str
    matrix: Floats
    color: NDArray[np.uint8] | None = None


def instance_of(id_: str, geometry: Any, palette: Palette) -> Instance:
    """The instance that `attributes.geometry` speaks of. Its colour is one of its own answer's palette."""
    keys = list(geometry)
    template = geometry["template"]
    if not isinstance(template, str):
        raise Unreadable("its template is not an id")
    colorid = geometry["colorid"] if "colorid" in keys else None
    known = isinstance(colorid, int) and -1 < colorid < len(palette.table) - 1
    return Instance(
        id_,
        template,
        matrix_of(geometry["matrix"] if "matrix" in keys else None),
        palette.table[colorid] if known else None,
    )


def decode_templates(*answers: bytes) -> Mesh:
    """The templates of one answer, or of the chunks of one: a mesh whose ids are those of the templates.

    Its vertices are in the templates' own coordinates. `place` puts them into the world. `GeometryError`: not such an
    answer.
    """
    return Mesh.concatenate([mesh for data in answers for mesh in _definitions(data)])


def _definitions(data: bytes) -> list[Mesh]:
    answer = parse(data)
    blocks: list[Any] = [answer] if isinstance(answer, simdjson.Object) else _listed(answer)
    if not blocks or any("templates" not in _keys(block) for block in blocks):
        raise GeometryError("not an answer with templates")
    meshes = []
    for block in blocks:
        collector = Collector(Palette(block["colors"] if "colors" in _keys(block) else None))
        strays = []
        for template in _listed(block["templates"]):
            keys = _keys(template)
            name = next((template[key] for key in ("id", "identifier") if key in keys), None)
            if not isinstance(name, str) or "geometries" not in keys:
                strays.append(Problem(str(name or ""), "a template without an id or without geometries"))
                continue
            for geometry in _listed(template["geometries"]):
                collector.add(name, name, geometry)
        meshes += [collector.mesh(), Mesh.empty(strays)]
    return meshes


def _keys(value: Any) -> list[str]:
    return list(value) if isinstance(value, simdjson.Object) else []


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, simdjson.Array) else []


def place(instances: Iterable[Instance], templates: Mesh) -> Mesh:
    """The mesh of the instances, in world coordinates. An instance of no known template becomes a `Problem`.

    A matrix that mirrors turns the triangles round, so that they still face outwards. `GeometryError`: more than thirty
    million triangles.
    """
    by_template: dict[str, list[Instance]] = {}
    for instance in instances:
        by_template.setdefault(instance.template, []).append(instance)
    known = {template: group for template, group in by_template.items() if template in templates}
    shapes = {template: templates.of(template) for template in known}
    if (total := sum(len(shapes[template].triangles) * len(group) for template, group in known.items())) > _MOST:
        raise GeometryError(f"instances of templates that unfold to {total:,} triangles, more than {_MOST:,}")
    meshes = [_placed(shapes[template], group) for template, group in known.items()]
    for template, group in by_template.items():
        if template not in known:
            reason = f"an instance of template {template!r}, which was not sent"
            meshes.append(Mesh.empty(Problem(instance.id, reason) for instance in group))
    return Mesh.concatenate(meshes)


def _placed(template: Mesh, instances: list[Instance]) -> Mesh:
    matrices = np.stack([instance.matrix for instance in instances])
    vertices = template.vertices @ matrices[:, :3, :3].transpose(0, 2, 1) + matrices[:, None, :3, 3]
    near = np.asarray((np.abs(vertices) <= FAR).all(axis=(1, 2)))
    lost = [instance.id for instance, ok in zip(instances, near, strict=True) if not ok]
    instances = [instance for instance, ok in zip(instances, near, strict=True) if ok]
    n, t_count, v_count = len(instances), np.diff(template.triangle_start), np.diff(template.vertex_start)
    local = template.triangles - np.repeat(template.vertex_start[:-1], t_count)[:, None]
    triangles = np.tile(local, (n, 1, 1))
    mirrored = np.linalg.det(matrices[near, :3, :3]) < 0
    triangles[mirrored] = triangles[mirrored][:, :, ::-1]
    color = np.tile(template.color, (n, 1, 1))
    for k, instance in enumerate(instances):
        if instance.color is not None:
            color[k] = instance.color
    return Mesh.from_parts(
        [instance.id for instance in instances for _ in t_count],
        vertices[near].reshape(-1, 3),
        triangles.reshape(-1, 3),
        np.tile(v_count, n),
        np.tile(t_count, n),
        color.reshape(-1, 4),
        [Problem(id_, "its matrix takes it farther away than 10⁹ m") for id_ in lost],
    )
