"""Two people on a real JupyterHub sign in by its one redirect address, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import hub
import lab
import pytest
from issuing import browse
from labnotebook import Notebook

from bimplus_nb.sandbox import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

TOKENS = "[client.session._tokens.secret(kind) for kind in ('access_token', 'refresh_token', 'id_token')]"
WAITS = "[login._pending is not None, client.signed_in]"


@dataclass
class Hub:
    """A running hub, and where it writes."""

    url: str
    folder: Path
    browser: Browser

    def log(self, who: str = "") -> str:
        """What was written, or only what was by one of the programs."""
        lines = (self.folder / "hub.log").read_text().splitlines()
        return "\n".join(line for line in lines if who in line)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    if why := lab.missing():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("hub")
    try:
        proxy = hub.install_proxy(folder)
    except OSError as why_not:
        pytest.skip(str(why_not))
    with lab.chromium() as browser, hub.running(folder, proxy) as url:
        yield Hub(url, folder, browser)


def at_work(house: Hub, sandbox: Sandbox, user: str) -> Notebook:
    """Somebody of the hub, with a notebook on a server of their own, who has pressed "Sign in"."""
    import nbformat

    home = house.folder / "homes" / user
    home.mkdir(parents=True, exist_ok=True)
    cells = [
        f"import bimplus_nb as bp\nclient = bp.connect({sandbox.url!r}, client_id={sandbox.client_id!r})",
        "login = bp.Login(client)\nlogin",
    ]
    v4 = nbformat.v4
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    work = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells], metadata=kernel)
    nbformat.write(work, home / "work.ipynb")
    context = house.browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{house.url}/hub/login")
    page.fill("#username_input", user)
    page.fill("#password_input", "any")
    page.click("#login_submit")
    page.wait_for_url(f"**/user/{user}/lab**", timeout=180_000)
    notebook = Notebook(page, f"{house.url}/user/{user}/lab/tree/work.ipynb?reset")
    notebook.reload()
    notebook.run_all()
    notebook.until("login._page is not None")
    page.locator(".bp-login button", has_text="Sign in").click()
    page.locator(".bp-login a.bp-open").wait_for()
    return notebook


@pytest.fixture
def ben(house: Hub, sandbox: Sandbox) -> Iterator[Notebook]:
    with at_work(house, sandbox, "ben") as notebook:
        yield notebook


@pytest.fixture
def carla(house: Hub, sandbox: Sandbox) -> Iterator[Notebook]:
    with at_work(house, sandbox, "carla") as notebook:
        yield notebook


def link(notebook: Notebook) -> str:
    return str(notebook.page.locator(".bp-login a.bp-open").get_attribute("href"))


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_each_signs_in_by_the_address_of_the_hub(house: Hub, ben: Notebook, carla: Notebook) -> None:
    codes = []
    for notebook, user in ((ben, "ben"), (carla, "carla")):
        assert asked(link(notebook))["redirect_uri"] == f"{house.url}/hub/user-redirect/bimplus/oauth/callback"
        context = notebook.page.context
        context.on("request", lambda request: codes.append(asked(request.url).get("code")))
        with context.expect_page() as opened:
            notebook.page.locator(".bp-login a.bp-open").click()
        opened.value.locator(f"button[value={user}]").click()
        opened.value.get_by_role("heading", name="You are signed in").wait_for()
        assert opened.value.url == f"{house.url}/user/{user}/bimplus/oauth/callback"
    for notebook, user in ((ben, "ben"), (carla, "carla")):
        assert notebook.ask("client.user['email']") == f"{user}@example.com"
        secrets = [*filter(None, codes), *notebook.ask(TOKENS)]
        assert len(secrets) > 2
        # The hub itself writes what it leads on to (`/hub/spawn/…?next=`), with the code, which is spent by then and
        # good for nothing without the verifier. The users' servers write nothing, and a token is nowhere.
        assert not [secret for secret in secrets if secret in house.log("ServerApp]")]
        assert not [secret for secret in notebook.ask(TOKENS) if secret in house.log()]


def test_nobody_ends_somebody_elses_sign_in(house: Hub, ben: Notebook, carla: Notebook) -> None:
    """Whichever of the two opens the other's address, at the hub or at the other's server, nothing happens."""
    theirs = {user: browse(link(notebook), user, back=False).headers["Location"] for user, notebook in
              (("ben", ben), ("carla", carla))}  # fmt: skip
    for thief, owner in ((carla, "ben"), (ben, "carla")):
        page = thief.page.context.new_page()
        page.goto(theirs[owner])
        page.get_by_role("heading", name="The notebook does not answer").wait_for()
        answer = page.goto(f"{house.url}/user/{owner}/bimplus/oauth/callback?{urlsplit(theirs[owner]).query}")
        assert answer is not None
        assert answer.status == 403
        assert page.get_by_role("heading", name="You are signed in").count() == 0
        page.close()
    for notebook in (ben, carla):
        assert notebook.ask(WAITS) == [True, False]
    # Each code is still good for the one who asked for it, and for nobody else.
    for notebook, user in ((ben, "ben"), (carla, "carla")):
        page = notebook.page.context.new_page()
        page.goto(theirs[user])
        page.get_by_role("heading", name="You are signed in").wait_for()
        assert notebook.ask("client.user['email']") == f"{user}@example.com"


def test_an_address_copied_from_the_hub_can_be_pasted(ben: Notebook) -> None:
    """The hub leads from its own address to the user's server, whose address is the one that the browser shows."""
    address = browse(link(ben), "david", back=False).headers["Location"]
    shown = address.replace("/hub/user-redirect/", "/user/ben/")
    box = ben.page.get_by_label("The address at which the browser ended")
    box.fill(shown)
    box.press("Enter")
    ben.page.locator(".bp-title", has_text="Signed in as David").wait_for()
    assert ben.ask("client.user['email']") == "david@example.com"
