"""Answers that are wrong, on purpose or not: one object's fault costs that object, and nothing else is raised."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry import decode_threejs, read
from geometry.solids import BODIES, answer, box, item, l_shape, mesh_of, prism, tetra, threejs
from geometry.test_threejs import VIRTUAL, same_shape

GOOD = tetra()


def broken(**change: Any) -> dict[str, Any]:
    return {key: value for key, value in (threejs(GOOD) | change).items() if value != "absent"}


FACES, VERTICES = threejs(GOOD)["faces"], threejs(GOOD)["vertices"]
HOSTILE: list[tuple[str, Any, str]] = [
    ("index too large", broken(faces=[0, 0, 1, 4]), "vertex beyond its 4"),
    ("index far too large", broken(faces=[0, 0, 1, 2**62]), "vertex beyond its 4"),
    ("index negative", broken(faces=[0, 0, 1, -1]), "vertex beyond its 4"),
    ("index above 64 bits", broken(faces=[0, 0, 1, 2**64 - 1]), "not a list of whole numbers"),
    ("faces without vertices", broken(vertices=[]), "vertex beyond its 0"),
    ("cut short", broken(faces=FACES[:-1]), "cut short"),
    ("quad cut short", broken(faces=[1, 0, 1, 2]), "cut short"),
    ("no such type", broken(faces=[300, 0, 1, 2]), "type 300"),
    ("vertices no multiple of 3", broken(vertices=VERTICES[:-1]), "11 vertex coordinates"),
    ("text among vertices", broken(vertices=[*VERTICES[:-1], "NaN"]), "not a list of finite numbers"),
    ("null among vertices", broken(vertices=[*VERTICES[:-1], None]), "not a list of finite numbers"),
    ("truth among vertices", broken(vertices=[*VERTICES[:-1], True]), "not a list of finite numbers"),
    ("an object among vertices", broken(vertices=[*VERTICES[:-1], {}]), "not a list of finite numbers"),
    ("NaN", broken(vertices=[*VERTICES[:-1], float("nan")]), "not a list of finite numbers"),
    ("infinity", broken(vertices=[*VERTICES[:-1], float("-inf")]), "not a list of finite numbers"),
    ("thirty digits", broken(vertices=[*VERTICES[:-1], 10**30]), "not a list of finite numbers"),
    ("too far", broken(vertices=[*VERTICES[:-1], 1.1e12]), "farther away"),
    ("1e308", broken(vertices=[*VERTICES[:-1], 1e308]), "farther away"),
    ("halves among faces", broken(faces=[0, 0, 1, 1.5]), "not a list of whole numbers"),
    ("text among faces", broken(faces=[0, 0, 1, "2"]), "not a list of whole numbers"),
    ("null among faces", broken(faces=[0, 0, 1, None]), "not a list of whole numbers"),
    ("1e300 among faces", broken(faces=[0, 0, 1, 1e300]), "not a list of whole numbers"),
    ("faces are text", broken(faces="0,0,1,2"), "not a list of whole numbers"),
    ("vertices are a mapping", broken(vertices={"x": 1}), "not a list of finite numbers"),
    ("vertices are null", broken(vertices=None), "not a list of finite numbers"),
    ("no vertices", broken(vertices="absent"), "no vertices"),
    ("no faces", broken(faces="absent"), "no faces"),
    ("threejs is null", None, "no vertices"),
    ("threejs is a list", [1, 2], "no vertices"),
    ("threejs is text", "x", "no vertices"),
    ("scale 0", broken(scale=0), "scale"),
    ("scale is text", broken(scale="1"), "scale"),
    ("scale minute", broken(scale=1e-300), "farther away"),
]


@pytest.mark.parametrize(("geometry", "reason"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
def test_bad_geometry_costs_its_object_alone(geometry: Any, reason: str) -> None:
    left, right = prism(), l_shape()
    mesh = decode_threejs(
        answer(item("l", threejs(left)), item("bad", geometry), item("r", threejs(right), parent="p"))
    )
    assert same_shape(mesh, mesh_of(left, right, names=["l", "r"]))
    assert [problem.id for problem in mesh.problems] == ["bad"]
    assert reason in mesh.problems[0].reason


def test_all_that_is_hostile_at_once_and_then_some() -> None:
    bad = [item(f"bad{k}", geometry) for k, (_, geometry, _) in enumerate(HOSTILE)]
    good = [item(f"good{k}", threejs(body)) for k, body in enumerate(BODIES.values())]
    odd = [None, 5, "x", [], {}, {"id": 7}, {"id": ""}, {"id": "w", "attributes": []}, {"id": "u", "attributes": None}]
    mesh = decode_threejs(answer(*bad, *odd, *good, *bad[::-1]))
    assert same_shape(mesh, mesh_of(*BODIES.values(), names=[f"good{k}" for k in range(len(good))]))
    assert len(mesh.problems) == 2 * len(bad) + 7
    assert {problem.id for problem in mesh.problems} == {f"bad{k}" for k in range(len(bad))} | {""}


def test_numbers_beyond_json_are_mended_wherever_they_stand() -> None:
    text = answer(item("a", threejs(box())), item("b", threejs(tetra()))).decode()
    for bad in ("1e999", "NaN", "-Infinity", "1" * 5000, "-" + "9" * 25):
        mended = decode_threejs(text.replace('"elementsCount": 2', f'"elementsCount": {bad}').encode())
        assert mended.ids == ("a", "b")
        assert mended.problems == ()
    assert decode_threejs(b"\xef\xbb\xbf" + text.encode()).ids == ("a", "b")
    assert decode_threejs(text.replace("Wall a", "\xff").encode("latin-1")).ids == ("a", "b")
    assert decode_threejs(text.replace("Wall a", "\\ud800").encode()).ids == ("a", "b")


@pytest.mark.parametrize(
    "data",
    [b"", b" ", b"<html>", b"null", b"5", b'"x"', b"[]", b"{}", b'{"message":"no"}', b'{"objects":5}',
     b'{"objects":"x"}', b'{"objects":{}}', b'{"objects":[', b"\x00\x01", b"[" * 10_000, b'{"objects":[]} {}',
     b"\xff\xfe{\x00}\x00"],
)  # fmt: skip
def test_what_is_no_answer_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(GeometryError, match="not a geometry answer"):
        read(data)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "0", "attributes"]), inner),
    max_leaves=4,
)


@given(st.data())
@settings(max_examples=300)
def test_junk_in_any_place_costs_at_most_its_object(data: st.DataObject) -> None:
    virtual = item(VIRTUAL, threejs(tetra(), 1), attributes={"related_objects": {"0": {"id": "x"}}})
    placed = {"id": "t", "attributes": {"geometry": {"template": "t", "matrix": [0] * 16, "colorid": 1}}}
    inner = item("m", threejs(prism(), scale=2, uvs=[[0]]), children=[virtual, placed])
    at: Any = inner
    while True:  # down to some place, which becomes junk
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
            at = at[key]
            continue
        at[key] = data.draw(JUNK)
        break
    found = read(answer(item("good", threejs(box())), inner, item("last", threejs(l_shape()))))
    assert same_shape(found.mesh.of("good", "last"), mesh_of(box(), l_shape(), names=["good", "last"]))
    assert [row["id"] for row in found.objects if row["id"] in ("good", "last")] == ["good", "last"]
