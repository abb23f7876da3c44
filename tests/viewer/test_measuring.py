"""Measuring and labels without a browser: what Python is told, what the page is told, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import houses
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from bimplus_nb.geometry import Mesh
from bimplus_nb.viewer import Arrival, Viewer
from bimplus_nb.viewer.state import COLORED, GHOST, ROOM, VISIBLE

HERE = np.array((1e6, 2e6, -3e6))
HOUSE = houses.house(tuple(HERE))
NAMES = HOUSE.ids


def at(x: float, y: float, z: float) -> NDArray[np.float64]:
    """A place of the house, in the world."""
    return np.add(HERE, (x, y, z))


TABLE = pd.DataFrame({"name": [name.upper() for name in NAMES]}, index=list(NAMES))


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer(HOUSE, objects=lambda: TABLE, rooms="room")
    yield made
    made.close()


def part_of(viewer: Viewer, name: str) -> int:
    building = viewer._building
    return int(np.flatnonzero(building.owner == building.rows[name])[0])


def told(viewer: Viewer, tool: str) -> Any:
    return viewer._tools[tool]


def clicked(viewer: Viewer, kind: str, *places: tuple[str, NDArray[np.float64], str], key: str = "a") -> None:
    """What the page sends: places off by less than the grid of its buffers, relative to the scene."""
    viewer._heard(
        {
            "name": "measure",
            "key": key,
            "kind": kind,
            "places": [
                {
                    "part": part_of(viewer, name),
                    "at": (place - viewer._building.origin + 0.1).tolist(),
                    "snap": snap,
                }
                for name, place, snap in places
            ],
        }
    )


def test_what_is_measured_in_python_is_a_row_and_in_the_picture(viewer: Viewer) -> None:
    assert viewer.measure("distance", HERE, at(3000, 4000, 0)) == pytest.approx(5)
    assert viewer.measure("angle", at(1, 0, 0), HERE, at(0, 1, 0)) == pytest.approx(90)
    assert viewer.measure("area", HERE, at(2000, 0, 0), at(2000, 0, 1500)) == pytest.approx(1.5)
    frame = viewer.measurements
    assert frame.kind.tolist() == ["distance", "angle", "area"]
    assert frame.value.tolist() == pytest.approx([5, 90, 1.5])
    assert frame.unit.tolist() == ["m", "°", "m²"]
    assert frame.index.tolist() == [1, 2, 3]
    assert frame.points[1] == (tuple(HERE), tuple(at(3000, 4000, 0)))
    shown = told(viewer, "measure")
    assert [one["kind"] for one in shown] == ["distance", "angle", "area"]
    assert np.add(shown[0]["points"], viewer._building.origin).tolist() == [list(p) for p in frame.points[1]]
    viewer.clear_measurements(2)
    assert viewer.measurements.kind.tolist() == ["distance", "area"]
    with pytest.raises(ValueError, match="no measurement 3"):
        viewer.clear_measurements([1, 3])
    viewer.measure("point", HERE)
    assert len({one["key"] for one in told(viewer, "measure")}) == 3
    viewer.clear_measurements()
    assert viewer.measurements.empty
    assert told(viewer, "measure") == []


def test_no_measurement_is_a_frame_of_the_same_kinds(viewer: Viewer) -> None:
    empty = viewer.measurements
    viewer.measure("point", HERE)
    assert empty.dtypes.tolist() == viewer.measurements.dtypes.tolist()


def test_a_click_means_the_place_on_the_mesh(viewer: Viewer) -> None:
    """The page is off by 0.1 mm in each direction; corners, edges and faces come out to the last digit."""
    clicked(
        viewer,
        "distance",
        ("roof", at(10_400, 3100, 6400), "corner"),
        ("terrace", at(13_000, -50, 6000), "corner"),
    )
    assert viewer.measurements.points[1] == (tuple(at(10_400, 3100, 6400)), tuple(at(13_000, -50, 6000)))
    assert viewer.measurements.object_ids[1] == ("roof", "terrace")
    assert viewer.measurements.value[1] == np.linalg.norm((2600, -3150, -400)) / 1000
    clicked(
        viewer,
        "height",
        ("roof", at(5000, 3100, 6400), "edge"),
        ("slab", at(5000, 0, 3000), "face"),
        key="b",
    )
    (_, y, z), (_, floor, _) = viewer.measurements.points[2]
    assert (y, z, floor) == (HERE[1] + 3100, HERE[2] + 6400, HERE[1])
    assert viewer.measurements.value[2] == -3.1


def test_parts_are_found_whichever_way_the_building_came() -> None:
    """An object in two bits: the numbers of its parts are not those of the mesh."""
    window, sill = HOUSE.of("window"), HOUSE.of("sill")
    other = Mesh(
        ("window",),
        *(sill.vertices, sill.triangles, sill.vertex_start, sill.triangle_start, sill.owner, sill.color),
    )
    viewer = Viewer(
        [Arrival(window, (), 1, 3), Arrival(HOUSE.of("roof", "room"), ("room",), 2, 3), Arrival(other, (), 3, 3)]
    )
    assert len(viewer.mesh) == 3
    last = len(viewer._building.owner) - 1
    corner = at(6500, 900, 6000)
    near = (corner - viewer._building.origin - 0.02).tolist()
    viewer._heard(
        {"name": "measure", "key": "a", "kind": "point", "places": [{"part": last, "at": near, "snap": "corner"}]}
    )
    assert viewer.measurements.points[1] == (tuple(corner),)
    assert viewer.measurements.object_ids[1] == ("window",)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"places": "all"},
        {"places": [{"part": 0, "at": [0, 0, "0"], "snap": "face"}]},
        {"places": [{"part": 0, "at": [0, 0, float("nan")], "snap": "face"}]},
        {"places": [{"part": 0, "at": [0, 0, 1e300], "snap": "face"}]},
        {"places": [None]},
        {"places": []},
        {"places": [{"part": 0, "at": [0, 0, 0], "snap": "face"}] * 2},
        {"places": [{"part": 0, "at": [0, 0, 0], "snap": "face"}] * 501, "kind": "area"},
        {"kind": ["point"]},
        {"kind": "<b>"},
        {"key": ""},
        {"key": "k" * 41},
        {"key": 7},
    ],
)
def test_nonsense_from_a_page_is_refused_in_words(viewer: Viewer, nonsense: dict[str, Any]) -> None:
    viewer.widget  # noqa: B018
    good = {"key": "a", "kind": "point", "places": [{"part": 0, "at": [0, 0, 0], "snap": "face"}]}
    viewer._heard({"name": "measure", **good, **nonsense})
    assert viewer.measurements.empty
    assert viewer._page is not None
    assert viewer._page.side.notice
    viewer._heard({"name": "unmeasure", "keys": nonsense})
    viewer._heard({"name": "measure", **good, "places": [{"part": 10**9, "at": [0, 0, 0], "snap": [1]}]})
    assert viewer.measurements.object_ids.tolist() == [("",)], "a place on nothing is a place"


def test_a_page_cannot_fill_the_kernel(viewer: Viewer) -> None:
    for key in range(1001):
        clicked(viewer, "point", ("roof", at(0, 3100, 0), "face"), key=str(key))
    assert len(viewer.measurements) == 1000
    viewer._heard({"name": "unmeasure", "keys": [str(key) for key in range(999)]})
    assert len(viewer.measurements) == 1


def test_measurements_stay_when_everything_is_reset(viewer: Viewer) -> None:
    viewer.measure("point", HERE)
    viewer.reset()
    assert len(viewer.measurements) == 1


def test_volume_is_that_of_the_boxes(viewer: Viewer) -> None:
    assert viewer.volume("slab").volume_m3 == pytest.approx(10 * 0.2 * 6)
    viewer.select(["slab", "terrace"])
    both = viewer.volume()
    assert both.volume_m3 == pytest.approx(12 + 3 * 0.15 * 3)
    assert (both.closed, both.open) == (("slab", "terrace"), ())
    assert repr(both) == "13.350 m³ in 2 closed objects"
    viewer.select()
    assert viewer.volume().volume_m3 == 0


def test_an_open_object_has_no_volume_and_is_named() -> None:
    vertices, triangles, color = houses.box((0, 0, 0), (1000, 1000, 1000), (0, 0, 0, 255))
    inside_out = triangles[:, ::-1]
    bodies = {"whole": triangles, "holed": triangles[2:], "turned": inside_out}
    viewer = Viewer(houses.mesh({name: [(vertices, some, color)] for name, some in bodies.items()}))
    found = viewer.volume(["whole", "holed", "turned"])
    assert found.volume_m3 == pytest.approx(2)
    assert found.open == ("holed",)
    assert repr(found) == "2.000 m³ in 2 closed objects; 1 are open and not counted"


def test_labels_lie_in_the_middle_of_their_objects(viewer: Viewer) -> None:
    viewer.labels({"roof": "Roof\nof tiles", "sill": 12.3456, "slab": None})
    said = told(viewer, "labels")
    assert said["texts"] == [["Roof", "of tiles"], ["12.346"]], "the largest first"
    assert np.add(said["places"][0], viewer._building.origin).tolist() == [*(at(5000, 2950, 3000))]
    assert said["parts"] == [part_of(viewer, "roof"), part_of(viewer, "sill")]
    viewer.labels()
    assert told(viewer, "labels")["texts"] == []


def test_labels_have_the_unit_of_their_series_and_nothing_hidden_in_them(viewer: Viewer) -> None:
    values = pd.Series({"roof": 1234.5})
    values.attrs["unit"] = "m³"
    viewer.labels(values)
    assert told(viewer, "labels")["texts"] == [["1,234.5 m³"]]
    viewer.labels({"roof": "<b>\u202eevil\x00" + "x" * 500})
    ((text,),) = told(viewer, "labels")["texts"]
    assert len(text) == 60
    assert "\u202e" not in text
    assert "\x00" not in text
    with pytest.raises(ValueError, match="none of the 1 ids to label"):
        viewer.labels({"elsewhere": "x"})


def test_rooms_are_shown_with_names_and_areas(viewer: Viewer) -> None:
    viewer.show_rooms()
    looks = viewer._looks
    room = looks.room
    bits = viewer._texels.values.view(np.uint8).reshape(-1, 4)[:, 3][room[viewer._building.owner]]
    assert (bits & (VISIBLE | GHOST | COLORED | ROOM) == VISIBLE | GHOST | COLORED | ROOM).all()
    assert told(viewer, "labels")["texts"] == [["ROOM", "50.8 m²"]]
    assert viewer._legend()["title"] == "Area"
    assert viewer._legend()["unit"] == "m²"
    viewer.reset()
    assert not looks.colored.any()
    assert not looks.ghost.any()


def test_the_area_a_room_declares_comes_first() -> None:
    table = TABLE.assign(area_m2=np.nan)
    table.loc["room", "area_m2"] = 49.5
    viewer = Viewer(HOUSE, objects=table, rooms="room")
    viewer.show_rooms({"room": "kitchen"})
    assert told(viewer, "labels")["texts"] == [["ROOM", "49.5 m²"]]
    assert [row["label"] for row in viewer._legend()["rows"]] == ["kitchen"]
    with pytest.raises(ValueError, match="no rooms"):
        Viewer(HOUSE).show_rooms()
