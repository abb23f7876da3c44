from __future__ import annotations

import base64
import gzip
import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry import decode_meshblob, decode_polymesh, read
from geometry.blob import INT, OURS, packed, stream, text
from geometry.test_polymesh import FACES, POLYGONS, VERTICES, VOLUME, encoded

POINTS = np.array(VERTICES, float).reshape(-1, 3)
GOOD = stream(POINTS, POLYGONS, (190, 204, 186, 255))


@pytest.mark.parametrize("spare", [0, 1, 5, 300])
def test_equals_the_same_body_as_mesh(spare: int) -> None:
    matrix = np.eye(4)
    matrix[:3, 3] = 4184.99, 5884.99, -0.01
    blob = decode_meshblob(packed(stream(POINTS, POLYGONS, spare=spare)), id="w", matrix=encoded(matrix))
    mesh = decode_polymesh({"V": VERTICES, "F": FACES, "C": 0}, id="w", matrix=encoded(matrix))
    assert blob.ids == mesh.ids == ("w",)
    assert np.array_equal(blob.vertices, mesh.vertices)
    assert np.array_equal(blob.triangles, mesh.triangles)
    assert np.array_equal(blob.color, mesh.color)
    assert blob.closed[0]
    assert blob.volume[0] == pytest.approx(VOLUME)


def test_the_colour_hides_in_the_radii() -> None:
    assert decode_meshblob(packed(GOOD)).color.tolist() == [[190, 204, 186, 255]]
    assert decode_meshblob(packed(stream(POINTS, POLYGONS, (1, 2, 3, 128)))).color.tolist() == [[1, 2, 3, 128]]
    assert decode_meshblob(packed(stream(POINTS, POLYGONS, (1, 2, 3, 999)))).color.tolist() == [[158, 158, 158, 255]]


def test_an_answer_with_blobs_is_read_like_any_other() -> None:
    def wall(id_: str, picture: Any) -> dict[str, Any]:
        return {"id": id_, "attributes": {"geometry": {"compress": True, "type": 3, "picture": picture}}}

    data = json.dumps({"objects": [wall("a", packed(GOOD)), wall("bad", "AAAA"), wall("b", packed(GOOD))]}).encode()
    mesh = read(data).mesh
    assert mesh.ids == ("a", "b")
    assert mesh.volume == pytest.approx([VOLUME, VOLUME])
    assert [problem.id for problem in mesh.problems] == ["bad"]


def test_every_stream_cut_short_is_refused() -> None:
    for length in range(0, len(GOOD), 7):
        with pytest.raises(GeometryError):
            decode_meshblob(packed(GOOD[:length]))


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_garbled_stream_gives_a_body_or_a_refusal_and_nothing_else(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, byte in changes:
        data[place] = byte
    try:
        mesh = decode_meshblob(packed(bytes(data)))
    except GeometryError:
        return
    assert np.abs(mesh.vertices).max(initial=0) <= 1e12


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    for picture in (data, base64.b64encode(data), packed(data), packed(GOOD[:17] + data)):
        with pytest.raises(GeometryError):
            decode_meshblob(picture)


HEADER = struct.pack("<Biiii", 0, 1, -1, 1, 0)
EVIL = HEADER + struct.pack("<Bi", 4, 1) + text("System.Diagnostics.Process") + struct.pack("<i", 0)
REFUSED = {
    "a class of another kind": (EVIL, "class that a polyhedron does not have"),
    "known class, other members": (GOOD.replace(b"\x05begin", b"\x05start"), "class that a polyhedron does not have"),
    "known class, other type": (
        GOOD.replace(text("z") + b"\0\0\0\6\6\6", text("z") + b"\0\0\0\6\6\5"),
        "not of the expected",
    ),
    "a string record": (HEADER + struct.pack("<Bi", 6, 1) + text("x") + b"\x0b", "record of kind 6"),
    "a method call": (HEADER + b"\x15" + bytes(20), "record of kind 21"),
    "an array of objects": (HEADER + struct.pack("<Bii", 16, 1, 2) + b"\x0a\x0a\x0b", "record of kind 16"),
    "another version": (struct.pack("<Biiii", 0, 1, -1, 2, 0) + b"\x0b", "version 1.0"),
    "nothing in it": (HEADER + b"\x0b", "something else where a CBaseElementPolyeder"),
    "something behind": (GOOD + b"\0", "something follows"),
    "an array of 2^31 numbers": (HEADER + struct.pack("<BiiB", 15, 1, 2**31 - 1, 8) + b"\x0b", "array"),
    "an array of -1 numbers": (HEADER + struct.pack("<BiiB", 15, 1, -1, 8) + b"\x0b", "array"),
    "an array of bytes": (HEADER + struct.pack("<BiiB", 15, 1, 3, 2) + b"abc\x0b", "array"),
    "a matrix of arrays": (HEADER + struct.pack("<BiBiiiB", 7, 1, 2, 2, 9, 9, 4), "array"),
    "a name of 2^31 letters": (HEADER + struct.pack("<Bi", 12, 2) + b"\xff\xff\xff\xff\x07", "name too long"),
    "a member before its class": (HEADER + struct.pack("<Bii", 1, 1, 9) + b"\x0b", "not declared"),
    "libraries without end": (HEADER + (struct.pack("<Bi", 12, 2) + text("x")) * 9 + b"\x0b", "objects inside objects"),
    "one number twice": (
        HEADER + (struct.pack("<BiiB", 15, 1, 0, 8)) * 2 + b"\x0b",
        "two objects of one number",
    ),
    "too many nulls": (
        HEADER + struct.pack("<BiBiiB", 7, 1, 0, 1, 3, 4) + text(OURS) + struct.pack("<iBi", 2, 14, 2**31 - 1),
        "more nulls",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_polyhedron_does_not_consist_of_is_refused(name: str) -> None:
    data, reason = REFUSED[name]
    with pytest.raises(GeometryError, match=reason):
        decode_meshblob(packed(data), id="w")


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (None, "not base64"),
        (5, "not base64"),
        ("not base64!", "not base64"),
        ("ü", "not base64"),
        ("", "cut short"),
        (base64.b64encode(b"plain").decode(), "not gzip"),
        (base64.b64encode(zlib.compress(GOOD)).decode(), "not gzip"),
        (base64.b64encode(gzip.compress(GOOD)[:-4]).decode(), "cut short"),
        (base64.b64encode(gzip.compress(GOOD) + b"x").decode(), "something follows"),
        (base64.b64encode(gzip.compress(GOOD) * 2).decode(), "something follows"),
    ],
)
def test_what_is_no_blob_is_refused_in_words(picture: Any, reason: str) -> None:
    with pytest.raises(GeometryError, match=reason):
        decode_meshblob(picture)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zlib.compressobj(9, wbits=31)
    packed_bomb = b"".join(bomb.compress(bytes(2**20)) for _ in range(40)) + bomb.flush()
    assert len(packed_bomb) < 50_000
    with pytest.raises(GeometryError, match="more than 32 MB"):
        decode_meshblob(base64.b64encode(packed_bomb))


def test_shapes_that_do_not_fit_are_refused() -> None:
    ring = struct.pack("<4i", 1, 2, 3, 4)
    body = stream(POINTS, [[0, 1, 2, 3]], spare=0)
    assert body.count(ring) == 1
    changes = {
        (1, 3, 2, 4): "not one way round",
        (1, 2, 3, -4): "not one way round",
        (1, 2, 3, 9): "edge which there is not",
        (1, 2, 3, 0): "edge which there is not",
    }
    for change, reason in changes.items():
        with pytest.raises(GeometryError, match=reason):
            decode_meshblob(packed(body.replace(ring, struct.pack("<4i", *change))))
    for points, reason in [([(float("nan"), 0, 0), *POINTS[1:]], "finite"), ([(1e13, 0, 0), *POINTS[1:]], "farther")]:
        with pytest.raises(GeometryError, match=reason):
            decode_meshblob(packed(stream(points, POLYGONS)))
    with pytest.raises(GeometryError, match="beyond its 8"):
        decode_meshblob(packed(stream(POINTS[:8], [[0, 1, 12]])))
    assert INT in GOOD.decode("latin-1")
