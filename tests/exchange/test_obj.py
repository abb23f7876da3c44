from __future__ import annotations

import io
from urllib.parse import unquote

import numpy as np
import pytest
import trimesh
from geometry.solids import BODIES, FAR_AWAY, Body, box, mesh_of, prism, tetra
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.exchange import to_obj
from bimplus_nb.geometry import Mesh


def rows(text: str, key: str) -> list[list[str]]:
    return [line.split()[1:] for line in text.splitlines() if line.split()[:1] == [key]]


def read(text: str) -> dict[str, trimesh.Trimesh]:
    """By name, as trimesh reads the groups."""
    scene = trimesh.load(io.StringIO(text), file_type="obj", split_objects=True, process=False)
    return dict(scene.geometry) if isinstance(scene, trimesh.Scene) else {"all": scene}


@pytest.mark.parametrize("at", [(0, 0, 0), FAR_AWAY], ids=["here", "far"])
def test_volumes_come_back(at: tuple[float, float, float]) -> None:
    mesh = mesh_of(*(body.moved(at) for body in BODIES.values()), names=list(BODIES))
    text, _ = to_obj(mesh, unit="mm")
    found = read(text)
    assert set(found) == set(BODIES)
    for name, body in BODIES.items():
        found[name].vertices -= at
        assert found[name].volume == pytest.approx(body.volume, rel=1e-6)


@given(st.lists(st.tuples(*[st.floats(-1e12, 1e12)] * 3), min_size=3, max_size=30, unique=True))
def test_coordinates_are_exact(points: list[tuple[float, float, float]]) -> None:
    n = len(points)
    triangles = np.array([(0, k, k + 1) for k in range(1, n - 1)])
    mesh = mesh_of(Body(np.array(points) + 0.0, triangles, 0, 0, 0))
    for unit, factor in (("mm", 1), ("m", 1000)):
        text, _ = to_obj(mesh, unit=unit)  # type: ignore[arg-type]
        found = np.array(rows(text, "v"), float)
        corners = np.array(rows(text, "f"), int) - 1
        assert np.array_equal(found[corners], mesh.vertices[mesh.triangles] / factor)


def test_materials_are_named_by_colour_and_written_once() -> None:
    mesh = mesh_of(box(), tetra(), prism(), colors=[(255, 0, 51, 255), (255, 0, 51, 255), (0, 0, 0, 51)])
    text, library = to_obj(mesh, library="house a.mtl")
    assert "mtllib house_a.mtl" in text
    assert [name for (name,) in rows(text, "usemtl")] == ["cff0033ff", "c00000033"]
    assert [name for (name,) in rows(library, "newmtl")] == ["cff0033ff", "c00000033"]
    assert rows(library, "Kd") == [["1", "0", "0.2"], ["0", "0", "0"]]
    assert rows(library, "d") == [["1"], ["0.2"]]


def test_parts_of_an_object_stay_in_it() -> None:
    text, _ = to_obj(mesh_of(box(), prism(), tetra(), names=["a", "a", "b"], colors=[(k, 0, 0, 255) for k in range(3)]))
    assert [line.split()[1] for line in text.splitlines() if line[:2] in ("o ", "us")] == [
        "a", "c000000ff", "c010000ff", "b", "c020000ff",
    ]  # fmt: skip


def test_hostile_names_stay_names() -> None:
    hostile = {
        "0": "Wall\nf 1 1 1",
        "1": "ends with \\",
        "2": "#comment",
        "3": "Tür 100%",
        "4": "\u2028f 1 1 1\x0b\x85",
        "5": "",
        "6": "\ud800",
    }
    mesh = mesh_of(*[box()] * 7)
    text, _ = to_obj(mesh, names=hostile)
    assert text.encode()
    names = [line[2:] for line in text.split("\n") if line.startswith("o ")]
    assert len(names) == len(set(names)) == 7
    assert all(len(name.split()) == 1 and "\\" not in name and "#" not in name for name in names)
    assert unquote(names[3]) == "Tür_100%"
    assert len(rows(text, "f")) == len(mesh.triangles)
    assert len(text.splitlines()) == len(text.split("\n")) - 1  # nothing else ends a line


def test_equal_names_are_told_apart_by_their_ids() -> None:
    text, _ = to_obj(mesh_of(box(), tetra(), prism()), names={"0": "Wall", "1": "Wall"})
    assert [line for line in text.splitlines() if line.startswith(("o ", "# id"))] == [
        "# id 0", "o Wall_0", "# id 1", "o Wall_1", "# id 2", "o 2",
    ]  # fmt: skip


def test_soup_is_welded_and_nothing_is_nothing() -> None:
    body = box()
    vertices = body.vertices[body.triangles].reshape(-1, 3)
    text, _ = to_obj(mesh_of(Body(vertices, np.arange(len(vertices)).reshape(-1, 3), 0, 0, 0)))
    assert len(rows(text, "v")) == 8
    text, library = to_obj(Mesh.empty())
    assert (rows(text, "v"), rows(text, "f"), library) == ([], [], "")
    with pytest.raises(ValueError, match="unit"):
        to_obj(mesh_of(box()), unit="inch")  # type: ignore[arg-type]
