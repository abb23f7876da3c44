"""What only a page knows, provoked in real ones: extensions taken from a JupyterLab, WebGL switched off, canvases used
up. The report says it, and so does the viewer in the place of its picture."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import houses
import lab as harness
import pytest
from jupyterserver import enable
from lab import Lab
from labnotebook import Notebook

from bimplus_nb import causes
from bimplus_nb.causes import CAUSES, MESSAGE_LIMIT, PARTS, PLUGINS, install
from bimplus_nb.diagnosis import Report, facts
from bimplus_nb.diagnosis.facts import Environment
from bimplus_nb.diagnosis.judging import environment, goes_with

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
SETUP = f"""
import sys
sys.path.insert(0, {str(Path(houses.__file__).parent)!r})
import bimplus_nb as bp, houses
"""
DOCTOR, SHOW = "bp.doctor()", "viewer = bp.Viewer(houses.house(), title='A house'); viewer"
USE_UP = """
() => {
  window.others ??= [];
  for (let k = 0; k < 17; k++) {
    const gl = document.createElement('canvas').getContext('webgl2');
    gl.clear(gl.COLOR_BUFFER_BIT);
    window.others.push(gl);
  }
}
"""
GIVE_BACK = "() => window.others.splice(0).forEach(gl => gl.getExtension('WEBGL_lose_context')?.loseContext())"


VERSIONS: list[tuple[str, str, bool]] = [
    ("2.4.0", "2.4.1", True),
    ("2.10.0", "2.4.1", True),
    ("3.0.0", "2.4.1", True),
    ("0.11.2", "0.11.0", False),
    ("0.9.18", "0.11.0", False),
    ("5.0.9", "5.0.10", False),
]


def told(cause: str, **values: object) -> list[str]:
    """The lines in which a page says it."""
    one = CAUSES[cause].told(values)
    return [line for line in (one.words, one.cure, one.command) if line]


def row(page: Page, check: str) -> tuple[str, list[str]]:
    """How something is by the last report on the page, and its lines."""
    page.locator(".bp-doctor[data-done]").last.wait_for()
    found = page.locator(f'.bp-doctor tr[data-check="{check}"]').last
    return str(found.get_attribute("data-status")), found.locator("p, code").all_text_contents()


def instead(page: Page) -> list[str]:
    """The lines in the place of a picture."""
    page.locator(".bv-instead").wait_for()
    return page.locator(".bv-instead").locator("p, code").all_text_contents()


# --- a JupyterLab that lacks something --------------------------------------------------------------------------------


class Poor:
    """A JupyterLab whose extensions are this folder's; it looks there each time a page is loaded."""

    def __init__(self, folder: Path) -> None:
        self.extensions = folder / "extensions"
        self.switches = folder / "config" / "labconfig" / "page_config.json"
        self.switches.parent.mkdir(parents=True)
        ours = {
            "LabApp": {"labextensions_path": [str(self.extensions)]},
            # Else Lab proposes to build itself anew once an extension is gone.
            "ServerApp": {"tornado_settings": {"page_config_data": {"buildCheck": False, "buildAvailable": False}}},
        }
        (folder / "config" / "jupyter_server_config.json").write_text(json.dumps(ours))
        enable(folder / "config")

    def has(self, *names: str, off: str = "") -> None:
        """From now on these extensions, one of them switched off."""
        shutil.rmtree(self.extensions, ignore_errors=True)
        for name in names:
            (self.extensions / name).parent.mkdir(parents=True, exist_ok=True)
            (self.extensions / name).symlink_to(INSTALLED / name)
        self.switches.write_text(json.dumps({"disabledExtensions": {off: True} if off else {}}))

    def has_old(self, name: str, was: str, version: str) -> None:
        """An extension here is another version, in its own eyes too."""
        (self.extensions / name).unlink()
        shutil.copytree(INSTALLED / name, self.extensions / name)
        for file in (self.extensions / name).rglob("*.js*"):
            file.write_text(file.read_text(encoding="utf-8").replace(f'"{was}"', f'"{version}"'), encoding="utf-8")


@pytest.fixture(scope="module")
def poor_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Poor, Notebook]]:
    folder = tmp_path_factory.mktemp("poor")
    poor = Poor(folder)
    poor.has(*PARTS)
    with harness.running(folder) as lab, lab.open([SETUP, DOCTOR, SHOW]) as notebook:
        notebook.run(0)
        notebook.page.set_default_timeout(12_000)
        yield poor, notebook


def shown(notebook: Notebook) -> None:
    """Both cells are run on a page loaded anew."""
    notebook.save()
    notebook.reload()
    notebook.run(1)
    notebook.run(2)


def test_an_extension_that_the_server_lacks(poor_lab: tuple[Poor, Notebook]) -> None:
    poor, notebook = poor_lab
    poor.has(*(name for name in PARTS if name != "jupyter-threejs"))
    shown(notebook)
    words = told("extension-missing", extension="jupyter-threejs", package="pythreejs", install=install("pythreejs"))
    assert row(notebook.page, "extension:jupyter-threejs") == ("problem", words)
    assert row(notebook.page, "extension:anywidget")[0] == "ok"
    assert row(notebook.page, "server")[0] == "ok", "it has our extension"
    assert instead(notebook.page) == words


def test_an_extension_that_is_switched_off(poor_lab: tuple[Poor, Notebook]) -> None:
    poor, notebook = poor_lab
    poor.has(*PARTS, off=PLUGINS["jupyter-threejs"])
    shown(notebook)
    plugin = PLUGINS["jupyter-threejs"]
    words = told("extension-disabled", extension="jupyter-threejs", package="pythreejs", plugin=plugin)
    assert row(notebook.page, "extension:jupyter-threejs") == ("problem", words)
    assert instead(notebook.page) == words


def test_an_extension_of_another_version(poor_lab: tuple[Poor, Notebook]) -> None:
    poor, notebook = poor_lab
    poor.has(*PARTS)
    poor.has_old("jupyter-threejs", "2.4.1", "1.0.0")
    notebook.page.context.new_cdp_session(notebook.page).send("Network.clearBrowserCache")
    shown(notebook)
    words = told("extension-version", extension="jupyter-threejs", found="1.0.0", install=install("pythreejs"))
    assert row(notebook.page, "extension:jupyter-threejs") == ("problem", words)
    assert instead(notebook.page) == words


@pytest.mark.parametrize("name", ["anywidget", "@jupyter-widgets/jupyterlab-manager"])
def test_without_our_own_code_on_the_page_the_report_still_tells(poor_lab: tuple[Poor, Notebook], name: str) -> None:
    poor, notebook = poor_lab
    poor.has(*(one for one in PARTS if one != name))
    notebook.save()
    notebook.reload()
    notebook.run(1)
    words = told("extension-missing", extension=name, package=PARTS[name], install=install(PARTS[name]))
    assert row(notebook.page, f"extension:{name}") == ("problem", words)
    assert notebook.page.locator(".bp-summary").inner_text() == "1 problem found."
    if name == "anywidget":
        notebook.run(2)
        said = notebook.page.locator(".bv-box .bv-without")
        said.wait_for()
        assert said.locator("p").all_inner_texts() == told("no-code")


# --- a whole JupyterLab -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Iterator[Notebook]:
    with lab.open([SETUP, SHOW, DOCTOR]) as opened:
        opened.run(0)
        opened.run(1)
        opened.until("viewer._page.side.light_shape and viewer._page.picture")
        opened.settle()
        yield opened


def test_all_is_well(notebook: Notebook) -> None:
    notebook.run(2)
    assert row(notebook.page, "viewers") == ("ok", ["One, which is well."])
    assert not notebook.page.locator(".bv-without").is_visible()
    assert row(notebook.page, "webgl") == ("note", told("software-drawing")), "which in this browser is so"
    installed = facts.environment().server is not None  # a development install brings none
    assert row(notebook.page, "server")[0] == ("ok" if installed else "note")
    for name in PARTS:
        assert row(notebook.page, f"extension:{name}")[0] == "ok"
    assert notebook.page.locator(".bp-summary").inner_text() == "Nothing wrong was found."


def test_a_canvas_that_was_taken_away_is_given_back(notebook: Notebook) -> None:
    page, before = notebook.page, notebook.pixels()
    page.evaluate(USE_UP)
    assert instead(page) == told("contexts")
    notebook.run(2)
    page.locator(".bp-doctor[data-done]").wait_for()
    assert row(page, "viewers") == ("problem", told("contexts"))
    assert page.locator(".bv-instead").is_visible(), "the doctor took none"
    page.evaluate(GIVE_BACK)
    page.locator(".bv-instead").wait_for(state="detached")
    notebook.settle()
    assert (notebook.pixels() == before).mean() > 0.99


def test_a_canvas_that_was_taken_away_is_asked_for_by_a_click(notebook: Notebook) -> None:
    page, before = notebook.page, notebook.pixels()
    page.evaluate(USE_UP)
    page.locator(".bv-instead button").click()
    page.locator(".bv-instead").wait_for(state="detached")
    notebook.settle()
    assert (notebook.pixels() == before).mean() > 0.99
    page.evaluate(USE_UP)  # the new one too
    assert instead(page) == told("contexts")
    page.evaluate(GIVE_BACK)
    page.locator(".bv-instead").wait_for(state="detached")


def test_a_picture_that_is_too_large_for_a_message(notebook: Notebook) -> None:
    notebook.settle()  # else the small one that a view at rest sends would be made this large too
    notebook.page.evaluate(
        """size => {
          const real = HTMLCanvasElement.prototype.toBlob;
          HTMLCanvasElement.prototype.toBlob = done => done(new Blob([new Uint8Array(size)]));
          window.mend = () => { HTMLCanvasElement.prototype.toBlob = real; };
        }""",
        MESSAGE_LIMIT,
    )
    notebook.kernel(
        """
async def ask():
    try:
        await viewer.screenshot()
    except bp.BimplusError as error:
        return str(error)
import asyncio
asked = asyncio.ensure_future(ask())
"""
    )
    notebook.until("asked.done()")
    assert notebook.ask("asked.result()") == "\n".join(told("message-limit", size="10.0"))
    notebook.page.evaluate("mend()")


def test_the_server_ends_connections_at_that_size(notebook: Notebook) -> None:
    """That a message is really too large, by one that is: what the limit is there for."""
    code = notebook.page.evaluate(
        """size => new Promise(done => {
          const {id} = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          const address = `/api/kernels/${id}/channels?session_id=other`, way = new WebSocket(address);
          way.onopen = () => way.send('x'.repeat(size + 1));
          way.onclose = ({code}) => done(code);
          setTimeout(done, 20_000, 'it took it');
        })""",
        MESSAGE_LIMIT,
    )
    # RFC 6455, section 7.4.1: a message that is too big; or the connection was cut while it was still on its way.
    assert code in {1009, 1006}


def test_a_browser_without_webgl(lab: Lab) -> None:
    """By the switch with which administrators turn it off."""
    flags = [*harness.FLAGS, "--disable-3d-apis"]
    ignored = ["--headless", "--disable-gpu"]
    launch = lab.browser.browser_type.launch
    blind = launch(executable_path=harness.executable(), args=flags, ignore_default_args=ignored)
    try:
        other = Lab(lab.url, lab.folder, blind)
        other._opened = 1000  # notebooks of the same folder
        with other.open([SETUP, SHOW, DOCTOR]) as opened:
            opened.run_all()
            assert instead(opened.page) == told("no-webgl")
            assert row(opened.page, "webgl") == ("problem", told("no-webgl"))
    finally:
        blind.close()


# --- pages of others --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blocked", [True, False], ids=["blocked", "open"])
def test_where_widgets_come_from_the_internet(lab: Lab, blocked: bool) -> None:
    """A page as VS Code makes it: it says nothing of extensions and fetches them."""
    report = Report(environment(Environment({}, {}), pip="pip"), "", dict.fromkeys(PARTS))
    context = lab.browser.new_context()
    try:

        def answer(route: Any) -> None:
            route.abort() if blocked else route.fulfill(body="{}")

        context.route("https://cdn.jsdelivr.net/**", answer)
        page = context.new_page()
        page.set_content(f"<body data-vscode-theme-kind='vscode-dark'>{report._repr_html_()}</body>")
        status, words = row(page, "cdn")
        if blocked:
            assert (status, words) == ("problem", told("cdn", host="cdn.jsdelivr.net"))
        else:
            assert status == "ok"
        assert row(page, "extension:anywidget")[0] == "unknown"
        assert page.evaluate(
            f"rows => {{ {causes.script()}; return rows.map(([a, b, floor]) => Causes.fits(a, b, floor)); }}",
            VERSIONS,
        ) == [goes_with(found, wanted, not_older=floor) for found, wanted, floor in VERSIONS], "by the kernel's rules"
    finally:
        context.close()
