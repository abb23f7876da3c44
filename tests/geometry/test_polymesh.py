from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry import decode_polymesh, y_up, z_up
from geometry.solids import FAR_AWAY, turning

# A wall 5000 × 200 × 2800 with a door 900 × 2000, Z up, polygons clockwise seen from outside; two have eight corners.
VERTICES = [
    0, 0, 0, 1000, 0, 0, 1000, 0, 2000, 1900, 0, 2000, 1900, 0, 0, 5000, 0, 0, 5000, 0, 2800, 0, 0, 2800,
    0, 200, 0, 1000, 200, 0, 1000, 200, 2000, 1900, 200, 2000,
    1900, 200, 0, 5000, 200, 0, 5000, 200, 2800, 0, 200, 2800,
]  # fmt: skip
FRONT = [7, 6, 5, 4, 3, 2, 1, 0]
POLYGONS = [FRONT, [k + 8 for k in FRONT[::-1]], *([k, (k + 1) % 8, (k + 1) % 8 + 8, k + 8] for k in range(8))]
FACES = [number for polygon in POLYGONS for number in (len(polygon), *polygon)]
VOLUME = (5000 * 2800 - 900 * 2000) * 200.0


def encoded(matrix: Any) -> str:
    return base64.b64encode(np.asarray(matrix, "<f8").tobytes()).decode()


def test_volume_of_the_wall_in_every_spelling() -> None:
    for keys in [("color", "vertices", "faces"), ("C", "V", "F"), ("Color", "Vertices", "Faces")]:
        said = dict(zip(keys, (4291407461, VERTICES, FACES), strict=True))
        for mesh in (decode_polymesh(said, id="w"), decode_polymesh(json.dumps(said), id="w")):
            assert mesh.ids == ("w",)
            assert mesh.volume[0] == pytest.approx(VOLUME, rel=1e-12)
            assert mesh.closed[0]
            assert len(mesh.triangles) == 2 * 6 + 8 * 2
            assert mesh.color.tolist() == [[0xC9, 0xAE, 0x65, 255]]
            assert np.array_equal(mesh.bounds[0], [(0, 0, -200), (5000, 2800, 0)])


def test_a_matrix_puts_it_in_the_world() -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = turning(0.5, 2)
    matrix[:3, 3] = FAR_AWAY
    plain = decode_polymesh({"V": VERTICES, "F": FACES, "C": 0})
    for spelling in (encoded(matrix), matrix.ravel().tolist()):
        mesh = decode_polymesh({"V": VERTICES, "F": FACES, "C": 0}, matrix=spelling)
        expected = y_up(z_up(plain.vertices) @ matrix[:3, :3].T + np.array(FAR_AWAY))
        assert np.array_equal(mesh.vertices, expected)
        assert mesh.volume[0] == pytest.approx(VOLUME, rel=1e-6)


def test_a_matrix_that_mirrors_keeps_the_faces_outwards() -> None:
    mesh = decode_polymesh({"V": VERTICES, "F": FACES}, matrix=encoded(np.diag([-1.0, 1, 1, 1])))
    assert mesh.volume[0] == pytest.approx(VOLUME)


def test_negative_noughts_of_the_service_are_noughts() -> None:
    matrix = np.where(np.eye(4) == 0, -0.0, 1.0)
    assert not np.signbit(decode_polymesh({"V": VERTICES, "F": FACES}, matrix=encoded(matrix)).vertices[0]).any()


@pytest.mark.parametrize(
    ("argb", "expected"),
    [
        (0, [158, 158, 158, 255]),
        (None, [158, 158, 158, 255]),
        ("red", [158, 158, 158, 255]),
        (4278255360, [0, 255, 0, 255]),
        (-16711936, [0, 255, 0, 255]),
        (0x00FF0000, [255, 0, 0, 255]),
        (0x40FF0000, [255, 0, 0, 64]),
    ],
)
def test_colour(argb: Any, expected: list[int]) -> None:
    assert decode_polymesh({"color": argb, "vertices": VERTICES, "faces": FACES}).color.tolist() == [expected]


def test_an_empty_mesh_has_no_object() -> None:
    assert len(decode_polymesh({"vertices": [], "faces": []})) == 0


@pytest.mark.parametrize(
    ("mesh", "reason"),
    [
        (None, "neither a mapping"),
        (5, "neither a mapping"),
        ("5", "neither a mapping"),
        ("{", "Expecting"),
        ("[" * 100_000, "recursion"),
        ({}, "vertices are not"),
        ({"V": VERTICES}, "faces are not"),
        ({"V": VERTICES[:-1], "F": []}, "no multiple of 3"),
        ({"V": [*VERTICES[:-1], "1"], "F": []}, "vertices are not"),
        ({"V": [*VERTICES[:-1], True], "F": []}, "vertices are not"),
        ({"V": [*VERTICES[:-1], float("nan")], "F": []}, "finite"),
        ({"V": [*VERTICES[:-1], 10**400], "F": []}, "farther away"),
        ({"V": VERTICES, "F": [3, 0, 1, 16]}, "beyond its 16"),
        ({"V": VERTICES, "F": [3, 0, 1, -1]}, "beyond its 16"),
        ({"V": VERTICES, "F": [4, 0, 1, 2]}, "cut short"),
        ({"V": VERTICES, "F": [2, 0, 1]}, "2 corners"),
        ({"V": VERTICES, "F": [0]}, "0 corners"),
        ({"V": VERTICES, "F": [-3, 0, 1, 2]}, "-3 corners"),
        ({"V": VERTICES, "F": [3, 0, 1, 2.5]}, "whole numbers"),
        ({"V": VERTICES, "F": [2**40, 0, 1, 2]}, "cut short"),
        ({"V": VERTICES, "F": [5000, *([0, 1] * 2500)]}, "more than 2000"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(mesh: Any, reason: str) -> None:
    with pytest.raises(GeometryError, match=reason):
        decode_polymesh(mesh, id="w")


@pytest.mark.parametrize(
    "matrix", ["", "AAAA", "not base64", [1, 2], {}, 5, [float("nan")] * 16, [1e300] * 16, ["1"] * 15]
)
def test_a_matrix_that_is_none_is_refused(matrix: Any) -> None:
    with pytest.raises(GeometryError, match="matrix"):
        decode_polymesh({"V": VERTICES, "F": FACES}, matrix=matrix)
