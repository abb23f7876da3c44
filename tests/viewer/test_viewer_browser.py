"""The viewer in a real JupyterLab: what is on the canvas, what a mouse does, what stays behind."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import houses
import numpy as np
import pytest
from lab import Lab
from labnotebook import Notebook
from numpy.typing import NDArray
from PIL import Image

pytestmark = pytest.mark.browser

SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import gc, numpy as np, pandas as pd, houses
from ipywidgets.widgets import widget
from bimplus_nb.viewer import Viewer
from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.scene import DIRECTION
table = pd.DataFrame({{"name": [i.upper() for i in houses.house().ids]}}, index=list(houses.house().ids))
house = houses.house(at=(1e6, 2e6, -3e6))
"""
SHOW = "viewer = Viewer(house, objects=table, rooms='room', title='A house'); viewer"
COMPLETE = "viewer._page.side.light_shape and viewer._page.picture"
HOSTILE = "<img src=x onerror=window.hacked=1></script><b>\u202e"


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW, "png = await viewer.screenshot(); len(png)", "viewer"]) as notebook:
        notebook.run(0)
        yield notebook


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    """A notebook with a fresh house on the page, everything of it there and at rest."""
    opened.kernel("'viewer' in globals() and viewer.close()")
    assert opened.run(1).startswith("A house: 12 objects")
    opened.until(COMPLETE)
    opened.settle()
    opened.errors.clear()
    return opened


def selected(notebook: Notebook, *names: str) -> bool:
    notebook.until(f"viewer.selected_ids == {tuple(n for n in houses.house().ids if n in names)}")
    return True


def changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.abs(before.astype(int) - after).max(axis=2) > 24


def around(x: float, y: float, reach: int = 2) -> tuple[slice, slice]:
    return slice(round(y) - reach, round(y) + reach + 1), slice(round(x) - reach, round(x) + reach + 1)


def test_a_building_of_several_colours_is_on_the_canvas(notebook: Notebook) -> None:
    picture = notebook.pixels()
    height, width, _ = picture.shape
    assert [width, height] == notebook.ask("viewer.size")
    middle = picture[height // 4 : -height // 4, width // 4 : -width // 4].reshape(-1, 3).astype(int)
    red, green, blue = middle.T
    assert ((red > green + 30) & (red > blue + 30)).mean() > 0.01, "the red wall"
    assert ((green > red + 8) & (green > blue + 8)).mean() > 0.02, "the green roof"
    assert len(np.unique(middle // 24, axis=0)) > 15
    assert notebook.errors == []


def test_objects_appear_where_geometry_says(notebook: Notebook) -> None:
    """Ids under random points of the canvas, by real clicks, against rays cast in numpy at 10^6 mm from the origin."""
    notebook.find("viewer", "roof")  # makes `sight` known to the kernel
    notebook.kernel("rays = sight.Rays(viewer)")
    width, height = notebook.ask("viewer.size")
    rng = np.random.default_rng(7)
    points = rng.uniform((width * 0.15, height * 0.2), (width * 0.85, height * 0.9), (20, 2)).round(1).tolist()
    near = list(itertools.product((-1.5, 0, 1.5), repeat=2))
    rows = notebook.ask(f"[[rays.first(x + dx, y + dy) for dx, dy in {near}] for x, y in {points}]")
    clear = [(point, row[0]) for point, row in zip(points, rows, strict=True) if len(set(row)) == 1]
    assert len({row for _, row in clear}) >= 4, "the points should meet several objects"
    for (x, y), row in clear:
        notebook.kernel("viewer.select(table.index)")
        notebook.click(x, y)
        assert selected(notebook, *([houses.house().ids[row]] if row >= 0 else []))


def test_click_selects_exactly_that_object(notebook: Notebook) -> None:
    for name in ("roof", "wall-front-2", "terrace", "column", "window"):
        notebook.click_object("viewer", name)
        assert selected(notebook, name)
    assert notebook.ask("viewer.selected.name.tolist()") == ["WINDOW"]


def test_control_adds_and_an_empty_click_clears(notebook: Notebook) -> None:
    notebook.click_object("viewer", "roof")
    assert selected(notebook, "roof")
    notebook.click_object("viewer", "terrace", key="Control")
    assert selected(notebook, "roof", "terrace")
    notebook.click_object("viewer", "roof", key="Shift")
    assert selected(notebook, "terrace")
    notebook.click(4, 4)
    assert selected(notebook)


def test_a_drag_turns_and_does_not_select(notebook: Notebook) -> None:
    before = notebook.ask("viewer.camera.position")
    x, y = notebook.at(*notebook.find("viewer", "roof"))
    notebook.page.mouse.move(x, y)
    notebook.page.mouse.down()
    notebook.page.mouse.move(x + 60, y + 10, steps=4)
    notebook.page.mouse.up()
    notebook.settle()
    after = notebook.ask("viewer.camera.position")
    assert np.linalg.norm(np.subtract(after, before)) > 1000
    assert selected(notebook)
    notebook.click_object("viewer", "roof")
    assert selected(notebook, "roof"), "and picking follows the new view"


def test_the_wheel_keeps_the_point_under_the_cursor(notebook: Notebook) -> None:
    x, y = notebook.find("viewer", "wall-front-2")
    notebook.page.mouse.move(*notebook.at(x, y))
    before = notebook.ask("viewer.camera.position")
    notebook.page.mouse.wheel(0, -400)
    notebook.settle()
    notebook.kernel("rays = sight.Rays(viewer)")
    assert notebook.ask("viewer.camera.position[1]") < before[1], "nearer, and so lower"
    assert notebook.ask(f"house.ids[rays.first({x}, {y})]") == "wall-front-2"


def test_select_lights_up_that_object_and_nothing_else(notebook: Notebook) -> None:
    x, y = notebook.find("viewer", "wall-front-2")
    others = [notebook.find("viewer", name) for name in ("roof", "terrace", "wall-left", "wall-front-1")]
    before = notebook.pixels()
    notebook.kernel("viewer.select('wall-front-2')")
    notebook.settle()
    after = notebook.pixels()
    assert changed(before, after)[around(x, y)].all()
    _, _, blue = after[around(x, y)].reshape(-1, 3).mean(axis=0)
    assert blue > before[around(x, y)].reshape(-1, 3).mean(axis=0)[2] + 60
    for place in others:
        assert not changed(before, after)[around(*place)].any()
    rows, columns = np.nonzero(changed(before, after))
    box = notebook.ask("sight.Rays(viewer).box('wall-front-2')")
    assert columns.min() >= box[0] - 5
    assert columns.max() <= box[2] + 5
    assert rows.min() >= box[1] - 5
    assert rows.max() <= box[3] + 5
    notebook.kernel("viewer.select()")
    notebook.settle()
    assert not changed(before, notebook.pixels()).any()


def test_hidden_objects_are_neither_seen_nor_picked(notebook: Notebook) -> None:
    x, y = notebook.find("viewer", "roof")
    before = notebook.pixels()
    notebook.kernel("viewer.hide('roof')")
    notebook.settle()
    assert changed(before, notebook.pixels())[around(x, y)].all()
    notebook.click(x, y)
    behind = notebook.ask(f"sight.Rays(viewer).first({x}, {y})")
    assert selected(notebook, *([houses.house().ids[behind]] if behind >= 0 else []))
    notebook.kernel("viewer.select(); viewer.show()")
    notebook.settle()
    assert not changed(before, notebook.pixels()).any()


def test_isolate_leaves_one(notebook: Notebook) -> None:
    roof, wall = notebook.find("viewer", "roof"), notebook.find("viewer", "wall-left")
    notebook.kernel("viewer.isolate(['roof'])")
    notebook.settle()
    notebook.click(*roof)
    assert selected(notebook, "roof")
    notebook.click(*wall)
    assert selected(notebook)


def test_xray_and_section_let_the_mouse_through(notebook: Notebook) -> None:
    x, y = notebook.find("viewer", "roof")
    for change in ("viewer.xray('roof')", "viewer.show(); viewer.section('y', 2e6 + 2000)"):
        notebook.kernel(change)
        notebook.settle()
        notebook.click(x, y)
        notebook.settle()
        assert "roof" not in notebook.ask("viewer.selected_ids")
    notebook.kernel("viewer.section()")
    notebook.settle()
    notebook.click(x, y)
    assert selected(notebook, "roof")


def test_keyboard_acts_on_the_selection(notebook: Notebook) -> None:
    notebook.click_object("viewer", "wall-left")
    assert selected(notebook, "wall-left")
    notebook.page.keyboard.press("h")
    notebook.until("'wall-left' not in viewer.visible_ids and not viewer.selected_ids")
    notebook.click_object("viewer", "roof")
    assert selected(notebook, "roof")
    notebook.page.keyboard.press("i")
    notebook.until("viewer.visible_ids == ('roof',)")
    notebook.page.keyboard.press("Escape")
    assert selected(notebook)
    notebook.page.keyboard.press("Escape")
    notebook.until("len(viewer.visible_ids) == 11")
    assert notebook.page.locator(".jp-CodeCell").count() == 4, "the Lab kept its hands off the keys"


def test_hostile_names_are_text(notebook: Notebook) -> None:
    notebook.kernel(f"viewer.close(); viewer = Viewer(house, rooms='room', title={HOSTILE!r})")
    notebook.run(3)
    notebook.until(COMPLETE)
    notebook.kernel(f"viewer.color_by({{i: {HOSTILE!r} for i in house.ids}}, title={HOSTILE!r}, unit={HOSTILE!r})")
    notebook.kernel(f"def fail(ids): raise ValueError({HOSTILE!r})")
    notebook.kernel("viewer.on_select(fail); viewer.select('roof')")
    notebook.settle()
    box = notebook.page.locator(".bv-box").last
    for place in ("header b", ".bv-legend h4", ".bv-legend bdi", ".bv-notice"):
        assert "<img src=x onerror=" in box.locator(place).inner_text()
        assert box.locator(f"{place} img, {place} script").count() == 0
    assert notebook.page.evaluate("window.hacked") is None
    assert notebook.errors == []


def test_screenshot_is_the_canvas(notebook: Notebook) -> None:
    assert int(notebook.run(2)) > 10_000
    for expression in ("png", "viewer.screenshot()"):
        assert notebook.ask(f"{expression}[:8].hex()") == "89504e470d0a1a0a"
        png = bytes.fromhex(notebook.ask(f"{expression}.hex()"))
        width, height = notebook.ask("viewer.size")
        with Image.open(io.BytesIO(png)) as picture:
            assert picture.width > width
            assert picture.height / picture.width == pytest.approx(height / width, abs=1e-3)
            small = picture.convert("RGB").resize((width, height), Image.Resampling.BOX)
            assert changed(np.asarray(small), notebook.pixels()).mean() < 0.01


def test_the_picture_without_a_page_is_the_same_picture(notebook: Notebook) -> None:
    """numpy against GLSL: same camera, same light, same colours."""
    notebook.kernel(
        "viewer.color_by({'roof': 'a', 'terrace': 'b', **dict.fromkeys(house.ids[:7], 'c')}); viewer.xray('window')"
    )
    notebook.settle()
    notebook.kernel("from bimplus_nb.viewer.png import png as drawn")
    with Image.open(io.BytesIO(bytes.fromhex(notebook.ask("drawn(viewer._still()).hex()")))) as drawn:
        still = np.asarray(drawn.convert("RGB")).astype(int)
    with Image.open(io.BytesIO(notebook.canvas_png())) as canvas:
        page = np.asarray(canvas.convert("RGB").resize(still.shape[1::-1], Image.Resampling.BOX)).astype(int)
    off = np.abs(page - still).max(axis=2)
    assert np.median(off) <= 2
    assert (off > 40).mean() < 0.02, "only lines may differ"


def test_home_is_where_python_says(notebook: Notebook) -> None:
    """The page and Python fit the view by the same sum."""
    said = notebook.ask("viewer.camera.position + viewer.camera.target")
    expected = notebook.ask(
        "(lambda c: c.position + c.target)(Camera.fitted("
        "np.add(viewer._home()['points'], viewer._building.origin), DIRECTION, "
        "viewer.size[0] / viewer.size[1]))"
    )
    assert said == pytest.approx(expected, abs=1.0)


def test_a_scene_brings_its_camera(notebook: Notebook) -> None:
    notebook.kernel("there = viewer.camera; viewer.fit('column'); viewer.select('column')")
    notebook.settle()
    notebook.kernel("scene = viewer.capture(); scene['camera']['fov'] = 50; viewer.reset()")
    notebook.settle()
    assert notebook.ask("viewer.camera.position") == pytest.approx(notebook.ask("there.position"), abs=1)
    notebook.kernel("viewer.apply(scene)")
    notebook.settle()
    assert notebook.ask("viewer.selected_ids") == ["column"]
    assert notebook.ask("viewer.camera.fov") == 50
    assert notebook.ask("viewer.camera.position") == pytest.approx(notebook.ask("scene['camera']['position']"), abs=1)
    assert notebook.errors == []


def test_two_views_of_one_viewer_show_the_same(notebook: Notebook) -> None:
    notebook.run(3)
    notebook.settle()
    assert notebook.page.locator(".jupyter-threejs canvas").count() == 2
    x, y = notebook.find("viewer", "roof")
    before = notebook.pixels(0)
    assert not changed(before, notebook.pixels(1)).any()
    notebook.click(x, y, number=1)
    assert selected(notebook, "roof")
    notebook.settle()
    assert changed(before, notebook.pixels(0))[around(x, y)].all()
    assert not changed(notebook.pixels(0), notebook.pixels(1)).any()
    assert notebook.errors == []


def test_close_leaves_nothing_and_a_rerun_adds_nothing(notebook: Notebook) -> None:
    comms = "jupyterapp.shell.currentWidget.sessionContext.session.kernel._comms.size"
    count = "len(widget._instances)"
    before, on_page = notebook.ask(count), notebook.page.evaluate(comms)
    for _ in range(3):
        notebook.run(1)
        notebook.until(COMPLETE)
        notebook.settle()
        assert notebook.ask(count) == before
        assert notebook.page.evaluate(comms) == on_page
    notebook.kernel("viewer.close()")
    notebook.settle()
    left = notebook.ask("[type(one).__name__ for one in widget._instances.values()]")
    kinds = ("BufferAttribute", "BufferGeometry", "DataTexture", "Kinds", "LineSegments", "Mesh", "ShaderMaterial")
    assert sorted(left) == sorted([*kinds, "Code", "HTMLStyle", "Layout", "Without"]), "shared, for the next viewer"
    assert notebook.page.locator(".jupyter-threejs canvas").count() == 0
    notebook.run(3)
    notebook.until(COMPLETE)
    assert notebook.page.locator(".jupyter-threejs canvas").count() == 1, "displayed again, it is drawn again"
    assert notebook.errors == []


def test_closed_viewers_leave_no_arrays_on_the_page(lab: Lab) -> None:
    shows = [f"viewer{k} = Viewer(house, rooms='room', height=260); viewer{k}" for k in range(2)]
    with lab.open([SETUP, *shows]) as notebook:
        notebook.run(0)
        kept = []
        for cells in (shows[:1], shows):  # the first loads what stays for good
            for k in range(len(cells)):
                notebook.run(k + 1)
                notebook.until(f"viewer{k}._page.side.light_shape and viewer{k}._page.picture")
                notebook.click_object(f"viewer{k}", "wall-front-1")
                notebook.until(f"viewer{k}.selected_ids")
            notebook.settle()
            _, drawn = notebook.memory()
            notebook.kernel(f"for k in range({len(cells)}): globals().pop(f'viewer{{k}}').close()")
            notebook.settle()
            kept.append(notebook.memory()[1])
        assert drawn > kept[0] + 4e5, "the light of two houses, and more"
        assert kept[1] < kept[0] + 1e5, kept
        assert notebook.errors == []


def test_reload_brings_the_same_picture_back(notebook: Notebook) -> None:
    notebook.kernel("viewer.select('roof'); viewer.hide('wall-left'); viewer.fit('wall-front-2')")
    notebook.settle()
    before = notebook.pixels()
    notebook.save()
    notebook.reload()
    notebook.page.locator(".jupyter-threejs canvas").wait_for()
    notebook.settle()
    assert not changed(before, notebook.pixels()).any()
    notebook.kernel("viewer.select('terrace')")
    notebook.settle()
    assert changed(before, notebook.pixels()).any(), "and the kernel still reaches it"


def test_who_has_lost_the_kernel_is_told(lab: Lab) -> None:
    with lab.open([SETUP, SHOW]) as notebook:
        notebook.run(0)
        notebook.run(1)
        notebook.until(COMPLETE)
        notebook.settle()
        notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        before = notebook.pixels()
        canvas = notebook.page.locator(".jupyter-threejs canvas")
        canvas.click()
        notebook.page.get_by_role("alert").filter(has_text="The kernel of this view has ended.").wait_for()
        canvas.hover()
        notebook.page.mouse.wheel(0, -300)
        notebook.page.locator("[aria-busy=true]").wait_for()
        notebook.page.locator("[aria-busy=false]").wait_for()
        assert changed(before, notebook.pixels()).any(), "the camera needs no kernel"
        ipywidgets = "Could not send widget sync message"  # what it says of its own state
        assert [words for words in notebook.errors if not words.startswith(ipywidgets)] == []


@pytest.mark.parametrize("missing", ["webgl2", "webgl"], ids=["no WebGL 2", "no WebGL"])
def test_without_webgl_there_are_words(lab: Lab, missing: str) -> None:
    blind = f"""
        const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {{
          return kind.includes('{missing}') ? null : real.call(this, kind, ...more);
        }};
    """
    with lab.open([SETUP, SHOW], script=blind) as notebook:
        notebook.run(0)
        notebook.run(1)
        words = notebook.page.locator(".bv-instead")
        words.wait_for()
        assert "no WebGL 2" in words.inner_text()


def test_the_theme_of_the_page_is_followed(notebook: Notebook) -> None:
    light = notebook.pixels()[2, 2].mean()
    notebook.theme("JupyterLab Dark")
    notebook.until("viewer._page.side.shown_theme == 'dark'")
    notebook.settle()
    assert light > 180 > 60 > notebook.pixels()[2, 2].mean()
    notebook.theme("JupyterLab Light")
    notebook.settle()
    assert notebook.pixels()[2, 2].mean() == pytest.approx(light, abs=1)
