"""The tree without a browser: how objects are grouped, what is seen of the groups, and what a page may ask for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import houses
import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets import widget

from bimplus_nb.geometry import Mesh
from bimplus_nb.project import Project
from bimplus_nb.viewer import Arrival, Viewer, groups
from bimplus_nb.viewer.code import Code
from bimplus_nb.viewer.groups import CHOSEN, CHOSEN_PARTLY, GHOSTS, HIDDEN, LEFT_OUT, PARTLY, SHOWN
from bimplus_nb.viewer.parcel import Parcel
from bimplus_nb.viewer.state import Looks

NAMES = houses.house().ids
KIND = {name: name.split("-")[0].capitalize() for name in NAMES}
STOREY = {name: "Top" if name == "roof" else "" if name == "terrace" else "Ground" for name in NAMES}
TABLE = pd.DataFrame(
    {
        "name": [name.upper() for name in NAMES],
        "type": pd.Categorical([KIND[name] for name in NAMES]),
        "storey": pd.Categorical(
            [STOREY[name] or None for name in NAMES], categories=["Ground", "Middle", "Top"], ordered=True
        ),
    },
    index=list(NAMES),
)


class Heard:
    """What a viewer tells its page, in place of the page."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.messages: list[tuple[dict[str, Any], bytes]] = []
        viewer.widget  # noqa: B018
        assert viewer._page is not None
        viewer._page.side.send = lambda message, buffers=None: self.messages.append(  # type: ignore[method-assign]
            (message, bytes(buffers[0]) if buffers else b"")
        )

    def say(self, name: str, **more: Any) -> None:
        """What a person did on the page."""
        assert self.viewer._page is not None
        self.viewer._page._listen(self.viewer._page.side, {"type": "act", "name": name, **more}, [])

    def last(self, kind: str) -> dict[str, Any]:
        """The last message of this kind."""
        return next(message for message, _ in reversed(self.messages) if message["type"] == kind)

    def eyes(self) -> dict[str, int]:
        """What is seen of each group, by its path."""
        listed, out, outer = self.last("groups"), {}, ""
        seen = next(buffer for message, buffer in reversed(self.messages) if message["type"] in ("groups", "seen"))
        for level, name, state in zip(listed["levels"], listed["names"], seen, strict=True):
            outer = outer if level else name
            out[f"{outer}/{name}" if level else name] = state
        return out

    def do(self, what: str, path: str, **more: Any) -> None:
        """Do this to a group."""
        group = list(self.eyes()).index(path)
        self.say("group", do=what, number=self.last("groups")["number"], group=group, **more)


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer(houses.house((1e6, 2e6, -3e6)), objects=TABLE, rooms="room")
    yield made
    made.close()


@pytest.fixture
def page(viewer: Viewer) -> Heard:
    heard = Heard(viewer)
    heard.say("tree", by="storey")
    return heard


def among(names: list[str], path: tuple[str, ...] = ()) -> pd.DataFrame:
    return pd.DataFrame({"storey": names, "type": [*path] or [""] * len(names)})


def test_groups_are_those_of_a_groupby() -> None:
    """Against pandas, on a thousand objects of random kinds."""
    rng = np.random.default_rng(3)
    about = pd.DataFrame(
        {by: rng.choice(["", *(f"{by} {k}" for k in range(12))], 1_000) for by in ("type", "storey", "layer", "model")}
    )
    chosen = rng.random(1_000) < 0.3
    for by, within in groups.WITHIN.items():
        if by == "material":
            continue
        made = groups.grouped(about, by, rng.random(1_000))
        assert made.by == (by, within)
        sizes = about[by].value_counts()
        outer, pairs = "", about.groupby([by, within]).size()
        for k, (level, name) in enumerate(zip(made.level, made.names, strict=True)):
            outer = outer if level else name
            rows = made.rows(k)
            expected = (about[by] == outer) & ((about[within] == name) if level else True)
            assert set(rows.tolist()) == set(np.flatnonzero(expected).tolist())
            assert made.count(chosen)[k] == (expected & chosen).sum()
            assert len(rows) == (pairs[outer, name] if level else sizes[outer])
        assert sorted(made.order.tolist()) == list(range(1_000))


def test_storeys_come_from_the_top_types_by_their_number_and_nothing_last() -> None:
    floors = ["Level 2", "Level 10", "", "Level 1", "Level 2", None]
    made = groups.grouped(among(floors), "storey", np.array([3.0, 30, 99, 0, 3, 0]))
    assert made.names == ("Level 10", "Level 2", "Level 1", "")
    assert [len(made.rows(k)) for k in range(4)] == [1, 2, 1, 2]
    kinds = groups.grouped(among([""] * 6, ("Door", "Wall", "Wall", "Door", "Wall", "Slab")), "type", np.zeros(6))
    assert kinds.names == ("Wall", "Door", "Slab")
    layers = pd.DataFrame({"layer": ["L10", "L9", "b", "A", None, "L9"], "type": [""] * 6})
    assert groups.grouped(layers, "layer", np.zeros(6)).names == ("A", "b", "L9", "L10", "")


def test_no_project_has_more_groups_than_a_page_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MOST", 5)
    made = groups.grouped(
        among([f"S{k}" for k in range(9)], tuple(f"T{k}" for k in range(9))), "storey", np.arange(9.0)
    )
    assert made.names == ("S8", "S7", "S6", "S5", "All others")
    assert len(made.rows(4)) == 5


def test_states_of_groups() -> None:
    made = groups.grouped(among(list("aaabbb"), tuple("xxyyzz")), "storey", np.array([1.0] * 3 + [0] * 3))
    assert made.names == ("a", "x", "y", "b", "y", "z")
    looks = Looks()
    looks.extend(np.arange(6), np.zeros((6, 3), np.uint8), np.zeros(6, bool), np.array([0, 0, 0, 0, 1, 1], bool))
    drawn = np.ones(6, bool)

    def state() -> dict[str, int]:
        paths = [f"{'a' if k < 3 else 'b'}{name}" for k, name in enumerate(made.names)]
        return dict(zip(paths, groups.seen(made, looks, drawn).tolist(), strict=True))

    assert state() == {"aa": SHOWN, "ax": SHOWN, "ay": SHOWN, "bb": SHOWN, "by": SHOWN, "bz": HIDDEN}
    looks.visible[[0, 3]] = False
    assert state() == {"aa": PARTLY, "ax": PARTLY, "ay": SHOWN, "bb": HIDDEN, "by": HIDDEN, "bz": HIDDEN}
    looks.visible[:] = True
    looks.ghost[[0, 1]] = True
    looks.selected[[0, 4, 5]] = True
    drawn[2] = False
    assert state() == {
        "aa": PARTLY | CHOSEN_PARTLY | LEFT_OUT,
        "ax": GHOSTS | CHOSEN_PARTLY,
        "ay": SHOWN | LEFT_OUT,
        "bb": SHOWN | CHOSEN_PARTLY,
        "by": SHOWN,
        "bz": HIDDEN | CHOSEN,
    }


def test_a_swatch_is_the_colour_of_most_parts() -> None:
    made = groups.grouped(among(["a", "a", "b"], ("x", "y", "x")), "storey", np.array([1.0, 1, 0]))
    color = np.array([[9, 9, 9], [255, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 1]], np.uint8)
    swatches = groups.swatches(made, np.array([0, 0, 0, 1, 2]), color)
    assert dict(zip(zip(made.level.tolist(), made.names, strict=True), swatches, strict=True)) == {
        (0, "a"): "",
        (1, "x"): "#000001",
        (1, "y"): "#00ff00",
        (0, "b"): "",
    }
    assert swatches[1] == "#ff0000"


def test_the_page_gets_groups_when_it_asks_and_not_before(viewer: Viewer) -> None:
    page = Heard(viewer)
    viewer.tree("type")
    viewer.hide("roof")
    assert not [message for message, _ in page.messages if message["type"] in ("groups", "seen")]
    page.say("groups")
    assert page.last("groups")["by"] == "type"
    assert page.last("groups")["kinds"] == ["storey", "type"]
    assert page.last("groups")["names"][:2] == ["Wall", "Ground"]
    assert viewer._page is not None
    assert viewer._page.side.tools["tree"] == {"by": "type"}, "so that a page that is loaded again shows it again"


def test_eyes_follow_what_python_does(viewer: Viewer, page: Heard) -> None:
    assert page.last("groups")["names"][0] == "Top"
    assert page.eyes()["Ground"] == SHOWN
    assert page.eyes()["Ground/Room"] == HIDDEN
    viewer.hide(["wall-left", "roof"])
    assert page.eyes()["Top"] == HIDDEN
    assert page.eyes()["Ground"] == page.eyes()["Ground/Wall"] == PARTLY
    viewer.show()
    viewer.xray("terrace")
    viewer.select(["roof", "slab"])
    eyes = page.eyes()
    assert (eyes["Top"], eyes["Ground"], eyes["No storey"]) == (SHOWN | CHOSEN, SHOWN | CHOSEN_PARTLY, GHOSTS)
    count = len(page.messages)
    viewer.select(["roof", "slab"])
    assert len(page.messages) == count, "what changes nothing says nothing"
    page.say("tree", by=None)
    viewer.hide("roof")
    assert not [message for message, _ in page.messages[count:] if message["type"] == "seen"], "put away, it rests"


def test_what_a_person_does_to_a_group(viewer: Viewer, page: Heard) -> None:
    page.do("eye", "Ground/Wall")
    assert not any("wall" in name for name in viewer.visible_ids)
    page.do("eye", "Ground")
    assert {name for name in NAMES if STOREY[name] == "Ground"} - {"room"} <= set(viewer.visible_ids)
    page.do("isolate", "Top")
    assert viewer.visible_ids == ("roof",)
    page.do("isolate", "Top")
    assert len(viewer.visible_ids) == 11, "alone already: everything comes back"
    page.do("ghost", "Ground/Wall")
    assert page.eyes()["Ground/Wall"] == GHOSTS
    page.do("ghost", "Ground/Wall")
    assert page.eyes()["Ground/Wall"] == SHOWN
    page.do("select", "Top")
    page.do("add", "No storey")
    assert viewer.selected_ids == ("roof", "terrace")
    page.do("add", "Top")
    assert viewer.selected_ids == ("terrace",)
    viewer.isolate("roof")
    page.say("group", do="all")
    assert len(viewer.visible_ids) == 11


def test_objects_come_page_by_page_in_the_order_of_their_names(viewer: Viewer, page: Heard) -> None:
    number = page.last("groups")["number"]
    group = list(page.eyes()).index("Ground/Wall")
    page.say("members", number=number, group=group, first=0)
    told = page.last("members")
    assert [name for name, *_ in told["rows"]] == sorted(name.upper() for name in NAMES if "wall" in name)
    for _, row, part, out in told["rows"]:
        assert viewer._building.owner[part] == row
        assert not out
    page.say("members", number=number, group=group, first=3)
    assert len(page.last("members")["rows"]) == 2
    _, row, *_ = told["rows"][0]
    page.do("eye", "Ground/Wall", object=row)
    assert set(NAMES) - set(viewer.visible_ids) == {"wall-back", "room"}


@pytest.mark.parametrize("nonsense", [None, True, -1, 10**9, 1.5, "0", [0], {"a": 1}])
def test_nonsense_from_a_page_does_nothing(viewer: Viewer, page: Heard, nonsense: Any) -> None:
    number, before = page.last("groups")["number"], viewer._now.texels().tolist()
    assert viewer._page is not None
    page.say("group", do="eye", number=number, group=nonsense)
    page.say("group", do="eye", number=nonsense, group=0)
    page.say("group", do=nonsense, number=number, group=0)
    page.say("members", number=number, group=nonsense, first=0)
    page.say("members", number=number, group=0, first=nonsense)
    page.say("load", place=nonsense, more=nonsense)
    if nonsense is not None:
        page.say("group", do="eye", number=number, group=0, object=nonsense)
        page.say("tree", by=nonsense)
    assert viewer._now.texels().tolist() == before
    assert viewer._page.side.tools["tree"] == {"by": "storey"}
    told = [message for message, _ in page.messages if message["type"] == "members"]
    assert [message["rows"] for message in told] == [[]] * len(told)


def test_a_kind_that_is_none_is_told_in_words(viewer: Viewer) -> None:
    with pytest.raises(ValueError, match="by must be one of storey, type, layer"):
        viewer.tree("colour")


def test_without_a_table_there_is_one_group_of_everything() -> None:
    viewer = Viewer(houses.house())
    page = Heard(viewer)
    page.say("tree", by="storey")
    assert page.last("groups")["names"] == ["No type"]
    page.say("members", number=page.last("groups")["number"], group=0, first=0)
    assert {name for name, *_ in page.last("members")["rows"]} == set(NAMES)
    viewer.close()


def test_hostile_names_are_made_plain() -> None:
    table = TABLE.assign(storey=["\u202ebad\n" + "long" * 1_000] * 12, name="\u202ebad")
    viewer = Viewer(houses.house(), objects=table)
    page = Heard(viewer)
    page.say("tree", by="storey")
    page.say("members", number=page.last("groups")["number"], group=1, first=0)
    names = [page.last("groups")["names"][0], page.last("members")["rows"][0][0]]
    assert all("\u202e" not in name and "\n" not in name and len(name) <= 120 for name in names)
    viewer.close()


def test_what_is_left_out_is_marked_and_comes_when_it_is_asked_for() -> None:
    viewer = Viewer(houses.house(), objects=TABLE, max_triangles=60)
    page = Heard(viewer)
    page.say("tree", by="type")
    assert page.eyes()["Column"] == SHOWN | LEFT_OUT
    drawn = viewer._building.triangles_drawn
    page.do("show", "Column")
    assert page.eyes()["Column"] == SHOWN
    assert viewer._building.triangles_drawn > drawn
    viewer.close()


def test_more_is_loaded_by_name_and_on_the_page() -> None:
    whole = houses.house()
    fetched: list[str] = []

    def loader(name: str) -> list[Arrival]:
        fetched.append(name)
        if name == "broken":
            raise ValueError("the service is away")
        return [Arrival(whole.of(name))]

    viewer = Viewer(
        whole.of("slab", "roof"), more={name: lambda name=name: loader(name) for name in ("column", "sill", "broken")}
    )
    page = Heard(viewer)
    page.say("tree", by="type")
    assert page.last("groups")["more"] == ["column", "sill", "broken"]
    assert fetched == []
    viewer.add("sill")
    assert page.last("groups")["counts"] == [3]
    assert viewer.more == ("column", "broken")
    page.say("load", place=1, more="column")
    assert fetched == ["sill"], "the list has changed since: not what the person meant"
    page.say("load", place=0, more="column")
    assert viewer.mesh.ids == ("slab", "roof", "sill", "column")
    page.say("load", place=0, more="broken")
    assert page.last("groups")["more"] == ["broken"]
    assert viewer._page is not None
    assert viewer._page.side.notice == "ValueError: the service is away"
    with pytest.raises(ValueError, match="no 'cellar' that is not loaded; there is 'broken'"):
        viewer.add("cellar")
    assert isinstance(viewer.mesh, Mesh)
    viewer.close()


def test_what_came_later_goes_as_well() -> None:
    """Lines come once a parcel, and a widget that is left behind keeps a page from ever loading again."""

    def settle() -> None:
        for thread in threading.enumerate():
            if thread.name == "building decor":
                thread.join(30)

    settle()
    Code.address()  # stays for the next viewer
    before, whole = dict(widget._instances), houses.house()
    viewer = Viewer(whole.of("slab", "roof"), more={"column": lambda: [Arrival(whole.of("column"))]})
    viewer.widget  # noqa: B018
    settle()
    viewer.add("column")
    viewer.add(whole.of("sill"))
    settle()
    parcels = [one for one in viewer._page.widgets() if isinstance(one, Parcel)]  # type: ignore[union-attr]
    assert len(parcels) == len(viewer._building.instalments) == 3
    assert all(len(one.lines) == len(one.chunks) for one in parcels)
    viewer.close()
    assert widget._instances == before


def test_a_view_of_one_layer_knows_the_others(project: Project) -> None:
    viewer = project.view(layers="Building", progress=False)
    there = project.layers()
    assert len(viewer.more) == (there["layer"] != "Building").sum()
    assert "Finish" in viewer.more
    assert "Electrical (Architecture)" in viewer.more, "more than one model has such a layer"
    before = set(viewer.mesh.ids)
    viewer.add("Finish")
    table = project.objects(layers=["Building", "Finish"], progress=False)
    assert set(viewer.mesh.ids) - before == set(table.index[table["layer"] == "Finish"])
    some = list(table.index[table["layer"] == "Finish"][:3])
    viewer.select(some)
    assert sorted(viewer.selected.index) == sorted(some), "and the table has come along"
    assert set(viewer._about()["layer"]) == {"Building", "Finish"}
    assert project.view(progress=False).more == ()


def test_more_keeps_to_the_storeys_of_the_view(project: Project) -> None:
    viewer = project.view(layers="Building", storeys="First floor", progress=False)
    viewer.add("DoorWindow")
    assert set(viewer._about()["storey"]) == {"First floor"}
    assert "Window" in set(viewer._about()["type"])
