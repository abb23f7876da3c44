"""The ways in, against a certified provider that shares no code and no author with us.

Whatever it does not like about a request it says, and the fixture `peer` fails a test that has not named it.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from peer.conftest import refusals
from peer.peer import HUB, LAB, Peer, Person

import bimplus_nb as bp
from bimplus_nb.auth import Issuer, Page, Pending, TokenSet, loopback
from bimplus_nb.auth.oidc import Attempt
from bimplus_nb.auth.redirect import Redirect

pytestmark = pytest.mark.peer

Clients = Callable[[str], bp.Client]
HOME = "http://127.0.0.1/callback"


def begin(client: bp.Client, way: Any, **options: Any) -> Pending:
    pending = client.sign_in(way, **options)
    assert pending is not None
    return pending


def signed_in(client: bp.Client, person: Person) -> bp.Client:
    pending = begin(client, "loopback")
    assert person.back(pending.url).status_code == 200
    pending.wait(10)
    return client


def issuer_of(client: bp.Client) -> Issuer:
    assert client.session.issuer is not None
    return client.session.issuer


def went(person: Person, issuer: Issuer) -> tuple[Attempt, str]:
    """A sign-in as far as the address at which the browser ended."""
    attempt = issuer.begin(HOME)
    return attempt, person.open(attempt.url)


def grants(peer: Peer) -> list[str]:
    """What was granted since this was last asked; nothing was refused."""
    lines = peer.heard()
    assert refusals(lines) == []
    return [line["granted"] for line in lines if "granted" in line]


def expire(client: bp.Client) -> None:
    """Wait until the access token has expired."""
    assert client.session.until is not None
    while (left := (client.session.until - datetime.now(UTC)).total_seconds()) > 0:
        time.sleep(left)


# by the browser


def test_the_browser_comes_back_by_itself(client: bp.Client, peer: Peer, person: Person) -> None:
    signed_in(client, person)
    assert (client.user["email"], client.user["displayname"], client.team) == ("anna@example.com", "Anna", "first")
    assert grants(peer) == ["authorization_code"]
    # A second sign-in of the same browser asks nobody for anything.
    signed_in(client, person)
    assert client.user["email"] == "anna@example.com"


def test_login_in_one_line(client: bp.Client, person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    async def login() -> str:
        said, task = "", asyncio.create_task(client.login("loopback"))
        while not (link := re.search(r"http://127\.0\.0\.1:\d+/auth\S+", said)) and not task.done():
            await asyncio.sleep(0.01)
            said += capsys.readouterr().out
        assert link is not None
        await asyncio.to_thread(person.back, link.group())
        await task
        return capsys.readouterr().out

    assert "Signed in as Anna." in asyncio.run(login())


def test_the_address_is_pasted(client: bp.Client, peer: Peer, person: Person) -> None:
    pending = begin(client, "paste")
    address = person.open(pending.url)
    assert address.startswith(f"{HOME}?")
    assert parse_qs(urlsplit(address).query)["iss"] == [peer.issuer]
    pending.complete(f"  {address}\n")
    pending.wait(0)
    assert client.user["email"] == "anna@example.com"
    assert grants(peer) == ["authorization_code"]


@pytest.mark.parametrize(
    ("page", "home"),
    [
        (Page("https://lab.example", "/some/where/", answers=True), LAB),
        (Page("https://hub.example", "/user/anna/", "/hub/", answers=True), HUB),
    ],
)
def test_back_to_the_page_of_the_notebook(client: bp.Client, peer: Peer, person: Person, page: Page, home: str) -> None:
    pending = begin(client, "server", page=page)
    address = person.open(pending.url)
    assert address.startswith(f"{home}?")
    pending.complete(address)
    pending.wait(0)
    assert client.user["email"] == "anna@example.com"
    assert grants(peer) == ["authorization_code"]


@pytest.mark.parametrize(
    "page",
    [
        Page("https://lab.example", "/", answers=True),
        Page("https://lab.example:8443", "/some/where/", answers=True),
        Page("https://evil.example", "/some/where/", answers=True),
        Page("https://hub.example", "/user/anna/", answers=True),  # a user's own address cannot be registered
    ],
)
def test_an_address_that_is_not_registered(client: bp.Client, peer: Peer, person: Person, page: Page) -> None:
    pending = begin(client, "server", page=page)
    words = person.open(pending.url)
    assert "redirect_uri did not match any of the client&#39;s registered redirect_uris" in words
    assert [line["error"] for line in refusals(peer.heard())] == ["invalid_redirect_uri"]
    assert (pending.done, client.signed_in) == (False, False)
    pending.cancel()


def test_somebody_says_no(client: bp.Client, person: Person, peer: Peer) -> None:
    pending = begin(client, "loopback")
    assert person.back(pending.url, refuse=person.say_no).status_code == 400
    with pytest.raises(bp.LoginError, match="refused: End-User aborted interaction") as caught:
        pending.wait(10)
    assert "access_denied" not in str(caught.value)
    assert not client.signed_in
    assert [(line["at"], line["error"]) for line in refusals(peer.heard())] == [("authorization", "access_denied")]


@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "Ed25519", "EdDSA"])
def test_other_signatures(client_for: Clients, person: Person, algorithm: str) -> None:
    assert signed_in(client_for(algorithm), person).user["email"] == "anna@example.com"


def test_whatever_goes_wrong_the_browser_is_told(client: bp.Client, person: Person) -> None:
    def accept(_: TokenSet) -> None:
        raise RuntimeError("A fault of ours.")

    pending = loopback.start(issuer_of(client), accept)
    page = person.back(pending.url)
    assert (page.status_code, page.text[:27]) == (400, "The sign-in did not work. T")
    with pytest.raises(RuntimeError, match="A fault of ours"):
        pending.wait(0)


# what must not work


def test_without_pkce_it_refuses(client: bp.Client, person: Person, peer: Peer) -> None:
    pending = begin(client, "loopback")
    assert person.back(re.sub(r"&code_challenge[^&]*", "", pending.url)).status_code == 400
    with pytest.raises(bp.LoginError, match=r"refused: Authorization Server policy requires PKCE"):
        pending.wait(10)
    assert [line["error"] for line in refusals(peer.heard())] == ["invalid_request"]


def test_a_code_works_once(client: bp.Client, person: Person, peer: Peer) -> None:
    issuer = issuer_of(client)
    attempt, address = went(person, issuer)
    redirect = attempt.read(address)
    client.session.accept(issuer.finish(attempt, redirect))
    assert client.user["email"] == "anna@example.com"
    assert grants(peer) == ["authorization_code"]
    with pytest.raises(bp.LoginError, match=r"refused: grant request is invalid\. Sign in again"):
        issuer.finish(attempt, redirect)
    assert [line["detail"] for line in refusals(peer.heard())] == ["authorization code already consumed"]
    # Whoever had the code first may be the thief, so what it gave is dead too (RFC 6749, section 4.1.2).
    with pytest.raises(bp.LoginError, match=r"The sign-in has ended: await client\.login\(\) again"):
        client.users.current()
    assert not client.signed_in
    assert [line["error"] for line in refusals(peer.heard())] == ["invalid_grant"]


def test_a_code_of_another_sign_in(client: bp.Client, peer: Peer) -> None:
    """Slipped under ours with the right state: only the verifier tells."""
    issuer = issuer_of(client)
    with Person("mallory") as mallory:
        theirs, stolen = went(mallory, issuer)
    with pytest.raises(bp.LoginError, match="refused: grant request is invalid"):
        issuer.finish(issuer.begin(HOME), theirs.read(stolen))
    assert [line["detail"] for line in refusals(peer.heard())] == ["code_verifier does not match code_challenge"]


def test_an_id_token_of_another_sign_in(client: bp.Client, person: Person) -> None:
    issuer = issuer_of(client)
    attempt, address = went(person, issuer)
    with pytest.raises(bp.LoginError, match="it belongs to another sign-in"):
        issuer.finish(replace(attempt, nonce="another"), attempt.read(address))


def test_a_code_of_another_application(client_for: Clients, person: Person, peer: Peer) -> None:
    attempt, address = went(person, issuer_of(client_for("hasty")))
    with pytest.raises(bp.LoginError, match="refused: grant request is invalid"):
        issuer_of(client_for("notebook")).finish(attempt, attempt.read(address))
    assert [line["error"] for line in refusals(peer.heard())] == ["invalid_grant"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda address: re.sub(r"&iss=[^&]*", "", address), r"asked \(iss\)"),
        (lambda address: re.sub(r"&iss=[^&]*", "&iss=https%3A%2F%2Fevil.example", address), r"asked \(iss\)"),
        (lambda address: re.sub(r"state=[^&]*", "state=other", address), "state differs"),
    ],
)
def test_an_address_that_was_changed(
    client: bp.Client, person: Person, peer: Peer, change: Callable[[str], str], words: str
) -> None:
    pending = begin(client, "paste")
    address = person.open(pending.url)
    assert change(address) != address
    with pytest.raises(bp.LoginError, match=words):
        pending.complete(change(address))
    assert grants(peer) == []  # nor asked for
    pending.complete(address)
    assert client.signed_in


# by a code that is typed elsewhere


@dataclass
class Device:
    client: bp.Client
    pending: Pending
    begun: float


@pytest.fixture
def device(client_for: Clients, request: pytest.FixtureRequest) -> Iterator[Device]:
    """A sign-in that the provider lets ask once a second; for two seconds unless a client is named."""
    client = client_for(getattr(request, "param", "hasty"))
    device = Device(client, begin(client, "device"), time.monotonic())
    yield device
    device.pending.cancel()
    wait_for_threads("bimplus sign-in")


def test_a_code_is_typed_on_another_computer(client_for: Clients, person: Person, peer: Peer) -> None:
    client = client_for("quick")
    pending = begin(client, "device")
    assert pending.url.startswith(f"{peer.issuer}/device?user_code=")
    assert re.fullmatch("[B-Z]{4}-[B-Z]{4}", pending.code)
    waiting = wait_for(peer, lambda line: line.get("error") == "authorization_pending")
    assert (waiting["at"], pending.done, client.signed_in) == ("grant", False, False)
    # Typed, not linked to, without its dash and in small letters.
    words = person.open(f"{peer.issuer}/device", code=pending.code.replace("-", "").lower())
    assert "was successful" in words
    pending.wait(10)
    assert client.user["email"] == "anna@example.com"
    assert "urn:ietf:params:oauth:grant-type:device_code" in grants(peer)


def test_the_pace_where_the_provider_names_none(client: bp.Client, person: Person, peer: Peer) -> None:
    """5 seconds between two questions (RFC 8628, section 3.2)."""
    begun, pending = time.monotonic(), begin(client, "device")
    assert "was successful" in person.open(pending.url)
    pending.wait(10)
    assert 5 <= time.monotonic() - begun < 10, "after one pause and not two"
    assert [line["status"] for line in peer.heard() if line.get("posted") == "/token"] == [200]


@pytest.mark.parametrize("device", ["crowd"], indirect=True)
def test_a_code_in_the_link(device: Device, person: Person, peer: Peer) -> None:
    assert "was successful" in person.open(device.pending.url)
    device.pending.wait(10)
    assert device.client.user["email"] == "anna@example.com"
    expire(device.client)
    assert device.client.users.current()["email"] == "anna@example.com"
    assert grants(peer) == ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]


@pytest.mark.parametrize("device", ["quick"], indirect=True)
def test_a_code_that_is_refused(device: Device, person: Person, peer: Peer) -> None:
    assert "interrupted" in person.open(device.pending.url, refuse=person.say_no)
    with pytest.raises(bp.LoginError, match=r"The sign-in was refused: End-User aborted interaction\."):
        device.pending.wait(10)
    assert not device.client.signed_in
    # Whoever takes longer than a second to say no has been asked after before.
    assert {line["error"] for line in refusals(peer.heard())} - {"authorization_pending"} == {"access_denied"}


@pytest.mark.parametrize("device", ["hasty", "misled"], indirect=True)
def test_a_code_that_nobody_types(device: Device, peer: Peer) -> None:
    with pytest.raises(bp.LoginError, match=r"The code was not typed in time\. Start again for a new one\."):
        device.pending.wait(10)
    assert time.monotonic() - device.begun > 1
    lines = refusals(peer.heard())
    assert {line["error"] for line in lines} <= {"authorization_pending", "expired_token"}
    if device.pending.until > time.time() + 60:  # else the client knows as well, and need not ask
        assert lines[-1]["error"] == "expired_token"


def test_a_code_that_is_given_up(device: Device, person: Person, peer: Peer) -> None:
    device.pending.cancel()
    with pytest.raises(bp.LoginError, match="cancelled"):
        device.pending.wait(0)
    person.open(device.pending.url)
    wait_for_threads("bimplus sign-in")
    assert grants(peer) == []
    assert not device.client.signed_in


def wait_for(peer: Peer, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The line of the provider that is waited for. Takes all that it said before."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for line in peer.heard():
            if wanted(line):
                return line
        time.sleep(0.02)
    raise AssertionError("The provider has not said it.")


def wait_for_threads(name: str) -> None:
    """Wait until none of that name runs."""
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(10)
            assert not thread.is_alive()


# renewal


def test_fifty_threads_renew_once(client_for: Clients, person: Person, peer: Peer) -> None:
    client = signed_in(client_for("crowd"), person)
    assert grants(peer) == ["authorization_code"]
    expire(client)
    barrier = threading.Barrier(50)

    def ask() -> str:
        barrier.wait()
        return str(client.users.current()["email"])

    with ThreadPoolExecutor(50) as pool:
        answers = [each.result() for each in [pool.submit(ask) for _ in range(50)]]
    assert answers == ["anna@example.com"] * 50
    assert grants(peer) == ["refresh_token"]


def test_each_renewal_brings_the_token_for_the_next(client_for: Clients, person: Person, peer: Peer) -> None:
    client = signed_in(client_for("hasty"), person)
    assert grants(peer) == ["authorization_code"]
    for _ in range(2):
        expire(client)
        assert client.users.current()["email"] == "anna@example.com"
        assert grants(peer) == ["refresh_token"]


def test_a_stolen_refresh_token_ends_it_for_both(client: bp.Client, person: Person, peer: Peer) -> None:
    issuer = issuer_of(client)
    attempt, address = went(person, issuer)
    tokens = issuer.finish(attempt, attempt.read(address))
    client.session.accept(tokens)
    thief = bp.connect(peer.api.url, client_id="notebook")
    thief.session.accept(issuer.refresh(tokens))
    assert thief.user["email"] == "anna@example.com"
    assert grants(peer) == ["authorization_code", "refresh_token"]
    with pytest.raises(bp.LoginError, match=r"refused: grant request is invalid\. Sign in again"):
        issuer.refresh(tokens)  # as the session does, with the token that was used before
    assert [line["detail"] for line in refusals(peer.heard())] == ["refresh token already used"]
    for each in (client, thief):
        with pytest.raises(bp.LoginError, match=r"The sign-in has ended: await client\.login\(\) again"):
            each.users.current()
    assert {line["error"] for line in refusals(peer.heard())} == {"invalid_grant"}
    thief.close()


def test_where_nothing_can_be_renewed(client_for: Clients, person: Person, peer: Peer) -> None:
    client = signed_in(client_for("once"), person)
    expire(client)
    with pytest.raises(bp.LoginError, match=r"client\.login"):
        client.users.current()
    assert grants(peer) == ["authorization_code"]


def test_the_service_changes_its_keys(client_for: Clients, person: Person, peer: Peer) -> None:
    client = signed_in(client_for("hasty"), person)
    peer.do("other keys")
    expire(client)
    assert client.users.current()["email"] == "anna@example.com"
    assert grants(peer) == ["authorization_code", "refresh_token"]
    peer.do("other keys")
    assert signed_in(client, person).user["email"] == "anna@example.com"


# signing out


def test_signing_out_ends_it_at_the_service(client: bp.Client, person: Person, peer: Peer) -> None:
    issuer = issuer_of(client)
    attempt, address = went(person, issuer)
    tokens = issuer.finish(attempt, attempt.read(address))
    client.session.accept(tokens)
    assert client.user["email"] == "anna@example.com"
    client.logout()
    lines = peer.heard()
    assert refusals(lines) == []
    assert {"revoked": True} in lines
    # Its sessions end for the browser alone, which holds the cookie; a POST there it does not take by default, though
    # OpenID Connect RP-Initiated Logout 1.0, section 2, wants one taken. Then revoking has to do.
    posted = [(line["posted"], line["status"]) for line in lines if "posted" in line]
    assert posted[-2:] == [("/token/revocation", 200), ("/session/end", 404)]
    with pytest.raises(bp.LoginError, match="Nobody is signed in"):
        client.users.current()
    assert not opens(peer, tokens)
    with pytest.raises(bp.LoginError, match="Sign in again"):
        issuer.refresh(tokens)
    assert [line["error"] for line in refusals(peer.heard())] == ["invalid_grant"]


def opens(peer: Peer, tokens: TokenSet) -> bool:
    headers = {"Authorization": f"Bearer {tokens.secret('access_token')}"}
    return httpx.get(f"{peer.issuer}/me", headers=headers).status_code == 200


def test_signed_out_elsewhere(client: bp.Client, person: Person, peer: Peer) -> None:
    signed_in(client, person)
    assert client.user["email"] == "anna@example.com"
    person.sign_out(peer)
    assert {"ended": True} in peer.heard()
    with pytest.raises(bp.LoginError, match=r"The sign-in has ended: await client\.login\(\) again"):
        client.users.current()
    assert not client.signed_in
    assert [line["error"] for line in refusals(peer.heard())] == ["invalid_grant"]


def test_a_code_that_was_never_given(client: bp.Client, peer: Peer) -> None:
    issuer = issuer_of(client)
    with pytest.raises(bp.LoginError, match=r"refused: grant request is invalid\. Sign in again"):
        issuer.finish(issuer.begin(HOME), Redirect(code="made-up"))
    assert [line["detail"] for line in refusals(peer.heard())] == ["authorization code not found"]
