from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry import Instance, Mesh, decode_templates, place, read
from geometry.solids import FAR_AWAY, answer, box, item, l_shape, tetra, threejs, turning


def templates(**bodies: Any) -> bytes:
    shapes = [
        {"id": name, "geometries": [threejs(body, 0), threejs(body.moved((9e3, 0, 0)), 1)]}
        for name, body in bodies.items()
    ]
    return json.dumps([{"revision": 1, "colors": [-1, 0x80FF0000], "templates": shapes}]).encode()


def instance(id_: str, template: Any, matrix: Any, **more: Any) -> dict[str, Any]:
    return {"id": id_, "type": "Door", "attributes": {"geometry": {"template": template, "matrix": matrix, **more}}}


def matrix(turn: float, at: tuple[float, float, float]) -> np.ndarray:
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = turning(turn), at
    return out


def test_instances_are_the_template_moved_by_a_row_major_matrix() -> None:
    known = decode_templates(templates(t=box(), u=l_shape()))
    assert known.ids == ("t", "u")
    places = {"a": matrix(0.3, (1, 2, 3)), "b": matrix(2.0, FAR_AWAY), "c": matrix(-1.0, (5e5, 0, 0))}
    items = [instance(name, "t" if name != "c" else "u", m.ravel().tolist()) for name, m in places.items()]
    found = read(answer(*items, item("w", threejs(tetra()))))
    assert found.mesh.ids == ("w",)
    mesh = place(found.instances, known)
    assert sorted(mesh.ids) == ["a", "b", "c"]
    for name, m in places.items():
        one, shape = mesh.of(name), known.of("u" if name == "c" else "t")
        assert np.allclose(one.vertices, shape.vertices @ m[:3, :3].T + m[:3, 3], rtol=0, atol=1e-5)
        assert np.array_equal(one.triangles, shape.triangles)
        assert np.array_equal(one.color, [[255, 255, 255, 255], [255, 0, 0, 128]])
    assert mesh.closed.all()
    assert mesh.volume == pytest.approx(
        [2 * (l_shape() if name == "c" else box()).volume for name in mesh.ids], rel=1e-6
    )


def test_an_instance_may_bring_its_own_colour_from_its_own_palette() -> None:
    flat = np.eye(4).ravel().tolist()
    said = [instance("a", "t", flat, colorid=1), instance("b", "t", flat), instance("c", "t", flat, colorid=99)]
    mesh = place(read(answer(*said, colors=[0, 0xFF00FF00])).instances, decode_templates(templates(t=box())))
    assert mesh.color[mesh.owner == mesh.row("a")].tolist() == [[0, 255, 0, 255]] * 2
    for name in "bc":
        assert mesh.color[mesh.owner == mesh.row(name)].tolist() == [[255, 255, 255, 255], [255, 0, 0, 128]]


def test_a_matrix_that_mirrors_keeps_the_faces_outwards() -> None:
    known = decode_templates(templates(t=l_shape()))
    mirrored = place([Instance("a", "t", np.diag([1.0, 1, -1, 1]))], known)
    assert mirrored.volume[0] == pytest.approx(2 * l_shape().volume)


def test_an_object_may_have_instances_and_geometry_of_its_own() -> None:
    found = read(answer(item("a", threejs(tetra())), instance("a", "t", np.eye(4).ravel().tolist())))
    mesh = Mesh.concatenate([found.mesh, place(found.instances, decode_templates(templates(t=box())))])
    assert mesh.ids == ("a",)
    assert mesh.volume[0] == pytest.approx(tetra().volume + 2 * box().volume)


def test_bad_instances_cost_themselves_alone() -> None:
    good = np.eye(4).ravel().tolist()
    bad = [
        instance("nan", "t", ["x"] * 16),
        instance("short", "t", good[:15]),
        instance("far", "t", [*good[:3], 1e13, *good[4:]]),
        instance("scaled away", "t", [1e11, *good[1:]]),
        instance("unknown", "nowhere", good),
        instance("no id", 5, good),
    ]
    found = read(answer(*bad, instance("a", "t", good), instance("b", "t", None)))
    mesh = Mesh.concatenate([found.mesh, place(found.instances, decode_templates(templates(t=box())))])
    assert mesh.ids == ("a", "b")
    assert mesh.volume == pytest.approx([2 * box().volume] * 2)
    assert sorted(problem.id for problem in mesh.problems) == sorted(entry["id"] for entry in bad)


def test_chunks_and_older_spellings() -> None:
    old = {"colors": [-1], "templates": [{"identifier": "u", "levelofdetails": 100, "geometries": [threejs(tetra())]}]}
    known = decode_templates(templates(t=box()), json.dumps(old).encode())
    assert known.ids == ("t", "u")
    odd = {
        "colors": [-1],
        "templates": [{"id": "x"}, None, 5, {"id": 7, "geometries": []}, {"id": "y", "geometries": [{}]}],
    }
    assert len(decode_templates(json.dumps(odd).encode()).problems) == 5


@pytest.mark.parametrize("data", [b"{}", b"[]", b"5", b"[5]", b'{"objects":[]}', b"x", b'[{"templates":[]},{}]'])
def test_what_holds_no_templates_is_refused(data: bytes) -> None:
    with pytest.raises(GeometryError, match=r"not (an answer|a geometry answer)"):
        decode_templates(data)


def test_a_short_answer_cannot_ask_for_more_than_fits() -> None:
    known = decode_templates(templates(t=box()))
    same = Instance("a", "t", np.eye(4))
    with pytest.raises(GeometryError, match="more than 30,000,000"):
        place([same] * 1_300_000, known)
