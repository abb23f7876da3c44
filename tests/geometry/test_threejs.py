from __future__ import annotations

import json
from collections import Counter
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.errors import GeometryError
from bimplus_nb.geometry import Mesh, Problem, decode_attributes, decode_threejs, read
from geometry.solids import BODIES, FAR_AWAY, answer, box, item, l_shape, mesh_of, prism, tetra, threejs
from geometry.test_faces import record, reference

VIRTUAL = "12345678-0000-0000-0000-000000000000"


def same_shape(one: Mesh, two: Mesh) -> bool:
    return one.ids == two.ids and np.array_equal(one.vertices[one.triangles], two.vertices[two.triangles])


def test_known_bodies_come_out_as_they_went_in() -> None:
    bodies = [body.moved(FAR_AWAY) for body in BODIES.values()]
    mesh = decode_threejs(answer(*(item(name, threejs(body)) for name, body in zip(BODIES, bodies, strict=True))))
    assert same_shape(mesh, mesh_of(*bodies, names=list(BODIES)))
    assert mesh.closed.all()
    assert mesh.volume == pytest.approx([body.volume for body in bodies], rel=1e-9)
    assert mesh.problems == ()
    assert mesh.vertices.dtype == np.float64


def test_a_quad_is_split_as_three_js_does_it() -> None:
    geometry = {"faces": [1, 0, 1, 2, 3], "vertices": [0, 0, 0, 3, 0, 0, 3, 3, 9, 0, 3, 0], "metadata": {"colorid": 0}}
    mesh = decode_threejs(answer(item("a", geometry)))
    assert mesh.triangles.tolist() == [[0, 1, 3], [1, 2, 3]]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (-9868951, (0x69, 0x69, 0x69, 255)),
        (-4272966, (190, 204, 186, 255)),
        (4278190080, (0, 0, 0, 255)),
        (0x80FF0010, (255, 0, 16, 128)),
        (0x80FF0010 - 2**32, (255, 0, 16, 128)),
        (-1, (255, 255, 255, 255)),
    ],
)
def test_colours_are_argb_signed_or_unsigned(number: int, expected: tuple[int, int, int, int]) -> None:
    assert tuple(decode_threejs(answer(item("a", threejs(tetra(), 1)), colors=[0, number])).color[0]) == expected
    assert tuple(decode_threejs(answer(item("a", threejs(tetra(), None, color=number)))).color[0]) == expected


def test_alpha_nought_is_invisible_unless_all_of_the_palette_have_it() -> None:
    shapes = [item("a", threejs(tetra(), 0)), item("b", threejs(tetra(), 1))]
    mixed = decode_threejs(answer(*shapes, colors=[0x00FF0000, -1]))
    assert mixed.color.tolist() == [[255, 0, 0, 0], [255, 255, 255, 255]]
    assert mixed.problems == ()
    without = decode_threejs(answer(*shapes, colors=[0x00FF0000, 0x0000FF00]))
    assert without.color.tolist() == [[255, 0, 0, 255], [0, 255, 0, 255]]
    assert without.problems == (Problem("", "every colour of the palette has alpha 0: drawn opaque"),)


@pytest.mark.parametrize("colorid", [3, -1, 2**40, None, "0", True, 1.5])
def test_a_colour_that_cannot_be_known_is_grey_and_told(colorid: Any) -> None:
    geometry = threejs(tetra())
    geometry["metadata"]["colorid"] = colorid
    mesh = decode_threejs(answer(item("a", geometry), item("b", threejs(box(), 1))))
    assert mesh.ids == ("a", "b")
    if colorid is not True:  # 1 in JavaScript, 1 in Python
        assert mesh.color[0].tolist() == [158, 158, 158, 255]
        assert [problem.id for problem in mesh.problems] == ["a"]
        assert "grey" in mesh.problems[0].reason


@pytest.mark.parametrize("colors", [None, [], "red", 5, [None, "x"], {"0": 1}])
def test_an_answer_without_colours_is_drawn_grey(colors: Any) -> None:
    mesh = decode_threejs(answer(item("a", threejs(tetra())), colors=colors))
    assert mesh.color.tolist() == [[158, 158, 158, 255]]
    assert mesh.volume[0] == pytest.approx(tetra().volume)
    assert len(mesh.problems) == 1


def test_scale_divides() -> None:
    mesh = decode_threejs(
        answer(item("a", threejs(box(1000, 500, 250), scale=10)), item("b", threejs(box(10, 10, 10))))
    )
    assert mesh.volume == pytest.approx([100 * 50 * 25, 1000])


def test_a_tree_gives_the_same_as_a_flat_list_and_parents() -> None:
    def leaf(name: str, body: Any, **more: Any) -> dict[str, Any]:
        return item(name, threejs(body), **more)

    flat = answer(leaf("a", box()), leaf("b", tetra()), leaf("c", prism()), leaf("d", l_shape()))
    tree = answer(leaf("a", box(), children=[leaf("b", tetra(), children=[leaf("c", prism())])]), leaf("d", l_shape()))
    assert same_shape(decode_threejs(tree), decode_threejs(flat))
    assert [(row["id"], row["parent"]) for row in decode_attributes(tree)] == [
        ("a", None),
        ("b", "a"),
        ("c", "b"),
        ("d", None),
    ]


def test_a_very_deep_tree_is_read_or_refused_in_words() -> None:
    def tree(depth: int) -> bytes:
        inner = b""
        for k in range(depth):
            inner = b'{"id":"%d","children":[%s]}' % (k, inner)
        return b'{"objects":[%s]}' % inner

    assert len(decode_attributes(tree(400))) == 400
    with pytest.raises(GeometryError, match="not a geometry answer"):
        read(tree(5_000))


@pytest.mark.parametrize("related", [{"0": {"id": "b", "type": "Wall"}}, [{"id": "b"}], {"0": {}, "1": {"id": "b"}}])
def test_virtual_objects_are_folded_into_their_owners(related: Any) -> None:
    opening = item(VIRTUAL, threejs(tetra().moved((9000, 0, 0)), 2), attributes={"related_objects": related})
    found = read(answer(opening, item("a", threejs(box(), 0)), item("b", threejs(l_shape(), 1))))
    assert sorted(found.mesh.ids) == ["a", "b"]
    assert found.mesh.volume[found.mesh.row("b")] == pytest.approx(l_shape().volume + tetra().volume)
    assert len(found.mesh.color) == 3
    assert [row["id"] for row in found.objects] == ["a", "b"]
    assert found.mesh.problems == ()


def test_an_owner_may_come_with_another_chunk() -> None:
    opening = item(VIRTUAL, threejs(tetra(), 0), attributes={"related_objects": {"0": {"id": "b"}}})
    chunks = [
        decode_threejs(answer(opening, colors=[-1])),
        decode_threejs(answer(item("b", threejs(box())), colors=[-2])),
    ]
    mesh = Mesh.concatenate(chunks)
    assert mesh.ids == ("b",)
    assert mesh.color.tolist() == [[255, 255, 255, 255], [255, 255, 254, 255]]


@pytest.mark.parametrize("related", [None, {}, [], {"0": {}}, {"0": "b"}, "b", [None, 5], {"0": {"id": None}}])
def test_a_virtual_object_without_an_owner_stays_its_own(related: Any) -> None:
    mesh = decode_threejs(answer(item(VIRTUAL, threejs(tetra()), attributes={"related_objects": related})))
    assert mesh.ids == (VIRTUAL,)
    assert [(problem.id, "names no owner" in problem.reason) for problem in mesh.problems] == [(VIRTUAL, True)]


def test_related_objects_of_a_real_object_change_nothing() -> None:
    mesh = decode_threejs(answer(item("a", threejs(tetra()), attributes={"related_objects": {"0": {"id": "b"}}})))
    assert mesh.ids == ("a",)


def test_pins_are_skipped_and_objects_without_geometry_have_attributes_only() -> None:
    nothing = [{"id": "n", "type": "Storey"}, {"id": "m", "attributes": {"geometry": None, "general": {"name": "x"}}}]
    empty = {"id": "e", "attributes": {"geometry": {}}}
    bare = item("v", {"faces": [], "vertices": [], "metadata": {"colorid": 9}})
    found = read(
        answer({**item("p", threejs(tetra())), "type": "Pin"}, *nothing, empty, bare, item("a", threejs(box())))
    )
    assert found.mesh.ids == ("a",)
    assert found.mesh.problems == ()
    assert [row["id"] for row in found.objects] == ["n", "m", "e", "v", "a"]


@pytest.mark.parametrize(
    "data",
    [b'{"elementsCount":0,"viewbox":{},"colors":[],"objects":null}', b'{"elementsCount":0}', b'{"objects":[]}'],
)
def test_an_empty_answer_is_an_empty_mesh(data: bytes) -> None:
    found = read(data)
    assert len(found.mesh) == 0
    assert found.objects == []


def test_attributes_come_without_geometry_in_the_services_spelling() -> None:
    quantity = {"Volume": {"value": 1.5, "unit": "m³"}, "list": [1, [2]], "no": None}
    wall = item("a", threejs(tetra()), parent="p", revision=3, attributes={"quantity": quantity})
    found = read(answer(wall))
    expected = {"general": {"name": "Wall a"}, "quantity": quantity}
    assert found.objects == [{"id": "a", "type": "Wall", "parent": "p", "revision": 3, "attributes": expected}]
    assert found.objects == decode_attributes(answer(wall))
    assert read(answer(wall), attributes=False).objects == []
    assert len(read(answer(wall), geometry=False).mesh) == 0


def test_face_colours_split_an_object_into_parts_that_still_close() -> None:
    body = box()
    faces = []
    for k, triangle in enumerate(body.triangles.tolist()):
        faces += [64, *triangle, 1] if k < 5 else [0, *triangle] if k < 9 else [64, *triangle, 2]
    geometry = {"faces": faces, "vertices": body.vertices.ravel().tolist(), "metadata": {"colorid": 0}}
    mesh = decode_threejs(answer(item("z", threejs(prism())), item("a", geometry), colors=[-1, 0xFF00FF00, 0x800000FF]))
    assert mesh.ids == ("z", "a")
    assert mesh.owner.tolist() == [0, 1, 1, 1]
    assert mesh.color[1:].tolist() == [[255, 255, 255, 255], [0, 255, 0, 255], [0, 0, 255, 128]]
    assert np.diff(mesh.triangle_start)[1:].tolist() == [4, 5, 3]
    assert mesh.closed.all()
    assert mesh.volume == pytest.approx([prism().volume, body.volume])
    assert {tuple(corner) for corner in mesh.vertices[mesh.triangles[:, 0]].tolist()} <= {
        tuple(corner) for corner in np.concatenate([prism().vertices, body.vertices]).tolist()
    }
    for k in range(3):
        own = mesh.triangles[mesh.triangle_part == k]
        assert own.min() >= mesh.vertex_start[k]
        assert own.max() < mesh.vertex_start[k + 1]


def test_a_face_colour_beyond_the_palette_is_grey_and_told() -> None:
    body = tetra()
    faces = np.hstack([np.full((4, 1), 64), body.triangles, [[0], [7], [0], [-3]]]).ravel().tolist()
    geometry = {"faces": faces, "vertices": body.vertices.ravel().tolist(), "metadata": {"colorid": 0}}
    mesh = decode_threejs(answer(item("a", geometry), colors=[-1]))
    assert mesh.volume[0] == pytest.approx(body.volume)
    assert mesh.closed.all()
    assert any(p.id == "a" and "face colour" in p.reason for p in mesh.problems)


def test_uv_layers_are_counted_as_three_js_does() -> None:
    body = tetra()
    one = np.hstack([np.full((4, 1), 8), body.triangles, np.full((4, 3), 5)]).ravel().tolist()
    two = np.hstack([np.full((4, 1), 8 | 4), body.triangles, np.full((4, 8), 5)]).ravel().tolist()
    expected = mesh_of(body, names=["a"])

    def geometry(faces: list[int], metadata: Any, **more: Any) -> dict[str, Any]:
        vertices = body.vertices.ravel().tolist()
        return {"faces": faces, "vertices": vertices, "metadata": {"colorid": 0} | metadata, **more}

    for said in [
        geometry(one, {}, uvs=[[0, 0, 1, 1]]),
        geometry(one, {}, uvs=[[], [0, 0, 1, 1]]),
        geometry(one, {"uvs": 1}),
        geometry(one, {"uvs": [12]}),
        geometry(two, {}, uvs=[[0, 0], [1, 1]]),
        geometry(two, {"uvs": 2}, uvs=[[]]),
    ]:
        assert same_shape(decode_threejs(answer(item("a", said))), expected)
    for said in [geometry(one, {"uvs": 10**9}), geometry(one, {"uvs": "1"}), geometry(one, {"uvs": -1})]:
        assert "UV layers" in decode_threejs(answer(item("a", said))).problems[0].reason


def test_whole_floats_are_as_good_as_integers() -> None:
    geometry = threejs(box())
    geometry["faces"] = [float(number) for number in geometry["faces"]]
    geometry["vertices"] = [int(number) for number in geometry["vertices"]]
    assert same_shape(decode_threejs(answer(item("a", geometry))), mesh_of(box(), names=["a"]))


def test_unknown_forms_of_geometry_are_told() -> None:
    strange = {"id": "s", "attributes": {"geometry": {"nurbs": 1, "brep": 2}}}
    assert decode_threejs(answer(strange)).problems == (
        Problem("s", "geometry in a form that is not known: brep, nurbs"),
    )


def test_one_object_as_the_service_answers_it_alone() -> None:
    body = box(1000, 2000, 300)
    z_up = np.stack([body.vertices[:, 0], -body.vertices[:, 2], body.vertices[:, 1]], axis=1)
    faces = np.insert(body.triangles[:, ::-1], 0, 3, axis=1).ravel().tolist()
    mesh = {"color": 4291407461, "vertices": z_up.ravel().tolist(), "faces": faces}
    for said in (mesh, json.dumps(mesh)):
        found = read(json.dumps({"id": "a", "type": "Wall", "attributes": {"geometry": {"mesh": said}}}).encode())
        assert same_shape(found.mesh, mesh_of(body, names=["a"])) or found.mesh.volume[0] == pytest.approx(body.volume)
        assert found.mesh.closed.all()
        assert found.mesh.color.tolist() == [[0xC9, 0xAE, 0x65, 255]]
        assert found.objects == [{"id": "a", "type": "Wall", "parent": None, "attributes": {}}]


def test_memory_is_given_back() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    column = threejs(prism(60))
    data = answer(*(item(f"{k}", column) for k in range(400)))
    kept = [read(data) for _ in range(3)]
    before = resident()
    for _ in range(60):
        kept[0] = read(data)
    # An allocator keeps a few answers' worth; whoever keeps each of them keeps sixty and more.
    assert resident() - before < 20 * len(data)


PALETTE = [-1, 0xFF00FF00, 0x800000FF]
OBJECTS = st.lists(
    st.tuples(
        st.lists(st.one_of(st.sampled_from([0, 1, 16, 17, 33, 48, 64, 65]), st.integers(0, 255)), max_size=9),
        st.integers(0, 2),  # UV layers
        st.sampled_from([None, 0, 1, 2]),  # its colour
        st.integers(0, 3),  # numbers cut off at the end
    ),
    min_size=1,
    max_size=8,
)


@given(OBJECTS, st.integers(1, 6), st.randoms(use_true_random=True))
@settings(max_examples=50)
def test_any_mixture_of_records_reads_as_one_by_one(objects: list[Any], copies: int, random: Random) -> None:
    items, expected, lost = [], Counter[Any](), {}
    for number, (kinds, layers, color, cut) in enumerate(objects * copies):
        n = random.randint(1, 9)
        places = [[random.uniform(-1e6, 1e6) for _ in range(3)] for _ in range(n)]
        faces = [*chain(*(record(kind, layers, [random.randrange(min(n, 3)) for _ in range(60)]) for kind in kinds))]
        faces = faces[: len(faces) - cut]
        metadata = {"uvs": layers} | ({} if color is None else {"colorid": color})
        shape = {"faces": faces, "vertices": [*chain(*places)], "metadata": metadata, "normals": [0, 1, 0]}
        items.append(item(str(number), shape))
        read_slowly = reference(faces, layers)
        if read_slowly is None:
            lost[str(number)] = "cut short"
            continue
        for corners, painted in zip(*read_slowly, strict=True):
            paint = color if painted < 0 else painted
            argb = None if paint is None else PALETTE[paint] & 0xFFFFFFFF
            rgba = (158, 158, 158, 255) if argb is None else tuple(argb >> shift & 255 for shift in (16, 8, 0, 24))
            expected[str(number), rgba, tuple(tuple(places[corner]) for corner in corners)] += 1
    mesh = decode_threejs(answer(*items, colors=PALETTE))
    part = mesh.triangle_part
    found = Counter(
        (mesh.ids[mesh.owner[k]], tuple(mesh.color[k].tolist()), tuple(map(tuple, corners)))
        for k, corners in zip(part.tolist(), mesh.vertices[mesh.triangles].tolist(), strict=True)
    )
    assert found == expected
    told = {problem.id: problem.reason for problem in mesh.problems if "grey" not in problem.reason}
    assert told.keys() == lost.keys()
    assert all(reason in told[id_] for id_, reason in lost.items())
