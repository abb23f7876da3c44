from __future__ import annotations

import asyncio
import logging
import pickle
import queue
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from IPython.lib.pretty import pretty
from issuing import CLIENT, browse, issuing

import bimplus_nb as bp
from bimplus_nb.auth import Page
from bimplus_nb.client import SERVICES, connect, find_project
from bimplus_nb.http import Http

PROJECTS = [
    {"id": "11111111-1111-1111-1111-111111111111", "name": "Riverside Offices", "teamSlug": "a"},
    {"id": "22222222-2222-2222-2222-222222222222", "name": "Depot", "teamSlug": "a"},
    {"id": "33333333-3333-3333-3333-333333333333", "name": "Depot", "teamSlug": "b"},
    {"id": "44444444-4444-4444-4444-444444444444", "name": "depot north", "teamSlug": "b"},
    {"id": "55555555-5555-5555-5555-555555555555", "name": "a\u202eb <b>", "teamSlug": None},
    {"id": "66666666-6666-6666-6666-666666666666", "name": None},
]


# connect


def test_a_sandbox_is_signed_in_at_once(sandbox: Any) -> None:
    with connect(sandbox) as client:
        assert client.signed_in
        assert client.user["email"] == sandbox.users[0].email
        assert client.team == "riverside"
        assert client.session.until is not None
        assert (client.host, client.demo_users()) == (sandbox.url[7:-3], ["anna", "ben", "carla", "david"])
    with connect(sandbox, user="david", team="harbour", scheme="Bearer") as david:
        assert david.user["email"].startswith("david")
        assert david.team == "harbour"
        assert isinstance(david, bp.Client)
    with pytest.raises(bp.LoginError, match="no user 'zoe'"):
        connect(sandbox, user="zoe")


def test_a_token_is_used_as_it_is(sandbox: Any) -> None:
    with connect(sandbox.url, token=sandbox.token("ben")) as client:
        assert client.user["email"].startswith("ben")
        assert (client.session.until, client.session.issuer) == (None, None)
        assert client.demo_users() == []
    with connect(sandbox.url, token="stale") as stale, pytest.raises(bp.LoginError, match=r"401.*client\.login"):
        stale.teams.all()


def test_the_running_sandbox_of_the_environment(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMPLUS_SANDBOX_URL", sandbox.url)
    with connect(user="carla") as client:
        assert client.host in sandbox.url
        assert client.user["email"].startswith("carla")
    monkeypatch.setenv("BIMPLUS_SANDBOX_URL", "https://api.bimplus.net/v2")
    with pytest.raises(ValueError, match="on this computer"):
        connect()


def test_one_embedded_sandbox_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIMPLUS_SANDBOX_URL", raising=False)
    clients: list[bp.Client] = []
    threads = [threading.Thread(target=lambda: clients.append(connect())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({client.host for client in clients}) == 1
    bp.Sandbox.embedded().stop()
    with connect() as again:
        assert again.host != clients[0].host
        assert again.signed_in
    bp.Sandbox.embedded().stop()
    for client in clients:
        client.close()


@pytest.mark.parametrize(("name", "url"), SERVICES.items())
def test_services_by_name(name: str, url: str) -> None:
    with connect(name, client_id="c") as client:
        assert client.host == url.split("/")[2]
        assert not client.signed_in
        with pytest.raises(bp.LoginError, match="Nobody is signed in"):
            client.teams.all()


@pytest.mark.parametrize(
    ("service", "options", "why"),
    [
        ("nowhere", {}, "sandbox, production, stage, dev or an address"),
        ("http://api.bimplus.net/v2", {}, "https only"),
        ("ftp://x", {}, "https only"),
        ("https://", {}, "address"),
        ("https://user:secret@api.bimplus.net/v2", {}, "address"),
        ("production", {"user": "anna"}, "demo users"),
        ("production", {"scheme": "Basic"}, "scheme"),
    ],
)
def test_a_mistake_is_said_before_any_request(service: str, options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        connect(service, **options)
    assert "secret" not in str(caught.value)


def test_no_client_id_no_browser() -> None:
    with connect("production") as client, pytest.raises(bp.LoginError, match=r"client_id=….*BIMPLUS_TOKEN"):
        client.sign_in()


# signing in and out


def said_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """A function that waits until something is printed that begins so, and gives the rest of it."""
    lines: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr("builtins.print", lambda line: lines.put(str(line)))

    def after(beginning: str) -> str:
        while not (line := lines.get(timeout=20)).startswith(beginning):
            pass
        return line.removeprefix(beginning)

    return after


@pytest.mark.parametrize(
    ("environ", "way", "reason"),
    [({}, "loopback", "comes back to this computer"), ({"CODESPACES": "true"}, "device", "a GitHub codespace")],
)
def test_login_by_the_browser(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], way: str, reason: str
) -> None:
    said = said_by(monkeypatch)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    async def person() -> None:
        assert reason in await asyncio.to_thread(said, "Signing in ")
        link = await asyncio.to_thread(said, "Open this link: ")
        if way == "device":
            assert await asyncio.to_thread(said, "Type this code there, or see that it is the same: ")
        await asyncio.to_thread(browse, link, "ben")

    async def both() -> None:
        await asyncio.gather(client.login(), person())

    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        assert client.way_in().way == way
        asyncio.run(both())
        assert said("Signed in as ") == f"{client.user['displayname']}."
        assert client.user["email"].startswith("ben")


def test_a_second_login_makes_the_first_ones_link_dead(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said = said_by(monkeypatch)

    async def both() -> None:
        first = asyncio.create_task(client.login("paste"))
        link = await asyncio.to_thread(said, "Open this link: ")
        with pytest.raises(bp.LoginError, match="Nothing can be typed"):
            await first
        first = asyncio.create_task(client.login("loopback"))
        link = await asyncio.to_thread(said, "Open this link: ")
        second = asyncio.create_task(client.login("loopback"))
        assert await asyncio.to_thread(said, "The sign-in that was still waiting is given up") == "; its link is dead."
        newer = await asyncio.to_thread(said, "Open this link: ")
        with pytest.raises(bp.LoginError, match="replaced by a newer one"):
            await first
        with pytest.raises(httpx.ConnectError):
            await asyncio.to_thread(browse, link, "ben")
        assert not client.signed_in
        await asyncio.to_thread(browse, newer, "carla")
        await second

    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        asyncio.run(both())
        assert client.user["email"].startswith("carla")


def test_who_comes_too_late_is_signed_out_again(sandbox: Any) -> None:
    """The browser is back just when a newer sign-in begins: nobody is signed in by a link that was called dead."""
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        late = client.sign_in("paste")
        assert late is not None
        address = browse(late.url, "ben", back=False).headers["Location"]
        client._sign_in._number += 1  # as `sign_in` in another thread, before it has cancelled this one
        with pytest.raises(bp.LoginError, match="replaced by a newer one"):
            late.complete(address)
        assert not client.signed_in


def test_a_widget_like_caller_tells_of_its_page(sandbox: Any) -> None:
    page = Page("http://127.0.0.1:8888", "/some/where/", answers=True)
    with connect(sandbox.url, client_id=sandbox.client_id) as client:
        assert client.way_in(page=page).way == "loopback"
        assert client.way_in(page=replace(page, origin="https://lab.example")).way == "server"
        pending = client.sign_in("server", page=page)
        assert pending is not None
        address = browse(pending.url, "ben", back=False).headers["Location"]
        assert address.startswith("http://127.0.0.1:8888/some/where/bimplus/oauth/callback?")
        pending.complete(address)
        assert client.user["email"].startswith("ben")
        with pytest.raises(bp.LoginError, match="Only a widget knows the page"):
            client.sign_in("server")


def test_a_token_in_a_file_is_read_again_when_it_is_refused(
    own_sandbox: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mounted secrets rotate."""
    file = tmp_path / "token"
    first = own_sandbox.token("ben")
    file.write_text(first)
    monkeypatch.setenv("BIMPLUS_TOKEN_FILE", str(file))
    with connect(own_sandbox.url, client_id=own_sandbox.client_id) as client:
        client.sign_in()
        assert client.user["email"].startswith("ben")
        with connect(own_sandbox.url, token=first) as other:
            other.authorization.end()
        with pytest.raises(bp.LoginError, match="401"):
            client.users.current()
        file.unlink()
        with pytest.raises(bp.LoginError, match="401"):
            client.users.current()
        file.write_text(own_sandbox.token("ben"))
        assert client.users.current()["email"].startswith("ben")
        client.logout()
        client.sign_in()
        assert client.users.current()["email"].startswith("ben"), "it was not ours to end"


def test_login_as_a_demo_user_and_from_the_environment(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with connect(sandbox, user="carla") as client:
        client.logout()
        asyncio.run(client.login())
        assert "demo users" in capsys.readouterr().out
        assert client.user["email"].startswith("carla")
        assert client.sign_in(user="ben") is None
        assert client.user["email"].startswith("ben")
        client.team = "harbour"
        client.sign_in(user="anna")
        assert client.team == "harbour"
    token = sandbox.token("david")
    monkeypatch.setenv("BIMPLUS_TOKEN", token)
    with connect(sandbox.url) as client:
        asyncio.run(client.login())
        assert client.user["email"].startswith("david")
        assert token not in capsys.readouterr().out
        with pytest.raises(ValueError, match="demo users"):
            client.sign_in(user="anna")


def test_nobody_comes(capsys: pytest.CaptureFixture[str]) -> None:
    with issuing() as fake, connect(fake.api, client_id=CLIENT) as client:
        with pytest.raises(bp.LoginError, match=r"within 0\.01 seconds"):
            asyncio.run(client.login(timeout=0.01))

        async def given_up() -> None:
            task = asyncio.create_task(client.login())
            while "link" not in capsys.readouterr().out:
                await asyncio.sleep(0.01)
            task.cancel()
            await task

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(given_up())
        assert not client.signed_in
    assert not [thread for thread in threading.enumerate() if thread.name == "bimplus sign-in"]


def test_logout_ends_it_at_the_service_too(sandbox: Any) -> None:
    with connect(sandbox) as client:
        tokens = client.session._tokens
        client.logout()
        assert not client.signed_in
        with pytest.raises(bp.LoginError, match="Nobody is signed in"):
            client.user  # noqa: B018
        assert tokens is not None
        client.session.accept(tokens)
        with pytest.raises(bp.LoginError):
            client.teams.all()


def test_twenty_threads_with_an_expired_token_refresh_once(sandbox: Any) -> None:
    """The sandbox rotates refresh tokens: a second refresh with the old one would end the sign-in."""
    with connect(sandbox) as client:
        issuer, tokens = client.session.issuer, client.session._tokens
        assert issuer is not None
        assert tokens is not None
        refreshes: list[object] = []
        real = issuer.refresh
        issuer.refresh = lambda old: refreshes.append(old) or real(old)  # type: ignore[method-assign, func-returns-value]
        tokens.expires_at = 1.0
        barrier, results = threading.Barrier(20), []

        def ask() -> None:
            barrier.wait()
            results.append(client.users.current()["email"])

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [sandbox.users[0].email] * 20
        assert refreshes == [tokens]


def all_of_its_failure(act: Callable[[], object]) -> str:
    """The traceback with the variables of every frame, as a verbose notebook shows it."""
    try:
        act()
    except Exception as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return ""


def test_no_token_anywhere(sandbox: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Not in what any object shows, not in the variables of any frame of an error, not in the finest log."""
    caplog.set_level(logging.DEBUG)
    with connect(sandbox) as client:
        issuer = client.session.issuer
        assert issuer is not None
        issued = []
        shown = ""
        for act in (
            lambda: client.teams.get("../.."),
            lambda: client.teams.get("nowhere"),
            lambda: client.projects.create(name="x" * 100_000),
            lambda: client.project("No such project"),
            lambda: client.request("DELETE", "{team}/projects/{}", "no-guid"),
            lambda: Http(client._http.base_url.replace("127.0.0.1", "localhost"), auth=client.session).json(
                "GET", "user"
            ),
            lambda: setattr(client, "team", "nowhere"),
            lambda: pickle.dumps(client),
            lambda: client.sign_in(user="zoe"),
        ):
            shown += all_of_its_failure(act)
            issued += [client.session._tokens.secret(kind) for kind in ("access_token", "refresh_token", "id_token")]
            client.session._tokens.expires_at = 1.0
            client.user  # noqa: B018
        for each in (
            client,
            client.session,
            issuer,
            client._http,
            client.projects,
            client.user,
            client.session._tokens,
        ):
            shown += f"{each!r} {each} {pretty(each)} {getattr(each, '__dict__', '')!r}"
        client.logout()
    shown += caplog.text
    assert len(set(issued)) >= 12  # every renewal rotates
    assert "TracebackException" not in shown
    assert shown.count("Traceback") >= 8
    for token in issued:
        secret = str(token).split(".", 1)[-1]  # a JWT's header is the same for all
        assert secret not in shown
        assert secret[:24] not in shown


# teams and projects


def test_switching_teams_leaves_open_projects_where_they_are(sandbox: Any) -> None:
    with connect(sandbox) as client:
        project = client.project("Riverside Offices")
        client.team = "harbour"
        assert client.team == "harbour"
        assert client.projects.all().ids != []
        assert project.id not in client.projects.all().ids
        assert not project.models().empty
        with pytest.raises(ValueError, match=r"no team 'elsewhere'\. There are: riverside, harbour"):
            client.team = "elsewhere"
        assert client.team == "harbour"


def test_a_project_by_name_id_or_address(sandbox: Any) -> None:
    with connect(sandbox) as client:
        wanted = client.project("riverside offices")
        for way in (
            wanted.id,
            wanted.id.upper(),
            " Riverside Offices ",
            f"https://portal.bimplus.net/#/viewer?embedded=1&token=secret&project_id={wanted.id}&team_id=1",
            f"https://portal-stage.bimplus.net/viewer?project_id={wanted.id}",
        ):
            assert client.project(way).id == wanted.id
        far = client.project("Quay Hall")
        assert far.record["teamSlug"] == "harbour"
        assert far.objects().empty
        assert client.team == "riverside"


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("Riverside Offices", 0),
        ("RIVERSIDE offices\n", 0),
        ("depot north", 3),
        ("22222222-2222-2222-2222-222222222222", 1),
        ("http://x/?project_id=33333333-3333-3333-3333-333333333333#x", 2),
        ("a\u202eb <b>", 4),
    ],
)
def test_the_project_that_is_meant(wanted: str, index: int) -> None:
    assert find_project(PROJECTS, wanted) == PROJECTS[index]


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("Depot", "2 projects are called 'Depot'.*a: 22222222.*; b: 33333333"),
        ("Riverside Ofices", r"no project 'Riverside Ofices'\. There are: 'Riverside Offices'"),
        ("", "no project ''"),
        ("a b", "⟨right-to-left override⟩"),
        ("99999999-9999-9999-9999-999999999999", "no project with the id 99999999"),
        ("https://portal.bimplus.net/#/projects?token=secret", "names no project"),
        ("https://portal/?token=secret&project_id=22222222-2222-2222-2222-2222222222229", "names no project"),
    ],
)
def test_no_such_project_says_what_there_is(wanted: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        find_project(PROJECTS, wanted)
    assert "secret" not in str(caught.value)
    assert "\u202e" not in str(caught.value)
    with pytest.raises(ValueError, match="There are: none"):
        find_project([], "x")


def test_an_account_without_a_team() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=[{"slug": "old", "status": "Disabled"}]))
    with connect("https://api.example/v2", token="t") as client:
        client.teams._http._session = httpx.Client(transport=transport)
        with pytest.raises(bp.LoginError, match="no active team"):
            client.projects.all()
