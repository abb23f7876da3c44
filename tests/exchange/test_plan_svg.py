"""The drawing read back as XML, measured, and looked at by a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from geometry.solids import FAR_AWAY, box, l_shape, mesh_of
from geometry.test_caps import tube
from lab import chromium

from bimplus_nb.exchange import plan_svg
from bimplus_nb.exchange.sheet import visual_centre
from bimplus_nb.geometry import Mesh

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title><script>alert(1)</script>\x00\ud800\ufffe & \"'\u202e" + "A" * 10_000

PLACE = """id => {
  const box = [...document.querySelectorAll(`[data-id=${id}]`)].at(-1).getBoundingClientRect();
  return [box.x, box.y, box.width, box.height];
}"""
MIDDLE = f"id => {{ const [x, y, width, height] = ({PLACE})(id); return [x + width / 2, y + height / 2]; }}"
UNDER = "([x, y]) => document.elementFromPoint(x, y).parentNode.dataset.id"


def storey(at: tuple[float, float, float] = (0, 0, 0), **further: Any) -> str:
    """A floor, a wall in the north, a pipe, a table and a room: 6 x 4 m."""
    bodies = [
        box(6000, 200, 4000).moved((0, -200, 0)),
        box(6000, 2800, 240).moved((0, 0, -3760)),
        tube(8, 500, 300).moved((5000, 0, -1000)),
        box(1200, 740, 800).moved((2000, 0, -1000)),
        box(6000, 2500, 3760),
    ]
    mesh = mesh_of(
        *(body.moved(at) for body in bodies),
        names=["floor", "wall", "pipe", "table", "room"],
        colors=[(10 * k, 100, 200, 255) for k in range(5)],
    )
    return plan_svg(mesh, **{"level": at[1], "rooms": {"room": "Study"}, "title": "Ground floor", **further})


def groups(root: ElementTree.Element) -> dict[str, list[ElementTree.Element]]:
    out: dict[str, list[ElementTree.Element]] = {}
    for group in root.iter(f"{SVG}g"):
        if "data-id" in group.attrib:
            out.setdefault(group.attrib["data-id"], []).append(group)
    return out


def outlines(path: str) -> list[np.ndarray]:
    """The rings of a path of ours: "M x y l dx dy ... z"."""
    out = []
    for ring in path.split("z")[:-1]:
        first, steps = ring.removeprefix("M").split("l")
        points = np.array([first.split(), *np.array(steps.split()).reshape(-1, 2)], float)
        out.append(np.cumsum(points, axis=0))
    return out


def area(path: str) -> float:
    """mm², holes taken off; the page's y runs down."""
    return -sum(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2 for x, y in (ring.T for ring in outlines(path)))


@pytest.mark.parametrize("at", [(0, 0, 0), FAR_AWAY], ids=["here", "far"])
def test_what_is_cut_has_its_true_size_and_its_colour(at: tuple[float, float, float]) -> None:
    found = groups(ElementTree.fromstring(storey(at)))
    wall, pipe = found["wall"][-1].find(f"{SVG}path"), found["pipe"][-1].find(f"{SVG}path")
    assert wall is not None
    assert pipe is not None
    assert (wall.get("fill"), pipe.get("fill")) == ("#0a64c8", "#1464c8")
    assert area(wall.get("d", "")) == 6000 * 240
    assert area(pipe.get("d", "")) == pytest.approx(8 / 2 * np.sin(np.pi / 4) * (500**2 - 300**2), rel=0.01)
    assert len(outlines(pipe.get("d", ""))) == 2
    seen = [found[name][0].find(f"{SVG}path") for name in ("floor", "room", "table")]
    assert [area(path.get("d", "")) for path in seen if path is not None] == [24e6, 6000 * 3760, 1200 * 800]


def test_paper_and_building_are_to_scale() -> None:
    for scale in (50, 100, 75.5):
        root = ElementTree.fromstring(storey(scale=scale))
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        assert float(root.attrib["width"].removesuffix("mm")) * scale == pytest.approx(width, abs=scale * 0.01)
        assert float(root.attrib["height"].removesuffix("mm")) * scale == pytest.approx(height, abs=scale * 0.01)
        assert f"1:{scale:g}," in "".join(root.itertext())


def test_the_largest_usual_scale_that_fits_on_a3_is_chosen() -> None:
    sizes = {(6, 4): 20, (18, 12): 50, (12, 18): 50, (36, 24): 100, (200, 150): 1000}
    for (width, depth), scale in sizes.items():
        root = ElementTree.fromstring(plan_svg(mesh_of(box(width * 1000, 2800, depth * 1000)), level=0))
        assert float(root.attrib["data-scale"]) == scale
        paper = sorted(float(root.attrib[side].removesuffix("mm")) for side in ("width", "height"))
        assert paper[0] <= 297
        assert paper[1] <= 420


def test_north_is_up_and_east_is_right() -> None:
    """-Z of our frame is north: +Y where Z is up."""
    mesh = mesh_of(box(), box().moved((0, 0, -9000)), box().moved((9000, 0, 0)), names=["here", "north", "east"])
    found = groups(ElementTree.fromstring(plan_svg(mesh, level=0)))
    corner = {name: outlines(group[0].find(f"{SVG}path").get("d"))[0].min(axis=0) for name, group in found.items()}  # type: ignore[union-attr, arg-type]
    assert (corner["north"] - corner["here"]).tolist() == [0, -9000]
    assert (corner["east"] - corner["here"]).tolist() == [9000, 0]


def test_higher_things_are_painted_over_lower_ones_and_the_cut_over_all() -> None:
    order = [
        group.attrib["data-id"]
        for group in ElementTree.fromstring(storey()).iter(f"{SVG}g")
        if "data-id" in group.attrib
    ]
    assert order == ["floor", "room", "table", "wall", "pipe"]


def test_rooms_have_their_name_and_area_and_other_labels_their_lines() -> None:
    text = storey(labels=[(1000.0, -2000.0, "Clear height\n2.50 m")], names={"table": "Big table"})
    spans = [span.text for span in ElementTree.fromstring(text).iter(f"{SVG}tspan")]
    assert {"Study", "22.6 m²", "Clear height", "2.50 m"} == set(spans)
    titles = {id_: found[0].findtext(f"{SVG}title") for id_, found in groups(ElementTree.fromstring(text)).items()}
    assert titles == {"floor": "floor", "room": "Study", "table": "Big table", "wall": "wall", "pipe": "pipe"}


def test_hostile_words_stay_words() -> None:
    mesh = mesh_of(box(6000, 2500, 4000), box(100, 2500, 100), names=[HOSTILE[:60], "b"])
    text = plan_svg(
        mesh, level=0, title=HOSTILE, names={"b": HOSTILE}, rooms={HOSTILE[:60]: HOSTILE}, labels=[(0, 0, HOSTILE)]
    )
    text.encode()
    root = ElementTree.fromstring(text)
    assert {element.tag for element in root.iter()} <= {
        SVG + name for name in ["svg", "g", "path", "rect", "circle", "text", "tspan", "title", "desc"]
    }
    assert "A" * 201 not in text
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)


def test_colours_are_those_of_the_parts_given_even_where_others_are_far_from_the_cut() -> None:
    mesh = mesh_of(box().moved((0, 9000, 0)), l_shape())
    text = plan_svg(mesh, level=0, colors=np.array([(1, 1, 1), (255, 0, 128)], np.uint8))
    assert 'fill="#ff0080"' in text
    assert "#010101" not in text


def test_glass_is_drawn_through() -> None:
    mesh = mesh_of(box(3000, 2800, 20), box(), colors=[(9, 9, 9, 80), (9, 9, 9, 255)])
    cut = groups(ElementTree.fromstring(plan_svg(mesh, level=0)))
    opacity = [cut[id_][-1].find(f"{SVG}path").get("fill-opacity") for id_ in "01"]  # type: ignore[union-attr]
    assert opacity == ["0.5", None]


def test_a_drawing_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bimplus_nb.exchange.plan.MOST_LINES", 20)
    mesh = mesh_of(*(box(900, 500, 900).moved((k * 1000, 0, 0)) for k in range(50)), l_shape())
    assert len(re.findall(r"M\d+ \d+l-?\d+ -?\d+(?=[M\"])", plan_svg(mesh, level=0))) == 20


def test_where_there_is_nothing_there_is_no_plan() -> None:
    for mesh in (mesh_of(box()), Mesh.empty()):
        with pytest.raises(ValueError, match="nothing is cut or seen"):
            plan_svg(mesh, level=50_000)
    with pytest.raises(ValueError, match="scale"):
        plan_svg(mesh_of(box()), level=0, scale=0)


def test_words_go_where_a_room_is_wide() -> None:
    corner = np.array([(0, 0), (9000, 0), (9000, -3000), (2000, -3000), (2000, -8000), (0, -8000.0)])
    (x, z), width = visual_centre([corner])
    assert 4000 < x < 5000
    assert -2000 < z < -1000
    assert width == 9000
    table = np.array([[(3500.0, -2500.0), (5500.0, -500.0)]])
    (x, z), _ = visual_centre([corner], (1000, 400), table)
    assert not (3000 < x < 6000 and -2700 < z < -300)
    assert visual_centre([corner], (1000, 400), table + 20_000) == visual_centre([corner])
    atrium = np.array([(3000, -300), (3000, -2700), (4000, -2700), (4000, -300.0)])
    (x, z), width = visual_centre([corner, atrium])
    assert x > 4000
    assert width == 5000


@pytest.mark.browser
def test_a_browser_shows_it(tmp_path: Path) -> None:
    (tmp_path / "plan.svg").write_text(storey(scale=50), encoding="utf-8")
    with chromium() as browser, browser.new_page() as page:
        page.goto((tmp_path / "plan.svg").as_uri())
        x, y, width, height = page.evaluate(PLACE, "wall")
        assert width * 25.4 / 96 * 50 == pytest.approx(6000, rel=0.01)  # to scale, by CSS's millimetres
        assert page.evaluate(UNDER, [x + width / 2, y + height / 2]) == "wall"
        assert page.evaluate(UNDER, page.evaluate(MIDDLE, "table")) == "table"
        assert page.locator("text=Study").count() >= 1
