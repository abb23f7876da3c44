"""Signing in where the kernel is elsewhere, in a real JupyterLab below a base URL.

The browser comes back to its server. The sandbox's sign-in page is another origin, its tab has no opener.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import lab as harness
import pytest
from jupyterserver import BASE, configure
from labnotebook import Notebook

from bimplus_nb.sandbox import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HOSTILE = """
state => {
  const channel = new BroadcastChannel('bimplus-oauth');
  const deep = {}; deep.self = deep;
  const wrong = [
    null, undefined, 7, 'text', [], deep, new Map([['kind', 'back']]), new ArrayBuffer(8), {kind: 'back'},
    {kind: 'back', query: null}, {kind: 'back', query: 7}, {kind: 'back', query: {}}, {kind: 'back', query: ['state']},
    {kind: 'back', query: ''}, {kind: 'back', query: 'code=x'}, {kind: 'back', query: 'code=x&state='},
    {kind: 'back', query: 'code=x&state=wrong'}, {kind: 'back', query: `code=x&state=${state}&state=${state}`},
    {kind: 'back', query: `code=x&state=${state}&state=wrong`}, {kind: 'back', query: `code=x&state=${state}x`},
    {kind: 'back', query: `code=x&state=${state.toUpperCase()}`}, {kind: 'back', query: 'state=' + 'x'.repeat(5e6)},
    {kind: 'back', query: `code=${'x'.repeat(1e6)}&state=${state}`}, {kind: 'Back', query: `code=x&state=${state}`},
    {kind: 'ended', state, ok: true}, {kind: 'taken', state}, {type: 'back', text: `code=x&state=${state}`},
  ];
  for (const one of wrong) channel.postMessage(one);
  return wrong.length;
}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[harness.Lab]:
    """A JupyterLab below a base URL, with our extension, which saves widgets in its notebooks."""
    if why := harness.missing():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("callback")
    configure(folder)
    with harness.running(folder) as running:
        yield harness.Lab(f"{running.url}{BASE.rstrip('/')}", running.folder, running.browser)


@pytest.fixture
def open_login(lab: harness.Lab, sandbox: Sandbox) -> Iterator[Callable[..., Notebook]]:
    """A notebook with the widget, of a client that does not know that the service is a sandbox."""
    opened: list[Notebook] = []

    def open_login(arguments: str = "client, way='server'") -> Notebook:
        cells = [
            f"import bimplus_nb as bp\nclient = bp.connect({sandbox.url!r}, client_id={sandbox.client_id!r})",
            f"login = bp.Login({arguments})\nlogin",
        ]
        notebook = lab.open(cells)
        opened.append(notebook)
        notebook.run_all()
        notebook.until("login._page is not None")
        return notebook

    yield open_login
    for notebook in opened:
        notebook.close()


def begin(notebook: Notebook) -> str:
    """Press the button; the link that appears."""
    notebook.page.locator(".bp-login button", has_text="Sign in").last.click()
    link = notebook.page.locator(".bp-login a.bp-open").last
    link.wait_for()
    return str(link.get_attribute("href"))


def follow(notebook: Notebook, user: str) -> Page:
    """Open the link as a person does, and say who one is; the tab in which that ends."""
    with notebook.page.context.expect_page() as opened:
        notebook.page.locator(".bp-login a.bp-open").last.click()
    tab = opened.value
    tab.locator(f"button[value={user}]").click()
    return tab


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_page_tells_the_kernel_where_it_is(open_login: Callable[..., Notebook], lab: harness.Lab) -> None:
    notebook = open_login()
    origin = lab.url.removesuffix(BASE.rstrip("/"))
    assert notebook.ask("[login._page.origin, login._page.base_url, login._page.hub_prefix, login._page.answers]") == [
        origin, BASE, "", True,
    ]  # fmt: skip


def test_signing_in_by_the_server(open_login: Callable[..., Notebook], lab: harness.Lab) -> None:
    notebook = open_login()
    url = begin(notebook)
    assert asked(url)["redirect_uri"] == f"{lab.url}/bimplus/oauth/callback"
    codes: list[str] = []
    notebook.page.context.on("request", lambda request: codes.append(asked(request.url).get("code", "")))
    tab = follow(notebook, "carla")
    tab.get_by_role("heading", name="You are signed in").wait_for()
    assert tab.url == f"{lab.url}/bimplus/oauth/callback", "the address holds no code any more"
    assert tab.evaluate("window.opener") is None
    notebook.page.locator(".bp-title", has_text="Signed in as Carla").wait_for()
    assert notebook.ask("client.user['email']") == "carla@example.com"
    assert notebook.ask("[login._told.url, login._told.state, login._told.code]") == ["", "", ""]

    (code,) = set(filter(None, codes))
    secrets = [code, *notebook.ask("[client.session._tokens.secret(k) for k in ('access_token', 'refresh_token')]")]
    notebook.save()
    saved = saved_text(lab.folder, notebook)
    assert "Signed in as Carla" in saved, "the widgets are in the file"
    assert not [secret for secret in secrets if secret in saved]
    log = (lab.folder.parent / "server.log").read_text()
    assert not [secret for secret in secrets if secret in log]
    assert notebook.errors == []


def test_nothing_is_in_a_notebook_saved_while_waiting(open_login: Callable[..., Notebook], lab: harness.Lab) -> None:
    notebook = open_login()
    begin(notebook)
    notebook.page.locator(".bp-login .bp-paste input").fill("http://127.0.0.1/callback?code=typed-code&state=x")
    notebook.save()
    saved = saved_text(lab.folder, notebook)
    assert "Open the sign-in page" in saved
    assert "typed-code" not in saved


def test_hostile_tabs_of_the_same_origin_change_nothing(open_login: Callable[..., Notebook], lab: harness.Lab) -> None:
    notebook = open_login()
    state = asked(begin(notebook))["state"]
    notebook.kernel("heard = []; login._told.on_msg(lambda _, message, __: heard.append(message['type']))")
    tab = notebook.page.context.new_page()
    tab.goto(f"{lab.url}/bimplus/oauth/callback")
    tab.get_by_role("heading", name="No sign-in ends here").wait_for()
    assert tab.evaluate(HOSTILE, state) > 20
    # A channel keeps the order, so whoever has heard the right answer has heard all the wrong ones.
    follow(notebook, "david").get_by_role("heading", name="You are signed in").wait_for()
    assert notebook.ask("heard") == ["back"]
    assert notebook.ask("client.user['email']") == "david@example.com"
    assert notebook.errors == []


def test_an_answer_that_is_not_quite_right_ends_nothing(open_login: Callable[..., Notebook], lab: harness.Lab) -> None:
    """It carries the state, and is not from the service that was asked."""
    notebook = open_login()
    state = asked(begin(notebook))["state"]
    tab = notebook.page.context.new_page()
    tab.goto(f"{lab.url}/bimplus/oauth/callback?code=x&state={state}&iss=https%3A%2F%2Fevil.example")
    tab.get_by_role("heading", name="The sign-in did not work").wait_for()
    notebook.page.locator(".bp-error", has_text="not written by the sign-in service that was asked").wait_for()
    follow(notebook, "carla").get_by_role("heading", name="You are signed in").wait_for()
    assert notebook.ask("client.user['email']") == "carla@example.com"


def test_each_takes_its_own_answer(open_login: Callable[..., Notebook], sandbox: Sandbox) -> None:
    """Two sign-ins of one person wait at once; both hear both answers."""
    notebook = open_login()
    notebook.kernel(
        f"other = bp.connect({sandbox.url!r}, client_id={sandbox.client_id!r})\n"
        "second = bp.Login(other, way='server'); second._page = login._page; second.sign_in()"
    )
    begin(notebook)
    page = notebook.page.context.new_page()
    page.goto(notebook.ask("second._pending.url"))
    page.locator("button[value=david]").click()
    page.get_by_role("heading", name="You are signed in").wait_for()
    assert notebook.ask("other.user['email']") == "david@example.com"
    assert notebook.ask("[login._pending is not None, client.signed_in]") == [True, False]
    follow(notebook, "carla").get_by_role("heading", name="You are signed in").wait_for()
    assert notebook.ask("client.user['email']") == "carla@example.com"


def test_without_its_notebook_the_page_says_so(open_login: Callable[..., Notebook], lab: harness.Lab) -> None:
    """And gives the address, so that it can be pasted where the notebook is."""
    notebook = open_login()
    begin(notebook)
    elsewhere = lab.browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = elsewhere.new_page()
    page.goto(f"{lab.url}/lab?token={harness.TOKEN}")
    page.goto(notebook.ask("login._pending.url"))
    page.locator("button[value=carla]").click()
    page.get_by_role("heading", name="The notebook does not answer").wait_for()
    page.get_by_role("button", name="Copy the address").click()
    page.get_by_role("heading", name="Copied").wait_for()
    address = page.evaluate("navigator.clipboard.readText()")
    elsewhere.close()
    box = notebook.page.get_by_label("The address at which the browser ended")
    box.fill(address)
    box.press("Enter")
    notebook.page.locator(".bp-title", has_text="Signed in as Carla").wait_for()
    assert notebook.ask("client.user['email']") == "carla@example.com"


def test_a_no_is_said_in_both_tabs(open_login: Callable[..., Notebook]) -> None:
    notebook = open_login()
    begin(notebook)
    with notebook.page.context.expect_page() as opened:
        notebook.page.locator(".bp-login a.bp-open").click()
    opened.value.locator("button[name=deny]").click()
    opened.value.get_by_role("heading", name="The sign-in did not work").wait_for()
    notebook.page.get_by_role("alert").get_by_text("The user said no").wait_for()
    notebook.page.locator(".bp-login button", has_text="Try again").wait_for()


def saved_text(folder: Path, notebook: Notebook) -> str:
    name = urlsplit(notebook._url).path.rsplit("/", 1)[1]
    text = (folder / name).read_text()
    assert json.loads(text)["metadata"]["widgets"]
    return text
