"""Where one looks from, by real mouse and keyboard: projections, named views, the cube, walking, all of the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray

pytestmark = pytest.mark.browser

HERE = (1e6, 2e6, -3e6)
SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import numpy as np, houses, sight
from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.camera import Camera
house = houses.house(at={HERE})
"""
SHOW = "viewer = Viewer(house, rooms='room', title='A house'); viewer"
COMPLETE = "viewer._page.side.light_shape and viewer._page.picture"
TOP, FRONT = (0, -1, 0), (0, 0, -1)


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW]) as notebook:
        notebook.run(0)
        yield notebook


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    """A notebook with a fresh house on the page, at rest, the keyboard on its canvas."""
    return fresh(opened)


def fresh(notebook: Notebook) -> Notebook:
    notebook.page.emulate_media(reduced_motion="reduce")  # the camera is where it goes at once
    notebook.kernel("'viewer' in globals() and viewer.close()")
    notebook.run(1)
    notebook.until(COMPLETE)
    notebook.at(0, 0)
    notebook.page.locator(".bv-box .jupyter-threejs").focus()
    notebook.settle()
    notebook.errors.clear()
    return notebook


@contextmanager
def moving(notebook: Notebook) -> Iterator[None]:
    """Something in here moves the camera: wait until it has, and has come to rest."""
    before = notebook.traffic()["frames"]
    yield
    notebook.page.wait_for_function("before => __lab.frames > before", arg=before)
    notebook.settle()


def press(notebook: Notebook, key: str) -> None:
    with moving(notebook):
        notebook.page.keyboard.press(key)


def drag(notebook: Notebook, start: Sequence[float], by: tuple[float, float]) -> None:
    x, y = notebook.at(start[0], start[1])
    with moving(notebook):
        notebook.page.mouse.move(x, y)
        notebook.page.mouse.down()
        notebook.page.mouse.move(x + by[0], y + by[1], steps=6)
        notebook.page.mouse.up()


def forward(notebook: Notebook) -> NDArray[np.float64]:
    way = notebook.ask("np.subtract(viewer.camera.target, viewer.camera.position).tolist()")
    return np.array(way) / np.linalg.norm(way)


def on_canvas(notebook: Notebook, place: tuple[float, float, float]) -> NDArray[np.float64]:
    """Where a place of the house is on the canvas, by numpy."""
    (seen,) = notebook.ask(f"sight.Rays(viewer).screen(np.array([{place}]) + {HERE}).tolist()")
    return np.array(seen)


def outline(notebook: Notebook) -> NDArray[np.float64]:
    """The leftmost, topmost, rightmost and bottommost pixel of the roof's upper side: (4, 2)."""
    picture = notebook.pixels().astype(int)
    x, y = (round(k) for k in on_canvas(notebook, (5_000, 3_100, 3_000)))
    rows, columns = np.nonzero(np.abs(picture - picture[y, x]).max(axis=2) < 9)
    ends = [columns.argmin(), rows.argmin(), columns.argmax(), rows.argmax()]
    return np.stack([columns[ends], rows[ends]], axis=1).astype(float)


def test_parallel_edges_stay_parallel(notebook: Notebook) -> None:
    bend = {}
    for projection in ("perspective", "orthographic"):
        with moving(notebook):
            notebook.kernel(f"viewer.projection = {projection!r}; viewer.look('iso')")
        left, top, right, bottom = outline(notebook)
        bend[projection] = np.linalg.norm((top - left) - (right - bottom))
        for place, corner in (((-400, 3_100, -400), left), ((10_400, 3_100, 6_400), right)):
            assert notebook.ask("viewer.projection") == projection
            # The left end of what is seen from the front left is the corner at the back left, as numpy projects it.
            assert np.linalg.norm(on_canvas(notebook, place)[0] - corner[0]) < 4
    assert bend["orthographic"] < 5 < 20 < bend["perspective"]
    assert notebook.errors == []


def test_objects_are_picked_where_geometry_says(notebook: Notebook) -> None:
    press(notebook, "o")
    assert notebook.ask("viewer.projection") == "orthographic"
    picked_as_rays_say(notebook, 12)


def picked_as_rays_say(notebook: Notebook, count: int) -> None:
    notebook.kernel("rays = sight.Rays(viewer)")
    width, height = notebook.ask("viewer.size")
    rng = np.random.default_rng(3)
    points = rng.uniform((width * 0.1, height * 0.1), (width * 0.85, height * 0.9), (count, 2)).round(1).tolist()
    near = [(dx, dy) for dx in (-1.5, 0, 1.5) for dy in (-1.5, 0, 1.5)]
    rows = notebook.ask(f"[[rays.first(x + dx, y + dy) for dx, dy in {near}] for x, y in {points}]")
    clear = [(point, row[0]) for point, row in zip(points, rows, strict=True) if len(set(row)) == 1]
    assert len({row for _, row in clear}) >= 3, "the points should meet several objects"
    for (x, y), row in clear:
        notebook.kernel("viewer.select(house.ids)")
        notebook.click(x, y)
        notebook.until(f"viewer.selected_ids == {(houses.house().ids[row],) if row >= 0 else ()}")


def test_the_target_keeps_its_size_and_everything_comes_back(notebook: Notebook) -> None:
    button = notebook.page.locator("[data-tool=projection]")
    before = notebook.ask("[*viewer.camera.position, *viewer.camera.target]")
    with moving(notebook):
        button.click()
    assert button.get_attribute("aria-pressed") == "true"
    size = "2 * np.linalg.norm(np.subtract(viewer.camera.position, viewer.camera.target)) * np.tan(np.radians(17.5))"
    assert notebook.ask(f"viewer.camera.height / ({size})") == pytest.approx(1)
    with moving(notebook):
        button.click()
    assert notebook.ask("viewer.camera.height is None")
    assert notebook.ask("[*viewer.camera.position, *viewer.camera.target]") == pytest.approx(before, abs=1e-3)


def test_number_one_is_a_plan(notebook: Notebook) -> None:
    press(notebook, "o")
    press(notebook, "1")
    assert forward(notebook) == pytest.approx(TOP)
    # A plan by hand: x to the right, z downwards, all at one scale.
    width, height = notebook.ask("viewer.size")
    target, tall = notebook.ask("viewer.camera.target"), notebook.ask("viewer.camera.height")
    for name, x, z in (
        ("column", 11_500, 5_000),
        ("terrace", 12_500, 3_400),
        ("roof", -300, -300),
        ("roof", 10_300, 0),
    ):
        right, down = (x + HERE[0] - target[0]) * height / tall, (z + HERE[2] - target[2]) * height / tall
        notebook.click(width / 2 + right, height / 2 + down)
        notebook.until(f"viewer.selected_ids == ({name!r},)")
    notebook.kernel("viewer.select()")
    notebook.settle()
    left, top, right, bottom = notebook.ask("sight.Rays(viewer).box('roof')")
    roof = notebook.pixels()[round(top) + 3 : round(bottom) - 3, round(left) + 3 : round(right) - 3]
    assert np.ptp(roof.reshape(-1, 3).astype(int), axis=0).max() < 30, "no wall is seen beside it"


def test_every_number_looks_from_its_side_and_home_leads_back(notebook: Notebook) -> None:
    before = notebook.ask("viewer.camera.position")
    for key, way in (("2", FRONT), ("3", (1, 0, 0)), ("6", (0, 1, 0)), ("7", np.array((1, -1, -1)) / 3**0.5)):
        press(notebook, key)
        assert forward(notebook) == pytest.approx(way), key
    with moving(notebook):
        notebook.page.locator("[data-tool=home]").click()
    assert notebook.ask("viewer.camera.position") == pytest.approx(before, abs=1)


def test_the_cube_leads_to_sides_edges_and_corners_and_turns(notebook: Notebook) -> None:
    cube = notebook.page.locator(".bv-cube")
    for words, way in (
        ("From the top (1)", TOP),
        ("From the top, front", (0, -1, -1)),
        ("From the front, left", (1, 0, -1)),
        ("From the left (3)", (1, 0, 0)),
        ("From the top, left, back", (1, -1, 1)),
    ):
        if not cube.locator(f"[aria-label='{words}']:visible").count():
            press(notebook, "7")
        with moving(notebook):
            cube.locator(f"[aria-label='{words}']:visible").first.click()
        assert forward(notebook) == pytest.approx(np.array(way) / np.linalg.norm(way), abs=1e-6), words
    assert cube.locator(".bv-face:visible text").all_text_contents() == ["top", "left", "back"]
    box = cube.bounding_box()
    assert box is not None
    with moving(notebook):
        notebook.page.mouse.move(box["x"] + 48, box["y"] + 48)
        notebook.page.mouse.down()
        notebook.page.mouse.move(box["x"] + 78, box["y"] + 48, steps=4)
        notebook.page.mouse.up()
    assert abs(forward(notebook) @ (1, -1, 1) / 3**0.5) < 0.98
    assert forward(notebook)[1] == pytest.approx(-(1 / 3**0.5), abs=0.02), "sideways only"
    assert notebook.ask("viewer.selected_ids") == []


def test_over_the_top_and_back_nothing_flips(notebook: Notebook) -> None:
    press(notebook, "1")
    sky = (notebook.ask("viewer.size")[0] - 20, 470)
    drag(notebook, sky, (0, 60))
    assert forward(notebook) @ TOP > 0.99999, "no further than straight down"
    drag(notebook, sky, (0, -120))
    right = np.cross(forward(notebook), (0, 1, 0))
    assert right / np.linalg.norm(right) == pytest.approx((1, 0, 0), abs=1e-3), "still from the front"


def test_a_turn_leaves_in_place_what_one_took_hold_of(notebook: Notebook) -> None:
    corner = (-400, 3_100, 6_400)
    for projection in ("perspective", "orthographic"):
        with moving(notebook):
            notebook.kernel(f"viewer.projection = {projection!r}; viewer.look('iso')")
        before = on_canvas(notebook, corner)
        notebook.kernel("iso = viewer.camera")
        drag(notebook, (before[0] + 3, before[1] - 3), (70, -25))
        notebook.until("viewer.camera != iso")  # a slow page tells of its turn after its frame
        assert np.linalg.norm(on_canvas(notebook, corner) - before) < 5
        assert np.linalg.norm(forward(notebook) - np.array((1, -1, -1)) / 3**0.5) > 0.3
    with moving(notebook):
        notebook.kernel("viewer.select('column'); viewer.look('iso')")
    column = (11_500, 1_300, 5_000)
    before = on_canvas(notebook, column)
    drag(notebook, on_canvas(notebook, (2_000, 3_100, 3_000)).tolist(), (70, -25))
    assert np.linalg.norm(on_canvas(notebook, column) - before) < 2, "about the selection, where there is one"
    assert notebook.ask("viewer.selected_ids") == ["column"]


def test_the_wheel_keeps_the_point_under_the_cursor_of_an_orthographic_view(notebook: Notebook) -> None:
    press(notebook, "o")
    corner = (10_400, 2_800, 6_400)
    before, tall = on_canvas(notebook, corner), notebook.ask("viewer.camera.height")
    with moving(notebook):
        notebook.page.mouse.move(*notebook.at(*before))
        notebook.page.mouse.wheel(0, -400)
    assert notebook.ask("viewer.camera.height") < tall * 0.8
    assert np.linalg.norm(on_canvas(notebook, corner) - before) < 1, "a wheel speaks of whole pixels"


def test_walking(notebook: Notebook) -> None:
    hint, cells = notebook.page.locator(".bv-hint"), notebook.page.locator(".jp-CodeCell")
    before = cells.count()
    press(notebook, "2")
    press(notebook, "w")
    assert hint.is_visible()
    start = np.array(notebook.ask("viewer.camera.position"))
    picture = notebook.pixels()
    for key, way in (("w", (0, 0, -1)), ("ArrowRight", (1, 0, 0)), ("e", (0, 1, 0))):
        notebook.page.keyboard.down(key)
        notebook.page.wait_for_function("before => __lab.frames > before + 3", arg=notebook.traffic()["frames"])
        notebook.page.keyboard.up(key)
        notebook.settle()
        now = np.array(notebook.ask("viewer.camera.position"))
        gone = (now - start) / np.linalg.norm(now - start)
        assert gone == pytest.approx(way, abs=1e-6), key
        assert np.linalg.norm(now - start) > 20
        start = now
    assert (np.abs(picture.astype(int) - notebook.pixels()).max(axis=2) > 24).mean() > 0.005
    drag(notebook, (300, 300), (80, 0))
    assert notebook.ask("viewer.camera.position") == pytest.approx(start), "a drag only looks around"
    assert forward(notebook)[0] > 0.2, "to the right"
    drag(notebook, (300, 300), (-80, 0))
    x, y = on_canvas(notebook, (12_500, -50, 5_500))
    with moving(notebook):
        notebook.page.mouse.dblclick(*notebook.at(x, y))
    stands = np.subtract(notebook.ask("viewer.camera.position"), HERE)
    assert stands == pytest.approx((12_500, -50 + 1_600, 5_500), abs=120), "on the terrace, at eye height"
    assert stands[1] == pytest.approx(1_550, abs=3)
    notebook.page.keyboard.press("Escape")
    assert not hint.is_visible()
    assert notebook.page.locator("[data-tool=walk]").get_attribute("aria-pressed") == "false"
    assert cells.count() == before, "the Lab kept its hands off the keys"
    assert notebook.errors == []


def test_a_flight_arrives_and_who_wants_no_motion_is_there_at_once(notebook: Notebook) -> None:
    before = notebook.traffic()["frames"]
    press(notebook, "1")
    assert notebook.traffic()["frames"] - before <= 2
    assert forward(notebook) == pytest.approx(TOP)
    notebook.page.emulate_media(reduced_motion="no-preference")
    notebook.page.keyboard.press("2")
    notebook.until(
        f"np.allclose(viewer.camera.target[2] - viewer.camera.position[2], {FRONT}[2] * np.linalg.norm("
        "np.subtract(viewer.camera.target, viewer.camera.position)), atol=1e-6)"
    )


def test_full_screen_has_all_of_it(notebook: Notebook) -> None:
    notebook.kernel("viewer.color_by({i: i[:4] for i in house.ids})")
    size = notebook.ask("viewer.size")
    notebook.page.keyboard.press("Shift+F")
    notebook.page.wait_for_function("document.fullscreenElement?.classList.contains('bv-box')")
    notebook.until("viewer.size[0] == 1280")
    assert notebook.ask("viewer.size") == [1280, 900 - 44 - 26]
    assert notebook.pixels().shape[:2] == (830, 1280)
    for part in (".bv-tools", ".bv-legend", ".bv-cube"):
        box = notebook.page.locator(f".bv-box {part}").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
    notebook.page.locator("[data-tool=full]").click()
    notebook.page.wait_for_function("!document.fullscreenElement")
    notebook.until(f"list(viewer.size) == {size}")


def test_a_narrow_cell_folds_the_tools_into_a_menu(notebook: Notebook) -> None:
    folded, more = notebook.page.locator(".bv-more [data-tool=xray]"), notebook.page.locator("[data-tool=more]")
    assert more.is_hidden()
    notebook.kernel("viewer.widget.layout.width = '250px'")
    more.wait_for()
    notebook.until("viewer.size[0] < 250")
    assert folded.is_hidden()
    tools = notebook.page.locator(".bv-tools").bounding_box()
    assert tools is not None
    assert tools["width"] < 250
    more.click()
    notebook.kernel("viewer.select('roof')")
    folded.click()
    notebook.until("viewer.capture()['objects']['transparent']")
    assert folded.is_hidden()
    before = notebook.ask("viewer.camera.position")
    notebook.kernel("viewer.widget.layout.width = '100%'")
    more.wait_for(state="hidden")
    notebook.until("viewer.size[0] > 900")
    assert notebook.page.locator(".bv-tools [data-tool=xray]").is_visible()
    assert notebook.ask("viewer.camera.position") != before, "who has not moved yet sees all of it at any width"


def test_two_device_pixels_to_one(lab: Lab) -> None:
    with lab.open([SETUP, SHOW], size=(700, 900), scale=2) as notebook:
        notebook.run(0)
        fresh(notebook)
        press(notebook, "o")
        width, height = notebook.ask("viewer.size")
        assert notebook.pixels().shape[:2] == (2 * height, 2 * width)
        picked_as_rays_say(notebook, 8)
        press(notebook, "o")
        picked_as_rays_say(notebook, 8)


def test_a_thousand_kilometres_away_nothing_trembles(notebook: Notebook) -> None:
    """Seen from places a metre and a millimetre apart, the picture is the one of the same house at the origin."""
    pictures = {}
    for at in ((0.0, 0.0, 0.0), (1e9, 0.0, -1e9)):
        notebook.kernel(f"viewer.close(); house = houses.house(at={at})")
        fresh(notebook)
        for step in (0, 1, 1_000):
            eye, target = (
                np.add((-9_000.0 + step, 4_000, 16_000), at).tolist(),
                np.add((5_000.0 + step, 1_000, 3_000), at).tolist(),
            )
            notebook.kernel(f"viewer.apply({{'camera': {{'position': {eye}, 'target': {target}, 'fov': 35}}}})")
            notebook.settle()
            pictures[at, step] = notebook.pixels().astype(int)
    notebook.kernel(f"house = houses.house(at={HERE})")
    for step in (0, 1, 1_000):
        off = np.abs(pictures[(0.0, 0.0, 0.0), step] - pictures[(1e9, 0.0, -1e9), step]).max(axis=2)
        assert (off > 24).mean() < 0.0005, step
    one, metre = (np.abs(pictures[(1e9, 0.0, -1e9), 0] - pictures[(1e9, 0.0, -1e9), k]).max(axis=2) for k in (1, 1_000))
    assert (one > 24).mean() < 0.001 < 0.02 < (metre > 24).mean()
