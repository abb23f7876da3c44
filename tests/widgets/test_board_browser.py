"""A coordinator's round in JupyterLab: from the list to the building, an issue on a wall, and its end; and by keys."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sight
from lab import Lab
from labnotebook import Notebook
from PIL import Image
from playwright.sync_api import Locator, expect

from bimplus_nb.client import connect
from bimplus_nb.sandbox import Sandbox

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)  # a busy machine is no failure

HOSTILE = "<img src=x onerror=window.hacked=1></b>\u202e"
SHOW = "board = bp.IssueBoard(project, viewer, height=520); board"
CLICKABLE = f"""
import sys
sys.path.insert(0, {str(Path(sight.__file__).parent)!r})
import sight
def seen_wall():
    for name in objects.index[(objects["type"] == "Wall") & objects["is_external"].fillna(False)]:
        try:
            return name, *sight.where(viewer, name)
        except LookupError:
            continue
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def notebook(lab: Lab, sandbox: Sandbox) -> Iterator[Notebook]:
    setup = f"""
import bimplus_nb as bp
client = bp.connect({sandbox.url!r}, token={sandbox.token("ben")!r})
project = client.project("Riverside Offices")
objects = project.objects()
viewer = project.view(height=380)
viewer"""
    with lab.open([setup, SHOW], size=(1280, 1150)) as opened:
        opened.run(0)
        opened.until("viewer._page.side.light_shape and viewer._page.picture")
        opened.run(1)
        opened.settle()
        yield opened


def act(notebook: Notebook, name: str) -> Locator:
    return notebook.page.locator(".bp-issue .bp-act", has_text=name).first


def fill(notebook: Notebook, **values: str) -> None:
    for name, value in values.items():
        field = notebook.page.locator(f".bp-form [name={name}]")
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    notebook.page.locator(".bp-form [type=submit]").click()
    expect(notebook.page.locator(".bp-form")).to_have_count(0)


def test_a_coordinators_round(notebook: Notebook, sandbox: Sandbox) -> None:
    page, rows = notebook.page, notebook.page.locator(".bp-row bdi")
    # Filter: the list and the building show the same.
    page.locator("[data-filter=overdue]").click()
    page.locator(".bp-top input").fill("balustrade terrace")
    expect(rows).to_have_text(["Balustrade of the terrace"])
    expect(page.locator(".bp-count")).to_have_text("1 of 48 issues")
    notebook.until("viewer._issues == tuple(board.frame.index[board.frame.name == 'Balustrade of the terrace'])")
    # Fly to it: its objects are selected, its pin is marked and in the middle of what fills the view.
    before = notebook.ask("viewer.camera.position")
    rows.first.click()
    notebook.until("viewer.selected_ids and set(viewer.selected_ids) <= set(board.frame.object_ids[board.selected])")
    page.wait_for_selector(".bv-chosen-pin")
    notebook.settle()
    assert notebook.ask("viewer.camera.position") != before
    expect(page.locator(".bp-issue h3")).to_have_text("Balustrade of the terrace")
    # Not ours: what one may not do is grey, and says why.
    author = notebook.ask("board.frame.author[board.selected]")
    if author != "Ben Bauer":
        expect(act(notebook, "Edit")).to_have_attribute("aria-disabled", "true")
        expect(act(notebook, "Edit")).to_have_attribute("title", f"only its author, {author}, may")
    # A new issue where a wall is clicked.
    page.locator("[data-filter=overdue]").click()
    page.locator(".bp-top input").fill("")
    notebook.kernel(f"viewer.reset(){CLICKABLE}")
    notebook.settle()
    wall, x, y = notebook.ask("seen_wall()")
    page.locator(".bp-top .bp-main").click()
    page.wait_for_selector(".bv-hint")
    notebook.click(x, y)
    expect(page.locator(".bp-on")).to_contain_text("Wall")
    fill(notebook, name="A crack", description="From top to\nbottom", priority="High", due="2026-01-31")
    expect(page.locator(".bp-issue h3")).to_have_text("A crack")
    expect(page.locator(".bp-view img")).to_be_visible()
    made = notebook.ask("board.selected")
    # The picture of the view, who is to solve it, what they say.
    act(notebook, "Attach this view").click()
    expect(page.locator(".bp-file img")).to_be_visible()
    act(notebook, "Assign").click()
    fill(notebook, responsible=notebook.ask("project.issues.people().query(\"name == 'Carla Costa'\").index[0]"))
    expect(page.locator(".bp-about")).to_contain_text("Carla Costa")
    with connect(sandbox, user="carla") as carla:
        hers = carla.project("Riverside Offices").issues
        hers.comment(made, f"Filled it. {HOSTILE}")
        page.locator(".bp-foot .bp-act").click()
        expect(page.locator(".bp-comments .bp-text")).to_have_text(
            "Filled it. <img src=x onerror=window.hacked=1></b>⟨right-to-left override⟩"
        )
        act(notebook, "Solve").click()
        # News comes while one writes: nothing of it is lost.
        page.locator(".bp-form [name=text]").fill("Filled")
        hers.create("Balustrade of the terrace, once more")
        page.locator(".bp-foot .bp-act").click()
        expect(page.locator(".bp-count")).to_have_text("50 issues")
        expect(page.locator(".bp-form [name=text]")).to_have_value("Filled")
        fill(notebook, text="Filled with mortar")
        expect(page.locator(".bp-issue header .bp-status")).to_have_attribute("data-kind", "solved")
        act(notebook, "Close").click()
        expect(page.locator(".bp-issue header .bp-status")).to_have_attribute("data-kind", "closed")
        # All of it again, by other ways: a frame, and bare HTTP.
        row = hers().loc[made]
        pins = hers.pins().query("issue == @made")
    assert (row["name"], row["status"], row["priority"], row["author"]) == ("A crack", "Closed", "High", "Ben Bauer")
    assert (row["description"], row["solution"]) == ("From top to\nbottom", "Filled with mortar")
    assert (row["responsible"], row["object_ids"], row["comments"]) == ("Carla Costa", (wall,), 1)
    assert row["due"].strftime("%Y-%m-%d") == "2026-01-31"
    assert len(pins) == 1
    assert pins[["normal_x", "normal_y", "normal_z"]].pow(2).sum(axis=1).iloc[0] == pytest.approx(1)
    point = pins[["x_mm", "y_mm", "z_mm"]].iloc[0].tolist()
    low, high = notebook.ask(f"viewer.mesh.of({wall!r}).bounds[0].tolist()")
    assert all(a - 1 <= p <= b + 1 for a, p, b in zip(low, point, high, strict=True)), "on the wall"
    with httpx.Client(headers={"Authorization": f"BimPlus {sandbox.token('anna')}"}) as http:
        issue = http.get(f"{sandbox.url}/riverside/issues/{made}").json()
        files = http.get(f"{sandbox.url}/riverside/issues/{made}/attachments").json()
        data = [http.get(f"{sandbox.url}/riverside/attachments/{one['id']}/download").content for one in files]
    assert (issue["status"], issue["scene"]["version"]) == ("Closed", [2, 0, 0])
    assert sorted(one["attachmentType"] for one in files) == ["", "thumbnailhighresolution"]
    for picture in data:
        with Image.open(io.BytesIO(picture)) as opened:
            assert opened.format == "PNG"
            assert len(opened.convert("RGB").getcolors(1 << 24)) > 100, "something is seen"
    assert notebook.errors == []
    assert page.evaluate("window.hacked") is None


def test_keys_and_hostile_names(notebook: Notebook, sandbox: Sandbox) -> None:
    page, rows = notebook.page, notebook.page.locator(".bp-row bdi")
    with connect(sandbox, user="carla") as carla:
        made = carla.project("Riverside Offices").issues.create(HOSTILE, description="</p><script>1</script>")
    notebook.run(1)
    page.locator(".bp-rows").focus()
    expect(rows.first).to_contain_text("<img src=x")
    page.keyboard.press("/")
    page.keyboard.type("onerror")
    expect(rows).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".bp-issue .bp-text")).to_have_text("</p><script>1</script>")
    assert notebook.ask("board.selected") == made
    page.keyboard.press("Escape")
    notebook.until("board.selected is None")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    here = page.locator(".bp-row.bp-here")
    expect(here.locator(".bp-status b")).to_have_text("#1")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(here.locator(".bp-status b")).not_to_have_text("#1")
    page.keyboard.press("n")
    page.wait_for_selector(".bv-hint")
    page.keyboard.press("Escape")  # the building has the keyboard now
    expect(page.locator(".bp-form")).to_have_count(0)
    page.locator(".bp-rows").focus()
    page.keyboard.press("n")
    page.locator(".bp-form .bp-act", has_text="Without a place").click()
    expect(page.locator(".bp-form [name=name]")).to_be_focused()
    page.keyboard.type("Half a name")
    before = page.locator(".bp-count").inner_text()
    with connect(sandbox, user="carla") as carla:
        carla.project("Riverside Offices").issues.create("News")
    page.locator(".bp-foot .bp-act").click()
    expect(page.locator(".bp-count")).not_to_have_text(before)
    expect(page.locator(".bp-form [name=name]")).to_have_value("Half a name")
    page.locator(".bp-form [name=name]").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".bp-form")).to_have_count(0)
    expect(page.locator(".bv-hint")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
    assert notebook.errors == []
