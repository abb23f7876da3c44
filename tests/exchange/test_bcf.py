"""BCF files: what is written is valid, read by bcf-client with nothing lost, and read back the same."""

from __future__ import annotations

import io
import math
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xmlschema
from bcf.bcfxml import load
from hypothesis import given, settings
from hypothesis import strategies as st

import bimplus_nb as bp
from bimplus_nb.exchange.bcf import Comment, Topic, Topics, Viewpoint, read_bcf
from bimplus_nb.exchange.bcf.write import packed
from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.capture import View

VERSIONS = ["2.1", "3.0"]
SCHEMAS = Path(__file__).with_name("schemas")
PNG = b"\x89PNG\r\n\x1a\n" + b"....IHDR" + (960).to_bytes(4, "big") + (480).to_bytes(4, "big") + b"p" * 50
JPG = b"\xff\xd8\xff" + b"j" * 50
GUIDS = [f"{n}Abc_$" + "x" * 16 for n in range(4)]
OURS = "0c2fd9a1-0000-5000-8000-000000000001"


def key(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def when(day: int) -> datetime:
    return datetime(2026, 3, day, 8, 30, tzinfo=UTC)


SEEN = View(
    Camera((1_000.5, 2_000.25, -3_000), (4_000, 1_500, -9_000), 50),
    hidden=(GUIDS[1], OURS),
    transparent=(GUIDS[0], GUIDS[2]),
    selected=(GUIDS[0], OURS),
    colors={"#ff0000": (GUIDS[2],), "#00aa7f": (GUIDS[3],)},
    cuts=((0, 1, 0, 2_800), (-0.6, 0, 0.8, -1e6)),
)
TOOLS = {GUIDS[0]: ("Revit", "123"), OURS: ("Bimplus", OURS)}
FLAT = View(Camera((0, 1e5, 0), (0, 0, 0), height=12_500), visible=(GUIDS[3],))
TOPICS = Topics(
    [
        Topic(
            key(1), "Door <&> wall\u202e", "Open", "Clash", "High", ("fire", "door"), "Two lines,\n  the second.\r\n",
            "anna@example.com",
            when(1), when(2), when(20), "ben@example.com", 17,
            (
                Comment(key(11), "Which door?", "ben@example.com", when(2), key(21)),
                Comment(key(12), "That one \x00 🚪", "anna@example.com", when(3)),
            ),
            (
                Viewpoint(key(21), SEEN, ((1.5, 2.5, -3.5),), PNG, TOOLS),
                Viewpoint(key(22), FLAT, (), JPG),
                Viewpoint(key(23), View(Camera((1, 2, 3), (3, 2, 1), 60))),
                Viewpoint(key(24), snapshot=PNG),
            ),
        ),
        Topic(key(2), "Nothing else", created=when(5), author="x"),
    ],
    project=(key(99), "Riverside"),
)  # fmt: skip


def close(a: View, b: View) -> None:
    """The same, cameras within 1 mm and 0.01°."""
    assert (a.visible, a.hidden, set(a.transparent), a.selected, a.colors) == (
        b.visible, b.hidden, set(b.transparent), b.selected, b.colors
    )  # fmt: skip
    assert np.array(a.cuts) == pytest.approx(np.array(b.cuts), abs=1e-3)
    assert (a.camera is None) == (b.camera is None)
    if a.camera and b.camera:
        assert math.dist(a.camera.position, b.camera.position) < 1
        ways = [np.subtract(one.target, one.position) for one in (a.camera, b.camera)]
        cosine = np.dot(*ways) / np.prod([np.linalg.norm(way) for way in ways])
        assert math.degrees(math.acos(min(cosine, 1.0))) < 0.01
        assert a.camera.height == (b.camera.height if b.camera.height is None else pytest.approx(b.camera.height))
        if a.camera.height is None:
            assert a.camera.fov == pytest.approx(b.camera.fov, abs=0.01)


def same(read: Topics, written: Topics, *, lost: dict[str, str] | None = None) -> None:
    assert len(read) == len(written)
    for a, b in zip(read, written, strict=True):
        for name in ("guid", "status", "type", "priority", "labels", "author", "assigned_to", "number"):
            assert getattr(a, name) == ((lost or {}).get(name) or getattr(b, name)), name
        assert (a.created, a.modified, a.due, a.title) == (b.created, b.modified, b.due, b.title)
        assert a.description == b.description.replace("\r\n", "\n")
        assert [(one.guid, one.author, one.date, one.viewpoint) for one in a.comments] == [
            (one.guid, one.author, one.date, one.viewpoint) for one in b.comments
        ]
        assert [one.text for one in a.comments] == [one.text.replace("\x00", "\ufffd") for one in b.comments]
        for seen, kept in zip(a.viewpoints, b.viewpoints, strict=True):
            assert (seen.guid, seen.snapshot, seen.tools) == (kept.guid, kept.snapshot, kept.tools)
            assert np.array(seen.points) == pytest.approx(np.array(kept.points))
            close(seen.view, kept.view)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_written_is_read_back_and_written_the_same(version: Any, tmp_path: Path) -> None:
    path = bp.to_bcf(TOPICS[:1], tmp_path / "one.bcf", version=version, project=TOPICS.project)
    read = bp.read_bcf(path)
    same(read, Topics(TOPICS[:1]))
    assert (read.refused, read.project, read.version) == ({}, TOPICS.project, version)
    again = packed(read, version=version)
    same(read_bcf(again), read)
    assert packed(read_bcf(again), version=version) == again


@pytest.mark.parametrize("version", VERSIONS)
def test_a_topic_that_says_little_stays_one(version: Any) -> None:
    read = read_bcf(packed(TOPICS[1:], version=version))
    unknown = {} if version == "2.1" else {"status": "unknown", "type": "unknown"}
    same(read, Topics(TOPICS[1:]), lost=unknown)


@pytest.mark.parametrize("version", VERSIONS)
def test_files_have_the_names_that_others_look_for(version: Any) -> None:
    names = zipfile.ZipFile(io.BytesIO(packed(TOPICS, version=version))).namelist()
    assert names[0] == "bcf.version"
    folder = {name.rpartition("/")[2] for name in names if name.startswith(key(1))}
    assert folder == {
        "markup.bcf", "viewpoint.bcfv", "snapshot.png", f"{key(22)}.bcfv", f"{key(22)}.jpg", f"{key(23)}.bcfv",
        f"{key(24)}.png",
    }  # fmt: skip
    assert ("extensions.xml" in names) == (version == "3.0")


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_written_keeps_to_the_schemas(version: Any) -> None:
    kinds = {"markup.bcf": "markup", ".bcfv": "visinfo", "bcf.version": "version", "project.bcfp": "project"}
    kinds |= {"extensions.xml": "extensions"} if version == "3.0" else {}
    schemas = {kind: xmlschema.XMLSchema(SCHEMAS / f"bcf-{version}" / f"{kind}.xsd") for kind in kinds.values()}
    archive = zipfile.ZipFile(io.BytesIO(packed(TOPICS, version=version)))
    checked = 0
    for name in archive.namelist():
        kind = next((kind for end, kind in kinds.items() if name.endswith(end)), None)
        if kind:
            schemas[kind].validate(archive.read(name).decode())
            checked += 1
    assert checked == 7 + (version == "3.0")


@pytest.mark.parametrize("version", VERSIONS)
def test_bcf_client_reads_it_with_nothing_lost(version: Any, tmp_path: Path) -> None:
    with load(bp.to_bcf(TOPICS, tmp_path / "all.bcf", version=version)) as file:
        later = version == "3.0"
        assert file.version.version_id == version
        assert (file.project.project_id, file.project.name) == TOPICS.project
        topic, told = file.topics[key(1)], TOPICS[0]
        said = topic.topic
        assert (said.guid, said.title, said.topic_status, said.topic_type) == (key(1), told.title, "Open", "Clash")
        assert (said.priority, said.index, said.creation_author) == ("High", 17, "anna@example.com")
        assert (said.assigned_to, said.description) == ("ben@example.com", "Two lines,\n  the second.\n")
        assert tuple(said.labels.label if later else said.labels) == told.labels
        dates = (said.creation_date, said.modified_date, said.due_date)
        assert [date.to_datetime() for date in dates] == [told.created, told.modified, told.due]
        assert [one.guid for one in topic.comments] == [key(11), key(12)]
        assert topic.comments[0].viewpoint.guid == key(21)
        assert topic.comments[0].date.to_datetime() == when(2)
        seen = topic.viewpoints["viewpoint.bcfv"]
        assert seen.snapshot == PNG
        assert topic.viewpoints[f"{key(22)}.bcfv"].snapshot == JPG
        assert seen.get_selected_guids() == [GUIDS[0]]
        assert seen.get_elements_visibility() == (True, [GUIDS[1]])
        assert topic.viewpoints[f"{key(22)}.bcfv"].get_elements_visibility() == (False, [GUIDS[3]])
        info = seen.visualization_info
        assert [one.authoring_tool_id for one in info.components.selection.component] == ["123", OURS]
        camera = info.perspective_camera
        at, way, up = (
            np.array([one.x, one.y, one.z])
            for one in (camera.camera_view_point, camera.camera_direction, camera.camera_up_vector)
        )
        # Z up and metres: what was (x, y up, z towards the south) is (x, -z, y).
        assert at == pytest.approx([1.0005, 3.0, 2.00025])
        assert way == pytest.approx(np.array([2.9995, 6.0, -0.50025]) / math.hypot(2.9995, 6.0, -0.50025), abs=1e-9)
        assert [up @ way, up @ np.cross(way, (0, 0, 1)), np.linalg.norm(up)] == pytest.approx([0, 0, 1], abs=1e-9)
        assert up[2] > 0
        assert camera.field_of_view == 50
        assert not later or camera.aspect_ratio == 2
        flat = topic.viewpoints[f"{key(22)}.bcfv"].visualization_info.orthogonal_camera
        assert flat.view_to_world_scale == 12.5
        planes = [
            ((p.location.x, p.location.y, p.location.z), (p.direction.x, p.direction.y, p.direction.z))
            for p in info.clipping_planes.clipping_plane
        ]
        assert planes[0] == ((0, 0, 2.8), (0, 0, 1))  # what is above is cut away
        colors = {
            one.color: [c.ifc_guid for c in (one.components.component if later else one.component)]
            for one in info.components.coloring.color
        }
        assert colors == {"33FF0000": [GUIDS[2]], "00AA7F": [GUIDS[3]], "33B3B8BD": [GUIDS[0]]}
        (line,) = info.lines.line
        assert line.start_point == line.end_point
        assert (line.start_point.x, line.start_point.y, line.start_point.z) == pytest.approx((0.0015, 0.0035, 0.0025))


LENGTH = st.floats(-1e7, 1e7)
CAMERAS = st.builds(
    lambda at, way, fov, height: Camera(at, tuple(np.add(at, np.multiply(way, 1e5)).tolist()), fov, height),
    st.tuples(LENGTH, LENGTH, LENGTH),
    st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda way: math.hypot(*way) > 0.1),
    st.floats(45, 60),
    st.none() | st.floats(1, 1e6),
)
IDS = st.lists(st.sampled_from([*GUIDS, OURS]), unique=True, max_size=4).map(tuple)
NORMALS = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda n: math.hypot(*n) > 0.1)


@settings(max_examples=60)
@given(
    CAMERAS, st.none() | IDS, IDS, IDS, IDS, st.lists(st.tuples(NORMALS, st.floats(-1e6, 1e6)), max_size=6),
    st.sampled_from(VERSIONS),
)  # fmt: skip
def test_any_view_is_the_same_after_a_file(
    camera: Camera, visible: Any, hidden: Any, transparent: Any, selected: Any, planes: Any, version: Any
) -> None:
    cuts = tuple((*(np.array(n) / np.linalg.norm(n)).tolist(), d) for n, d in planes)
    view = View(camera, visible, () if visible is not None else hidden, transparent, selected, {}, cuts)
    topic = Topic(key(1), "T", author="a", viewpoints=(Viewpoint(key(2), view),))
    ((read,),) = (one.viewpoints for one in read_bcf(packed([topic], version=version)))
    close(read.view, view)


def test_the_angle_of_2_1_is_what_its_schema_allows_and_that_of_3_0_what_it_was() -> None:
    topic = Topic(key(1), "T", viewpoints=(Viewpoint(key(2), View(Camera((1, 2, 3), (4, 5, 6), 35))),))
    fov = [read_bcf(packed([topic], version=v))[0].viewpoints[0].view.camera.fov for v in ("2.1", "3.0")]  # type: ignore[union-attr,arg-type]
    assert fov == [45, 35]


def test_a_scene_becomes_a_viewpoint_and_a_scene_again() -> None:
    objects = pd.DataFrame({"guid": [GUIDS[0], "no guid", None]}, index=["a", "b", "c"])
    scene = View(Camera((1, 2, 3), (4, 5, 6)), selected=("a", "b", "c"), colors={"#ff0000": ("a",)}).to_scene()
    seen = Viewpoint.of(scene, objects, snapshot=PNG)
    assert seen.view.selected == (GUIDS[0], "b", "c")
    assert seen.scene(objects) == scene


def test_topics_are_a_table() -> None:
    frame = TOPICS.frame()
    assert list(frame.index) == [key(1), key(2)]
    assert frame["number"].tolist()[0] == 17
    assert frame["components"].iloc[0] == (GUIDS[0], OURS)
    assert frame["due"].iloc[0] == when(20)
    assert (frame["comments"].tolist(), frame["viewpoints"].tolist()) == ([2, 0], [4, 0])
    assert TOPICS[key(2)] is TOPICS[1]
    assert "Nothing else" in TOPICS._repr_html_()
    assert Topics().frame().empty


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two topics have the guid"):
        packed([TOPICS[0], TOPICS[0]])
    with pytest.raises(ValueError, match=r"'2.1' or '3.0', not '2.0'"):
        packed([], version="2.0")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"ends with \.bcf"):
        bp.to_bcf(TOPICS, tmp_path / "issues.zip")
    assert not list(tmp_path.iterdir())
    assert bp.to_bcf(TOPICS, tmp_path / "issues.bcfzip").stat().st_size > 1_000
    odd = read_bcf(packed([Topic("my topic", " ", comments=(Comment("c", " "), Comment("d", "said")))]))
    assert odd[0].title == "Untitled"
    assert [one.text for one in odd[0].comments] == ["said"]
