"""The same with a real browser, whose own policies on redirects, forms and cookies are in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import lab as harness
import pytest
from jupyterserver import BASE, configure
from peer.conftest import refusals
from peer.peer import HUB, LAB, Peer

import bimplus_nb as bp
from bimplus_nb.auth import Page as NotebookPage
from bimplus_nb.auth import Pending

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [
    pytest.mark.peer,
    pytest.mark.browser,
    pytest.mark.skipif(harness.missing() is not None, reason=str(harness.missing())),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[harness.Lab]:
    """A JupyterLab below a base URL, with our extension, and the browser in front of it."""
    folder = tmp_path_factory.mktemp("lab-and-peer")
    configure(folder)
    with harness.running(folder) as running:
        yield harness.Lab(f"{running.url}{BASE.rstrip('/')}", running.folder, running.browser)


@pytest.fixture
def page(lab: harness.Lab) -> Iterator[Page]:
    """A page of a fresh profile."""
    context = lab.browser.new_context()
    yield without_font(context).new_page()
    context.close()


def without_font(context: BrowserContext) -> BrowserContext:
    """The provider's pages want a font from far away; nothing waits for it."""
    context.route("https://fonts.googleapis.com/**", lambda route: route.abort())
    return context


def begin(client: bp.Client, way: Any, **options: Any) -> Pending:
    pending = client.sign_in(way, **options)
    assert pending is not None
    return pending


def sign_in(page: Page, name: str = "carla") -> None:
    """Say who one is, and agree."""
    page.get_by_placeholder("Enter any login").fill(name)
    page.keyboard.press("Tab")
    page.keyboard.type("any")
    page.keyboard.press("Enter")
    agree(page)


def agree(page: Page) -> None:
    page.wait_for_selector("text=Authorize")
    page.get_by_role("button", name="Continue").click()


def test_by_clicking(client: bp.Client, page: Page) -> None:
    pending = begin(client, "loopback")
    page.goto(pending.url)
    sign_in(page)
    page.wait_for_selector("text=You are signed in. This tab can be closed.")
    pending.wait(10)
    assert client.user["email"] == "carla@example.com"
    # The provider still knows this browser, but:
    client.logout()
    again = begin(client, "loopback")
    page.goto(again.url)
    agree(page)  # signing out took the consent back, so it asks for that again
    again.wait(10)
    assert client.user["email"] == "carla@example.com"


def test_cancelling_by_clicking(client: bp.Client, page: Page, peer: Peer) -> None:
    pending = begin(client, "loopback")
    page.goto(pending.url)
    page.get_by_text("[ Cancel ]").click()
    page.wait_for_selector("text=The sign-in did not work.")
    with pytest.raises(bp.LoginError, match="refused: End-User aborted interaction"):
        pending.wait(10)
    assert [line["error"] for line in refusals(peer.heard())] == ["access_denied"]


@pytest.mark.parametrize(
    ("way", "options", "home"),
    [
        ("paste", {}, "http://127.0.0.1/callback"),
        ("server", {"page": NotebookPage("https://lab.example", "/some/where/", answers=True)}, LAB),
        ("server", {"page": NotebookPage("https://hub.example", "/user/carla/", "/hub/", answers=True)}, HUB),
    ],
)
def test_where_the_browser_ends(client: bp.Client, page: Page, way: Any, options: Any, home: str) -> None:
    """Nobody answers there, so the page cannot be shown; the address bar has what is needed."""
    pending = begin(client, way, **options)
    page.goto(pending.url)
    with page.expect_event("requestfailed", lambda request: request.url.startswith(f"{home}?")) as failed:
        sign_in(page)
    pending.complete(failed.value.url)
    pending.wait(0)
    assert client.user["email"] == "carla@example.com"


def test_a_code_is_typed(client_for: Callable[[str], bp.Client], page: Page, peer: Peer) -> None:
    client = client_for("quick")
    pending = begin(client, "device")
    page.goto(pending.url.partition("?")[0])
    page.get_by_placeholder("Enter code").fill(pending.code)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text={pending.code}")
    page.get_by_role("button", name="Continue").click()
    sign_in(page)
    page.wait_for_selector("text=Sign-in Success")
    pending.wait(10)
    assert client.user["email"] == "carla@example.com"
    assert {line["error"] for line in refusals(peer.heard())} <= {"authorization_pending"}


def test_the_widget_in_a_notebook_far_away(lab: harness.Lab, peer: Peer) -> None:
    """Discovery, the provider's pages in a tab of their own, our server's page, and back in the notebook."""
    connect = f"client = bp.connect({peer.api.url!r}, client_id='notebook')"
    notebook = lab.open([f"import bimplus_nb as bp\n{connect}", "login = bp.Login(client, way='server')\nlogin"])
    without_font(notebook.page.context)
    notebook.run_all()
    notebook.page.locator(".bp-login button", has_text="Sign in").last.click()
    with notebook.page.context.expect_page() as opened:
        notebook.page.locator(".bp-login a.bp-open").last.click()
    sign_in(opened.value)
    opened.value.get_by_role("heading", name="You are signed in").wait_for()
    notebook.page.locator(".bp-title", has_text="Signed in as Carla").wait_for()
    assert notebook.ask("client.user['email']") == "carla@example.com"
    notebook.close()
