"""The sign-in widget in a real JupyterLab: by mouse, keyboard or code, after a reload, when a cell runs again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from issuing import agree, browse
from lab import Lab
from labnotebook import Notebook

from bimplus_nb.sandbox import Sandbox

pytestmark = pytest.mark.browser

FOCUS = "(document.activeElement.innerText || document.activeElement.getAttribute('aria-label'))"


@pytest.fixture
def open_login(lab: Lab, sandbox: Sandbox) -> Iterator[Callable[..., Notebook]]:
    """A notebook with the widget, of a client that does not know that the service is a sandbox."""
    opened: list[Notebook] = []

    def open_login(arguments: str = "") -> Notebook:
        notebook = lab.open(
            [
                f"import bimplus_nb as bp\nformer = globals().get('login')\n"
                f"client = bp.connect({sandbox.url!r}, client_id={sandbox.client_id!r})\n"
                f"login = bp.Login(client{arguments})\nlogin"
            ]
        )
        opened.append(notebook)
        notebook.run_all()
        notebook.until("login._page is not None")
        return notebook

    yield open_login
    for notebook in opened:
        notebook.close()


def begin(notebook: Notebook) -> None:
    notebook.page.locator(".bp-login button", has_text="Sign in").click()
    notebook.page.locator(".bp-login a.bp-open").wait_for()


def wait_for_focus(notebook: Notebook, text: str) -> None:
    notebook.page.wait_for_function(f"text => ({FOCUS} ?? '').trim().startsWith(text)", arg=text)


def test_by_the_browser_of_this_computer(open_login: Callable[..., Notebook]) -> None:
    notebook = open_login()
    begin(notebook)
    with notebook.page.context.expect_page() as opened:
        notebook.page.locator(".bp-login a.bp-open").click()
    opened.value.locator("button[value=carla]").click()
    opened.value.get_by_text("You are signed in. This tab can be closed.").wait_for()
    notebook.page.locator(".bp-title", has_text="Signed in as Carla").wait_for()
    notebook.page.locator(".bp-login", has_text="Until ").wait_for()
    assert notebook.page.get_by_role("status").filter(has_text="Signed in as Carla").count() == 1
    assert notebook.ask("client.user['email']") == "carla@example.com"
    notebook.page.locator(".bp-login button", has_text="Sign out").click()
    notebook.page.locator(".bp-login button", has_text="Sign in").wait_for()
    assert notebook.ask("client.signed_in") is False
    assert notebook.errors == []


def test_by_keyboard_alone(open_login: Callable[..., Notebook]) -> None:
    """The focus goes on with what took the pressed button's place, and no key reaches the notebook's own commands."""
    notebook = open_login()
    keyboard = notebook.page.keyboard
    notebook.page.locator(".bp-login button", has_text="Sign in").focus()
    keyboard.press("Enter")
    wait_for_focus(notebook, "Open the sign-in page")
    outline = notebook.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "one sees where one is"
    keyboard.press("Tab")
    wait_for_focus(notebook, "Copy link")
    keyboard.press("Tab")
    wait_for_focus(notebook, "The address at which the browser ended")
    keyboard.insert_text("http://127.0.0.1/callback?code=x&state=wrong")
    keyboard.press("Enter")
    notebook.page.locator(".bp-error").wait_for()
    assert notebook.page.get_by_label("The address at which the browser ended").input_value() == ""
    keyboard.insert_text(browse(notebook.ask("login._pending.url"), "ben", back=False).headers["Location"])
    keyboard.press("Enter")
    notebook.page.locator(".bp-title", has_text="Signed in as Ben").wait_for()
    wait_for_focus(notebook, "Sign out")
    keyboard.press("Space")
    wait_for_focus(notebook, "Sign in")
    for key in ("a", "b", "d", "d", "x"):
        keyboard.press(key)
    assert notebook.page.locator(".jp-Notebook .jp-CodeCell").count() == 2, "no cell was added or deleted"


def test_the_keyboard_goes_on_when_a_slow_service_answers(open_login: Callable[..., Notebook], tmp_path: Path) -> None:
    notebook = open_login()
    answer = tmp_path / "answer"
    notebook.kernel(f"""
import pathlib, time
at_once = type(client).sign_in
def slowly(*all, **more):
    while not pathlib.Path({str(answer)!r}).exists():
        time.sleep(0.05)
    return at_once(*all, **more)
type(client).sign_in = slowly
""")
    notebook.page.locator(".bp-login button", has_text="Sign in").focus()
    notebook.page.keyboard.press("Enter")
    wait_for_focus(notebook, "Cancel")
    answer.touch()
    wait_for_focus(notebook, "Open the sign-in page")
    assert notebook.errors == []


def test_the_keyboard_goes_on_when_a_busy_kernel_brings_the_buttons_late(open_login: Callable[..., Notebook]) -> None:
    notebook = open_login()
    begin(notebook)
    notebook.kernel("""
import time
offer = login._offer
def late(*buttons):
    time.sleep(2)
    offer(*buttons)
login._offer = late
""")
    notebook.page.locator(".bp-login button", has_text="Cancel").focus()
    notebook.page.keyboard.press("Enter")
    wait_for_focus(notebook, "Sign in")
    assert notebook.errors == []


def test_the_keyboard_goes_on_where_the_page_is_slower_than_the_kernel(lab: Lab, sandbox: Sandbox) -> None:
    connect = f"bp.connect({sandbox.url!r}, client_id={sandbox.client_id!r})"
    with lab.open(["import bimplus_nb as bp", f"login = bp.Login({connect}); login"]) as notebook:
        notebook.run(0)
        notebook.page.evaluate("""() => {
          const ask = requestAnimationFrame, until = performance.now() + 4000;
          const left = () => Math.max(0, until - performance.now());
          window.requestAnimationFrame = act => ask(() => setTimeout(() => ask(act), left()));
        }""")
        notebook.run(1)
        notebook.page.locator(".bp-login button", has_text="Sign in").focus()
        notebook.page.keyboard.press("Enter")
        notebook.page.locator(".bp-login a.bp-open").wait_for()
        wait_for_focus(notebook, "Open the sign-in page")


def test_with_a_code_typed_elsewhere(open_login: Callable[..., Notebook]) -> None:
    notebook = open_login(", way='device'")
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    begin(notebook)
    code = notebook.ask("login._pending.code")
    assert notebook.page.locator(".bp-login output").inner_text() == code
    notebook.page.get_by_role("button", name="Copy code").click()
    notebook.page.get_by_role("button", name="Copied").wait_for()
    assert notebook.page.evaluate("navigator.clipboard.readText()") == code
    first = notebook.page.get_by_role("timer").inner_text()
    assert first.endswith("left")
    notebook.page.wait_for_function(
        "first => document.querySelector('.bp-login [role=timer]').innerText !== first", arg=first
    )
    assert not notebook.page.get_by_label("The address at which the browser ended").is_visible()
    phone(notebook.page.locator(".bp-login a.bp-open").get_attribute("href"), "david")
    notebook.page.locator(".bp-title", has_text="Signed in as David").wait_for()
    assert notebook.errors == []


def phone(url: str | None, user: str) -> None:
    """Somebody opens the link on another computer."""
    import httpx

    assert url is not None
    agree(httpx.get(url), user)


def test_a_reload_keeps_what_waits(open_login: Callable[..., Notebook]) -> None:
    notebook = open_login()
    begin(notebook)
    url = notebook.ask("login._pending.url")
    notebook.kernel("login._pending.until -= 100; page, login._page = login._page, None")
    notebook.save()
    notebook.reload()
    notebook.until("login._page == page")
    assert notebook.page.locator(".bp-login a.bp-open").get_attribute("href") == url
    notebook.page.get_by_role("timer").filter(has_text="Waiting for you – 3:").wait_for()
    browse(url, "carla")
    notebook.page.locator(".bp-title", has_text="Signed in as Carla").wait_for()


def test_a_cell_that_runs_again_leaves_one_live(open_login: Callable[..., Notebook]) -> None:
    """Also where it makes a new client: the former widget of the cell gives up its link, and says so."""
    notebook = open_login()
    begin(notebook)
    notebook.kernel("link = login._pending")
    notebook.run(0)
    assert notebook.ask("[link.done, former is not login, former._told.stage, login._told.stage]") == [
        True, True, "replaced", "out",
    ]  # fmt: skip
    assert notebook.page.locator(".bp-login").count() == 1
    begin(notebook)
    browse(notebook.ask("login._pending.url"), "ben")
    notebook.page.locator(".bp-title", has_text="Signed in as Ben").wait_for()


def test_a_no_is_read_out(open_login: Callable[..., Notebook]) -> None:
    notebook = open_login()
    begin(notebook)
    browse(notebook.ask("login._pending.url"), deny=True)
    notebook.page.get_by_role("alert").filter(has_text="The user said no").wait_for()
    assert notebook.page.locator(".bp-login .bp-why").is_visible()
    notebook.page.locator(".bp-login button", has_text="Try again").click()
    notebook.page.locator(".bp-login a.bp-open").wait_for()
    assert notebook.page.get_by_role("alert").filter(has_text="The user said no").count() == 0
