"""The viewer without a browser: its words, its state, its widgets and their end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import houses
import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets import widget

from bimplus_nb.errors import BimplusError
from bimplus_nb.geometry import Mesh
from bimplus_nb.viewer import Arrival, Viewer, cells
from bimplus_nb.viewer.code import Code
from bimplus_nb.viewer.scene import Kinds
from bimplus_nb.viewer.state import SELECTED, VISIBLE
from bimplus_nb.viewer.without import Without

HERE = (1e6, 2e6, -3e6)
NAMES = houses.house().ids
TABLE = pd.DataFrame({"name": [name.upper() for name in NAMES]}, index=list(NAMES))


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer(houses.house(HERE), objects=lambda: TABLE, rooms="room", title="House")
    yield made
    made.close()


def on_page(viewer: Viewer) -> dict[str, Any]:
    """What the page would be sent if it were loaded now: bits of each part."""
    viewer.widget  # noqa: B018
    bits = viewer._page.side.get_state()["texels"]  # type: ignore[union-attr]
    texels = np.frombuffer(bits, np.uint8).reshape(-1, 4)
    return {name: texels[viewer.mesh.owner == row, 3].tolist() for row, name in enumerate(viewer.mesh.ids)}


def test_repr_is_stable_and_short(viewer: Viewer) -> None:
    assert viewer.mesh.ids[0] in viewer
    assert "nobody" not in viewer
    assert repr(viewer) == "House: 12 objects"
    viewer.color_by(pd.Series({"roof": 1.0, "slab": 2.0}, name="volume_m3"))
    assert repr(viewer) == "House: 12 objects, coloured by volume_m3"


def test_selection_is_rows_of_the_table(viewer: Viewer) -> None:
    calls: list[tuple[str, ...]] = []
    stop = viewer.on_select(calls.append)
    viewer.select(["roof", "slab"])
    viewer.select(["slab", "roof"])
    assert viewer.selected_ids == ("slab", "roof")
    assert viewer.selected["name"].tolist() == ["SLAB", "ROOF"]
    viewer.select(TABLE["name"] == "COLUMN")
    stop()
    viewer.select()
    assert calls == [("slab", "roof"), ("column",)]
    with pytest.raises(ValueError, match=r"1 of 2 ids .* cellar"):
        viewer.select(["roof", "cellar"])


def test_without_a_table_the_selection_is_an_index() -> None:
    viewer = Viewer(houses.house())
    viewer.select("roof")
    assert viewer.selected.index.tolist() == ["roof"]
    assert viewer.selected.shape == (1, 0)


def test_a_callback_that_fails_does_not_stop_the_others(viewer: Viewer) -> None:
    def fail(_: tuple[str, ...]) -> None:
        raise RuntimeError("no <b>luck</b>")

    heard: list[tuple[str, ...]] = []
    viewer.on_select(fail)
    viewer.on_select(heard.append)
    viewer.widget  # noqa: B018
    viewer.select("roof")
    assert heard == [("roof",)]
    assert viewer._page is not None
    assert viewer._page.side.notice == "RuntimeError: no <b>luck</b>"
    viewer.hide("slab")
    assert viewer._page.side.notice == ""


def test_the_state_of_the_texture_follows_without_being_sent_whole(viewer: Viewer) -> None:
    """A page that is loaded later gets what is so now."""
    viewer.widget  # noqa: B018
    viewer.select("roof")
    viewer.hide("window")
    bits = on_page(viewer)
    assert bits["roof"][0] & (VISIBLE | SELECTED) == VISIBLE | SELECTED
    assert [part & VISIBLE for part in bits["window"]] == [0, 0, 0]
    assert viewer._page is not None
    assert 0 < viewer._page.side.bytes < 100


def test_visibility(viewer: Viewer) -> None:
    everything = tuple(name for name in NAMES if name != "room")
    assert viewer.visible_ids == everything
    viewer.isolate(["roof", "slab"])
    assert viewer.visible_ids == ("slab", "roof")
    viewer.xray("roof")
    assert viewer.visible_ids == ("slab",)
    viewer.show("roof")
    assert viewer.visible_ids == ("slab", "roof")
    viewer.show()
    viewer.select("column")
    viewer.xray()
    assert viewer.visible_ids == ("column",)
    viewer.color_by({"room": 12.0}, title="Area", unit="m²")
    assert viewer.visible_ids == ("room",)
    viewer.reset()
    assert viewer.visible_ids == everything


@pytest.mark.parametrize(
    ("axis", "at", "keeps", "cuts"),
    [
        ("y", 2_000, (0, 1_999, 0), (0, 2_001, 0)),
        ("-y", 2_000, (0, 2_001, 0), (0, 1_999, 0)),
        ("x", -5, (-6, 0, 0), (-4, 0, 0)),
        ((0, 0, 2), 100, (0, 0, 99), (0, 0, 101)),
    ],
)
def test_a_section_keeps_one_side(viewer: Viewer, axis: Any, at: float, keeps: tuple, cuts: tuple) -> None:
    viewer.section(axis, at)
    viewer.widget  # noqa: B018
    assert viewer._page is not None
    ((*normal, limit),) = viewer._page.side.cuts["planes"]
    assert np.dot(normal, np.subtract(keeps, viewer._building.origin)) <= limit
    assert np.dot(normal, np.subtract(cuts, viewer._building.origin)) > limit


@pytest.mark.parametrize(("axis", "at"), [("w", 0), ("", 0), ((0, 0, 0), 1), ((1, 2), 1), ("x", float("nan"))])
def test_a_section_needs_direction_and_place(viewer: Viewer, axis: Any, at: float) -> None:
    with pytest.raises(ValueError, match=r"axis must be|a section needs"):
        viewer.section(axis, at)


def test_capture_and_apply_are_each_others_inverse(viewer: Viewer) -> None:
    viewer.select("roof")
    viewer.hide("slab")
    viewer.xray("column")
    viewer.section("y", 2e6 + 2_500)
    viewer.color_by({"terrace": "a", "sill": "b"})
    scene = viewer.capture()
    other = Viewer(houses.house(HERE), rooms="room")
    other.apply(scene)
    assert {**other.capture(), "camera": None, "rotationCenter": None} == {
        **scene,
        "camera": None,
        "rotationCenter": None,
    }
    assert (other._texels.values == viewer._texels.values).all(), "also what steps back behind the colours"
    assert other.camera.position == pytest.approx(viewer.camera.position)
    other.apply({**scene, "objects": {"selected": ["gone", "roof"], "hidden": ["gone"]}})
    assert other.selected_ids == ("roof",)


def test_a_scene_that_nobody_has_touched_is_captured_as_it_came(viewer: Viewer) -> None:
    scene = {
        "thumbnail": "data:,", "camera": {"position": {"x": 1, "y": 2, "z": 3}, "euler": [0, 1, 0, "XYZ"]},
        "objects": {"hidden": ["gone", "slab"], "selected": ["roof", "lost"], "coloring": {"80ff0000": ["sill"]}},
        "marks": [1],
    }  # fmt: skip
    viewer.apply(json.dumps(scene))
    assert viewer.capture() == scene
    viewer.capture()["marks"].append(2)
    assert viewer.capture() == scene
    viewer.select("column")
    objects = viewer.capture()["objects"]
    assert objects["selected"] == ["column", "lost"]
    assert objects["hidden"] == ["gone"]
    assert "slab" not in objects["visible"]
    assert objects["coloring"] == {"ffff0000": ["sill"]}
    assert viewer.capture()["marks"] == [1]
    assert "thumbnail" not in viewer.capture()
    viewer.select("roof")
    assert viewer.capture() == scene
    viewer.look("top")
    assert "thumbnail" not in viewer.capture()
    viewer.reset()
    assert "marks" not in viewer.capture()


def test_layers_of_a_scene_are_shown_and_written() -> None:
    house = houses.house(HERE)
    rest = house.of(*(name for name in house.ids if name not in ("roof", "slab")))
    some = [Arrival(house.of("roof"), layer=("l1", "t")), Arrival(rest, layer=("l2", "t"))]
    viewer = Viewer([*some, Arrival(house.of("slab"), layer=("l1", "t"))])
    told = {"id": "L1", "divisionTopologyId": "T", "visible": False, "transparent": False}
    viewer.apply({"layers": [told, {**told, "id": "other"}, {"id": 7}]})
    assert not {"roof", "slab"} & set(viewer.visible_ids)
    viewer.show("roof")
    ours = {"divisionTopologyId": "t", "visible": True, "transparent": False}
    assert viewer.capture()["layers"] == [
        {**told, "visible": True},
        {**told, "id": "other"},
        {"id": 7},
        {"id": "l2", **ours},
    ]


def test_what_a_person_does_on_the_page(viewer: Viewer) -> None:
    viewer.widget  # noqa: B018
    assert viewer._page is not None

    def hear(**message: Any) -> None:
        viewer._page._listen(viewer._page.side, message, [])  # type: ignore[union-attr]

    part = viewer.mesh.owner.tolist().index(NAMES.index("roof"))
    hear(type="act", name="pick", part=part)
    assert viewer.selected_ids == ("roof",)
    hear(type="act", name="pick", part=0, toggle=True)
    assert viewer.selected_ids == ("slab", "roof")
    hear(type="act", name="pick", part=None, toggle=True)
    assert viewer.selected_ids == ("slab", "roof")
    hear(type="act", name="pick", part=None)
    assert viewer.selected_ids == ()
    viewer.color_by({"roof": "a", "slab": "b", "sill": "b"})
    hear(type="act", name="legend", row=0)
    assert viewer.selected_ids == ("slab", "sill")
    hear(type="act", name="isolate")
    assert viewer.visible_ids == ("slab", "sill")
    hear(type="act", name="reset")
    hear(type="act", name="xray")
    assert viewer.visible_ids == ()
    hear(type="act", name="xray")
    assert len(viewer.visible_ids) == 11


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": "act", "name": "pick", "part": 10**9},
        {"type": "act", "name": "pick", "part": -1},
        {"type": "act", "name": "pick", "part": "0"},
        {"type": "act", "name": "close"},
        {"type": "act"},
        {"type": "act", "name": "legend", "row": 99},
        {"type": "act", "name": ["x"]},
        {"type": "picture", "ask": [1]},
        {"type": "picture", "ask": 7},
    ],
)
def test_a_page_that_talks_nonsense_changes_nothing(viewer: Viewer, message: dict[str, Any]) -> None:
    viewer.widget  # noqa: B018
    viewer.select("roof")
    before = viewer.capture()
    assert viewer._page is not None
    viewer._page._listen(viewer._page.side, message, [])
    after = viewer.capture()
    assert {**after, "objects": {**after["objects"], "selected": []}} == {
        **before,
        "objects": {**before["objects"], "selected": []},
    }


def test_close_closes_every_widget() -> None:
    Code.address()  # these stay for the next viewer
    Without.shared()
    Kinds.shared()
    before = dict(widget._instances)
    viewer = Viewer(houses.many(9_000))
    box = viewer.widget
    viewer._decor.subject(viewer.mesh, np.zeros(9_000, np.uint32))
    made = len(widget._instances) - len(before)
    assert 5 < made < 12, "few, however much there is"
    messages, size = viewer._page.traffic()  # type: ignore[union-attr]
    assert messages <= made + 5
    assert size / 9_000 < 400, "bytes an object"
    assert viewer.stats["objects"] == 9_000
    viewer.close()
    viewer.close()
    assert widget._instances == before
    assert box.comm is None
    assert viewer.widget is not box, "displayed again, it is drawn again"
    viewer.close()
    assert widget._instances == before


def test_a_cell_that_runs_again_closes_what_it_showed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []

    class Shown:
        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            closed.append(self.name)

    runs = iter([("one", "1"), ("one", "1"), ("two", "2"), ("one", "3"), ("one", "3"), None])
    monkeypatch.setattr(cells, "now", lambda: next(runs))
    shown = {name: Shown(name) for name in "abcd"}
    for name in "ab":
        cells.takes_the_place(shown[name])
    cells.takes_the_place(shown["c"])
    assert closed == []
    cells.takes_the_place(shown["a"])
    assert closed == ["b"], "what is shown again stays open, another cell's stays open"
    cells.takes_the_place(shown["d"])
    cells.takes_the_place(shown["d"])
    assert closed == ["b"]


def test_nothing_to_draw_is_no_error() -> None:
    viewer = Viewer(Mesh.empty())
    assert repr(viewer) == "Viewer: 0 objects"
    viewer.widget  # noqa: B018
    viewer.select()
    viewer.fit()
    viewer.xray()
    viewer.reset()
    assert viewer.capture()["objects"]["selected"] == []
    with pytest.raises(BimplusError, match="no object has geometry"):
        viewer.screenshot()
    viewer.close()


def test_title_and_words_are_bounded() -> None:
    viewer = Viewer(houses.house(), title="x" * 10_000 + "\u202e")
    assert len(viewer._words()["title"]) <= 200


def test_colouring_by_rules_and_back(viewer: Viewer) -> None:
    viewer.color_by(
        rules={"top": ["roof"], "wood": pd.Series({"roof": True, "slab": True, "sill": False})}, title="Checks"
    )
    assert viewer._coloring is not None
    assert [(one.label, len(one.members)) for one in viewer._coloring.classes] == [("top", 1), ("wood", 1)]
    assert viewer.visible_ids == ("slab", "roof"), "the rest is x-ray"
    viewer.color_by()
    assert viewer._coloring is None
    assert len(viewer.visible_ids) == len(NAMES) - 1
    assert not viewer._looks.colored.any()
    with pytest.raises(ValueError, match="of no object that is here"):
        viewer.color_by(rules={"top": ["no such id"]})
    with pytest.raises(ValueError, match="not by both"):
        viewer.color_by({"roof": 1}, rules={"top": ["roof"]})


def test_what_a_person_does_with_the_legend(viewer: Viewer) -> None:
    viewer.widget  # noqa: B018
    assert viewer._page is not None
    side = viewer._page.side

    def hear(**message: Any) -> None:
        viewer._page._listen(side, {"type": "act", **message}, [])  # type: ignore[union-attr]

    viewer.color_by({"roof": "a", "slab": "b", "sill": "b", "column": None})
    hear(name="legend", row=0)
    assert viewer.selected_ids == ("slab", "sill")
    assert side.legend["chosen"] == [0]
    hear(name="legend", row=1, toggle=True)
    assert set(viewer.selected_ids) == {"slab", "roof", "sill"}
    assert side.legend["chosen"] == [0, 1]
    hear(name="legend", row=0, toggle=True)
    assert viewer.selected_ids == ("roof",)
    hear(name="legend", row=2)
    assert viewer.selected_ids == ("column",), "what has no value can be clicked like anything else"
    hear(name="legend_eye", row=0)
    assert viewer.visible_ids == ("roof", "column")
    assert side.legend["off"] == [0]
    hear(name="legend_eye", row=0)
    assert side.legend["off"] == []
    for row in (99, -1, "0", None, 1.5, True, [0], {}):
        for name in ("legend", "legend_eye"):
            hear(name=name, row=row)
    assert side.notice == ""
    hear(name="legend_close")
    assert side.legend == {}
