"""What leaves the viewer as a file is what it shows: the objects, their colours, their names."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from xml.etree import ElementTree

import houses
import numpy as np
import pandas as pd
import pytest

from bimplus_nb.viewer import Viewer

TABLE = pd.DataFrame({"name": [name.upper() for name in houses.house().ids]}, index=list(houses.house().ids))


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer(houses.house(), objects=TABLE, rooms="room", title="House")
    yield made
    made.close()


def nodes(glb: bytes) -> dict[str, str]:
    """Id -> name."""
    (size,) = struct.unpack_from("<I", glb, 12)
    return {node["extras"]["id"]: node["name"] for node in json.loads(glb[20 : 20 + size])["nodes"][1:]}


def test_a_glb_holds_what_is_solid_or_what_is_asked_for(viewer: Viewer) -> None:
    viewer.hide("roof")
    viewer.xray("slab")
    assert set(nodes(viewer.to_glb())) == set(viewer.visible_ids)
    assert nodes(viewer.to_glb(["roof", "room"])) == {"roof": "ROOF", "room": "ROOM"}


def test_an_obj_has_the_colours_of_the_moment(viewer: Viewer) -> None:
    viewer.color_by({"roof": "red", "slab": "green"})
    text, library = viewer.to_obj("roof")
    colors = [line.split()[1:] for line in library.splitlines() if line.startswith("Kd")]
    shown = viewer._looks.colors[viewer.mesh.row("roof")]
    assert {tuple(map(float, color)) for color in colors} == {tuple(np.round(shown / 255, 6).tolist())}
    assert [line for line in text.splitlines() if line.startswith("o ")] == ["o ROOF"]


def test_a_plan_shows_what_is_solid_and_names_the_rooms(viewer: Viewer) -> None:
    low = viewer.mesh.bounds[viewer.mesh.row("room"), 0, 1]
    viewer.hide("column")
    drawing = viewer.to_svg(low)
    root = ElementTree.fromstring(drawing)
    drawn = {group.get("data-id") for group in root.iter() if group.get("data-id")}
    assert "room" in drawn
    assert "column" not in drawn
    assert "ROOM" in {span.text for span in root.iter("{http://www.w3.org/2000/svg}tspan")}
    assert drawing._repr_svg_() == str(drawing)
    assert repr(drawing).startswith("<Drawing: SVG, ")
