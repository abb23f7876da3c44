"""What somebody could try, at each place where something of theirs comes in, and what is said to the user about it.

Where the address at which the browser ended is at fault, the proof is that the sign-in service never hears of its code.
"""

from __future__ import annotations

import hmac
import http.client
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from issuing import CLIENT, KEY, NEXT_KEY, FakeIssuer, answer_to, b64, issuing
from joserfc import jwt
from joserfc.jwk import RSAKey
from scripted import Server, serving

from bimplus_nb.auth import Issuer, Pending, Redirected, Session, TokenSet, device, loopback
from bimplus_nb.errors import BimplusError, LoginError
from bimplus_nb.http import Http

HOME = "http://127.0.0.1:9/callback"
STRANGER = RSAKey.generate_key(2048, {"kid": "k1"})
DAY, MINUTE = 86400, 60


@pytest.fixture
def fake() -> Iterator[FakeIssuer]:
    with issuing() as running:
        yield running


@pytest.fixture
def issuer(fake: FakeIssuer) -> Issuer:
    return Issuer(fake.api, client_id=CLIENT)


def begin(issuer: Issuer) -> tuple[Redirected, list[TokenSet]]:
    accepted: list[TokenSet] = []
    return Redirected(issuer, issuer.begin(HOME), accepted.append), accepted


def shown(error: BaseException | None) -> str:
    """What the most talkative traceback says of an error and of those behind it: every variable of every frame of ours
    and of the libraries, but not of the test, which has to know the secrets."""
    told = []
    while error is not None:
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        told += [str(error), *(repr(frame.locals) for frame in trace.stack if "/tests/" not in frame.filename)]
        error = error.__cause__ or error.__context__
    return "\n".join(told)


def asked(pending: Pending) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(pending.url).query).items()}


def query(pending: Pending, fake: FakeIssuer, **more: str) -> str:
    return urlencode({"code": "code-1", "state": asked(pending)["state"], "iss": fake.url, **more})


# the address at which the browser ended


Make = Callable[[Pending, FakeIssuer], str]


def changed(**changes: str | None) -> Make:
    return lambda pending, fake: answer_to(pending.url, fake, **changes)


def doubled(name: str, value: str | None = None) -> Make:
    def make(pending: Pending, fake: FakeIssuer) -> str:
        address = answer_to(pending.url, fake)
        again = value or parse_qs(urlsplit(address).query)[name][0]
        return f"{address}&{urlencode({name: again})}"

    return make


def at(place: str) -> Make:
    """The right words at another address: an open redirect, a page of somebody else's."""
    return lambda pending, fake: f"{place}?{query(pending, fake)}"


FORGED: dict[str, tuple[Make, str]] = {
    "wrong state": (changed(state="guess"), "belongs to another sign-in (its state differs). Use the newest link"),
    "empty state": (changed(state=""), "belongs to another sign-in"),
    "state that is no ASCII": (changed(state="é"), "belongs to another sign-in"),
    "missing state": (changed(state=None), "carries no state, so it may be from somebody else"),
    "doubled state": (doubled("state"), "says something twice; it was tampered with"),
    "second state": (doubled("state", "guess"), "says something twice"),
    "doubled code": (doubled("code", "mine"), "says something twice"),
    "doubled iss": (doubled("iss"), "says something twice"),
    "wrong iss": (changed(iss="https://evil.example/realm"), "not written by the sign-in service that was asked (iss)"),
    "longer iss": (lambda p, f: answer_to(p.url, f, iss=f.url + "/"), "not written by the sign-in service"),
    "iss that is no ASCII": (changed(iss="é"), "not written by the sign-in service"),
    "missing code": (changed(code=None), "carries no code"),
    "refusal of another sign-in": (changed(code=None, error="x", state="guess"), "belongs to another sign-in"),
    "refusal by another service": (changed(code=None, error="x", iss="https://evil.example"), "not written by"),
    "answer in the fragment": (lambda p, f: answer_to(p.url, f).replace("?", "#"), "must begin with"),
    "fragment behind": (lambda p, f: answer_to(p.url, f) + "#x", "must begin with"),
    "open redirect": (at("https://evil.example/callback"), "must begin with http://127.0.0.1:9/callback?"),
    "other port": (at("http://127.0.0.1:10/callback"), "must begin with"),
    "other name of this computer": (at("http://localhost:9/callback"), "must begin with"),
    "other scheme": (at("https://127.0.0.1:9/callback"), "must begin with"),
    "user before the host": (at("http://127.0.0.1:9@evil.example/callback"), "must begin with"),
    "host behind a user": (at("http://evil.example@127.0.0.1:9/callback"), "must begin with"),
    "backslash": (at("http://evil.example\\@127.0.0.1:9/callback"), "must begin with"),
    "path below": (at("http://127.0.0.1:9/callback/x"), "must begin with"),
    "path in other case": (at("http://127.0.0.1:9/Callback"), "must begin with"),
    "path that climbs": (at("http://127.0.0.1:9/x/../callback"), "must begin with"),
    "too long": (lambda p, f: answer_to(p.url, f) + "&x=" + "y" * 9000, "not an address at which a sign-in ends"),
    "too many words": (lambda p, f: answer_to(p.url, f) + "&a=" * 99, "not an address at which a sign-in ends"),
    "line break": (lambda p, f: answer_to(p.url, f).replace("&", "\n&"), "not an address at which a sign-in ends"),
}


@pytest.mark.parametrize(("make", "words"), FORGED.values(), ids=FORGED.keys())
def test_a_forged_address(fake: FakeIssuer, issuer: Issuer, make: Make, words: str) -> None:
    waiting, accepted = begin(issuer)
    with pytest.raises(LoginError) as caught:
        waiting.complete(make(waiting, fake))
    assert words in str(caught.value)
    assert (fake.forms, accepted, waiting.done) == ([], [], False), "nothing is sent, and the right one may still come"
    assert "code-1" not in shown(caught.value)
    assert asked(waiting)["state"] not in shown(caught.value)
    waiting.complete(answer_to(waiting.url, fake))
    assert (len(fake.forms), len(accepted)) == (1, 1)


def test_iss_must_be_there_where_it_was_promised(fake: FakeIssuer, issuer: Issuer) -> None:
    fake.document = {"authorization_response_iss_parameter_supported": True}
    waiting, _ = begin(issuer)
    with pytest.raises(LoginError, match="iss"):
        waiting.complete(answer_to(waiting.url, fake, iss=None))
    assert fake.forms == []


def test_a_replayed_address(fake: FakeIssuer, issuer: Issuer) -> None:
    first, accepted = begin(issuer)
    address = answer_to(first.url, fake)
    first.complete(address)
    second, _ = begin(issuer)
    for waiting, words in ((first, "This sign-in is over"), (second, "belongs to another sign-in")):
        with pytest.raises(LoginError, match=words):
            waiting.complete(address)
    assert (len(fake.forms), len(accepted)) == (1, 1)


def test_a_code_injected_from_another_sign_in(fake: FakeIssuer, issuer: Issuer) -> None:
    """Somebody leads the victim's browser to the end of a sign-in of their own, to have the victim work as them."""
    theirs, _ = begin(Issuer(fake.api, client_id=CLIENT))
    ours, accepted = begin(issuer)
    with pytest.raises(LoginError, match="belongs to another sign-in"):
        ours.complete(answer_to(theirs.url, fake, code="theirs"))
    assert fake.forms == []
    # Knowing our state too, their code brings an ID token that was made for their request.
    address = answer_to(ours.url, fake, code="theirs")
    fake.nonce = asked(theirs)["nonce"]
    with pytest.raises(LoginError, match="belongs to another sign-in"):
        ours.complete(address)
    assert accepted == []


@pytest.mark.parametrize(
    ("error", "description", "words"),
    [
        ("access_denied", "The user said no.", "The sign-in was refused: The user said no."),
        ("server_error", None, "The sign-in was refused: server_error."),
        ("x", "a\nb\x1b[31m\u202ec", "The sign-in was refused: a b [31m⟨right-to-left override⟩c."),
        ("x", "y" * 900, "The sign-in was refused: " + "y" * 199 + "…."),
    ],
)
def test_a_refusal(fake: FakeIssuer, issuer: Issuer, error: str, description: str | None, words: str) -> None:
    """In the service's words, made harmless; a code beside it is not used."""
    waiting, accepted = begin(issuer)
    with pytest.raises(LoginError) as caught:
        waiting.complete(answer_to(waiting.url, fake, error=error, error_description=description))
    assert (str(caught.value), fake.forms, accepted, waiting.done) == (words, [], [], True)


# the port that waits for the browser


@pytest.mark.parametrize(
    ("method", "path", "host"),
    [
        ("GET", "/callback?state=guess&code=c", None),
        ("GET", "/callback?code=c", None),
        ("GET", "/callback?{query}&state={state}", None),
        ("GET", "/callback?state=%C3%A9&code=c", None),
        ("GET", "/?{query}", None),
        ("GET", "/callback/?{query}", None),
        ("GET", "/x/../callback?{query}", None),
        ("GET", "http://evil.example/callback?{query}", "evil.example"),
        # A name of theirs that they have meanwhile pointed here (DNS rebinding).
        ("GET", "/callback?{query}", "evil.example"),
        ("GET", "/callback?{query}", "evil.example:{port}"),
        ("GET", "/callback?{query}", "localhost:{port}"),
        ("GET", "/callback?{query}", "127.0.0.1"),
        ("GET", "/callback?{query}", "127.0.0.1:{port}, evil.example"),
        ("GET", "/callback?{query}", ""),
        ("POST", "/callback?{query}", None),
        ("HEAD", "/callback?{query}", None),
        ("OPTIONS", "/callback?{query}", None),
        ("PUT", "/callback?{query}", None),
    ],
)
def test_the_port_is_for_one_browser(
    fake: FakeIssuer, issuer: Issuer, capfd: pytest.CaptureFixture[str], method: str, path: str, host: str | None
) -> None:
    accepted: list[TokenSet] = []
    waiting = loopback.start(issuer, accepted.append)
    address = answer_to(waiting.url, fake)
    port = urlsplit(address).port
    assert port is not None
    said = {"query": query(waiting, fake), "state": asked(waiting)["state"], "port": port}
    assert status(port, method, path.format(**said), None if host is None else host.format(**said)) in (400, 404, 501)
    assert (fake.forms, accepted, waiting.done) == ([], [], False)
    assert status(port, "GET", address.removeprefix(f"http://127.0.0.1:{port}"), None) == 200
    waiting.wait(5)
    assert (len(fake.forms), len(accepted)) == (1, 1)
    assert capfd.readouterr() == ("", "")


def status(port: int, method: str, path: str, host: str | None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.putrequest(method, path, skip_host=host is not None)
        if host is not None:
            connection.putheader("Host", host)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


# what the token endpoint answers


def shifted(seconds: int) -> dict[str, Any]:
    """A token made now by a service whose clock is so many seconds ahead of ours."""
    now = int(time.time()) + seconds
    return {"iat": now, "exp": now + 300}


def signed(header: dict[str, Any], key: Any) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode(header, claims, key, algorithms=[header["alg"]])


def unsigned(claims: dict[str, Any]) -> str:
    return f"{b64({'alg': 'none', 'kid': 'k1'})}.{b64(claims)}."


def keyed(claims: dict[str, Any]) -> str:
    """Signed with the public key as a secret both would know: the classical confusion of algorithms."""
    text = f"{b64({'alg': 'HS256', 'kid': 'k1'})}.{b64(claims)}"
    return f"{text}.{b64(hmac.digest(KEY.as_pem(private=False), text.encode(), 'sha256'))}"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nonce of another": ({"claims": {"nonce": "other"}}, "it belongs to another sign-in"),
    "no nonce": ({"claims": {"nonce": None}}, "it belongs to another sign-in"),
    "other audience": ({"claims": {"aud": "other"}}, "it was made for another application"),
    "audience among others": ({"claims": {"aud": [CLIENT, "other"]}}, "it was made for another application"),
    "other azp": ({"claims": {"azp": "other"}}, "it was made for another application"),
    "other issuer": ({"claims": {"iss": "https://evil.example"}}, "it is from another sign-in service"),
    "other access token": ({"claims": {"at_hash": "AAAA"}}, "it does not belong to the access token beside it"),
    "nobody": ({"claims": {"sub": None}}, "it is about another user"),
    "signature of a stranger": ({"forge": signed({"alg": "RS256", "kid": "k1"}, STRANGER)}, "its signature or form"),
    "key in the header": (
        {"forge": signed({"alg": "RS256", "kid": "k1", "jwk": STRANGER.as_dict(private=False)}, STRANGER)},
        "its signature or form",
    ),
    "no signature": ({"forge": unsigned}, "its signature or form"),
    "public key as secret": ({"forge": keyed}, "its signature or form"),
    "unknown key": ({"forge": signed({"alg": "RS256", "kid": "k9"}, STRANGER)}, "it is signed with an unknown key"),
    "key not yet published": ({"key": NEXT_KEY}, "it is signed with an unknown key"),
    "no ID token": ({"answer": {"id_token": None}}, "its signature or form"),
    "yesterday's": ({"claims": shifted(-DAY)}, "it has expired. If you signed in just now, this computer's clock is"),
    "tomorrow's": ({"claims": shifted(DAY)}, "it is from the future. This computer's clock is probably wrong"),
}


@pytest.mark.parametrize(("spoil", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_signs_nobody_in(fake: FakeIssuer, issuer: Issuer, spoil: dict[str, Any], words: str) -> None:
    waiting, accepted = begin(issuer)
    vars(fake).update(spoil)
    address = answer_to(waiting.url, fake)
    with pytest.raises(LoginError) as caught:
        waiting.complete(address)
    assert str(caught.value).startswith(f"The ID token cannot be accepted: {words}")
    assert (accepted, waiting.done) == ([], True)
    (form,) = fake.forms
    secrets = (
        "code-1",
        "access-1",
        "refresh-1",
        form["code_verifier"],
        *(asked(waiting)[k] for k in ("nonce", "state")),
    )
    with pytest.raises(LoginError) as waited:
        waiting.wait(0)
    for told in (shown(caught.value), shown(waited.value)):
        assert not [secret for secret in secrets if secret in told]


WRONG_FOR_DEVICES = {name: case for name, case in WRONG.items() if "nonce" not in name}


@pytest.mark.parametrize(("spoil", "words"), WRONG_FOR_DEVICES.values(), ids=WRONG_FOR_DEVICES.keys())
def test_nor_after_a_typed_code(fake: FakeIssuer, issuer: Issuer, spoil: dict[str, Any], words: str) -> None:
    vars(fake).update(spoil)
    accepted: list[TokenSet] = []
    waiting = device.start(issuer, accepted.append)
    with pytest.raises(LoginError) as caught:
        waiting.wait(10)
    assert str(caught.value).startswith(f"The ID token cannot be accepted: {words}")
    assert accepted == []
    assert not [secret for secret in ("device-code-1", "access-1", "refresh-1") if secret in shown(caught.value)]


WRONG_TO_RENEW = {
    **{name: case for name, case in WRONG_FOR_DEVICES.items() if name not in ("no ID token", "nobody")},
    "another user": ({"claims": {"sub": "u2"}}, ""),
}


@pytest.mark.parametrize("spoil", [spoil for spoil, _ in WRONG_TO_RENEW.values()], ids=WRONG_TO_RENEW.keys())
def test_nor_by_a_renewal(fake: FakeIssuer, issuer: Issuer, spoil: dict[str, Any]) -> None:
    waiting, accepted = begin(issuer)
    waiting.complete(answer_to(waiting.url, fake))
    vars(fake).update(spoil)
    with pytest.raises(LoginError, match="The ID token cannot be accepted") as caught:
        issuer.refresh(accepted[0])
    assert not [secret for secret in ("access-2", "refresh-2", "refresh-1") if secret in shown(caught.value)]


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_five_minutes_off_does_no_harm(fake: FakeIssuer, issuer: Issuer, minutes: int) -> None:
    waiting, accepted = begin(issuer)
    fake.claims = shifted(minutes * MINUTE)
    waiting.complete(answer_to(waiting.url, fake))
    assert not accepted[0].expiring, "how long it is good for is counted from its arrival, by our clock alone"
    assert issuer.refresh(accepted[0]).secret("access_token") == "access-2"


def test_new_keys_end_no_sign_in(fake: FakeIssuer, issuer: Issuer) -> None:
    waiting, accepted = begin(issuer)
    waiting.complete(answer_to(waiting.url, fake))
    fake.key, fake.published = NEXT_KEY, [NEXT_KEY]
    assert issuer.refresh(accepted[0]).secret("access_token") == "access-2"
    assert fake.paths().count("/certs") == 2


def test_what_a_refusal_quotes_is_not_shown(fake: FakeIssuer, issuer: Issuer) -> None:
    waiting, _ = begin(issuer)
    address = answer_to(waiting.url, fake)
    fake.reply = (400, b'{"error":"invalid_grant","error_description":"code-1 is no code of client-1"}', {})
    with pytest.raises(LoginError) as caught:
        waiting.complete(address)
    assert "refused: ••• is no code of client-1. Sign in again." in str(caught.value)


# other places


@pytest.fixture
def elsewhere() -> Iterator[Server]:
    with serving(lambda h: h.reply(200, b"{}")) as server:
        yield server


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_endpoint_that_redirects_is_not_followed(
    fake: FakeIssuer, issuer: Issuer, elsewhere: Server, status: int
) -> None:
    waiting, accepted = begin(issuer)
    address = answer_to(waiting.url, fake)
    fake.reply = (status, b"", {"Location": f"{elsewhere.url}/token"})
    with pytest.raises(LoginError, match=f"answered {status}"):
        waiting.complete(address)
    with pytest.raises(LoginError, match=f"answered {status}"):
        device.start(issuer, accepted.append)
    fake.reply = None
    again, accepted = begin(issuer)
    again.complete(answer_to(again.url, fake))
    fake.reply = (status, b"", {"Location": f"{elsewhere.url}/token"})
    with pytest.raises(LoginError, match=f"answered {status}"):
        issuer.refresh(accepted[0])
    with pytest.raises(LoginError, match=f"answered {status}"):
        issuer.end(accepted[0])
    assert elsewhere.seen == []


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/certs"])
def test_discovery_and_keys_are_not_followed_elsewhere(
    fake: FakeIssuer, issuer: Issuer, elsewhere: Server, path: str
) -> None:
    fake.elsewhere = {path: f"{elsewhere.url}{path}"}
    with pytest.raises(BimplusError, match="302"):
        device.start(issuer, lambda _: None).wait(10)
    assert elsewhere.seen == []


def test_a_sign_in_stays_with_the_service_it_began_at(fake: FakeIssuer, issuer: Issuer, elsewhere: Server) -> None:
    """Who can change the discovery document later gets neither code nor tokens of this client."""
    waiting, accepted = begin(issuer)
    fake.document = {"issuer": elsewhere.url} | {
        key: f"{elsewhere.url}/{key}"
        for key in ("authorization_endpoint", "token_endpoint", "jwks_uri", "revocation_endpoint")
    }
    with pytest.raises(LoginError, match="not written by the sign-in service that was asked"):
        waiting.complete(answer_to(waiting.url, fake, iss=elsewhere.url))
    waiting.complete(answer_to(waiting.url, fake))
    renewed = issuer.refresh(accepted[0])
    fake.key, fake.published = NEXT_KEY, [NEXT_KEY]
    issuer.end(issuer.refresh(renewed))
    later, _ = begin(issuer)
    assert later.url.startswith(fake.api)
    assert elsewhere.seen == []
    assert fake.paths().count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "key",
    [
        "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "revocation_endpoint",
        "end_session_endpoint", "device_authorization_endpoint",
    ],
)  # fmt: skip
def test_discovery_that_leads_to_an_open_line(fake: FakeIssuer, issuer: Issuer, key: str) -> None:
    fake.document = {key: "http://login.example/x"}
    with pytest.raises(LoginError, match=rf"not safe to use \({key}\)"):
        begin(issuer)
    with pytest.raises(LoginError, match="not safe to use"):
        loopback.start(issuer, lambda _: None)
    assert fake.forms == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"[" * 100_000, b"{" + b" " * (1 << 20) + b"}"])
def test_discovery_that_is_none(fake: FakeIssuer, issuer: Issuer, body: bytes) -> None:
    fake.instead = {"/.well-known/openid-configuration": body}
    with pytest.raises(BimplusError, match=r"not readable|larger than"):
        begin(issuer)


# renewal and the end


def session_at(fake: FakeIssuer, issuer: Issuer) -> Session:
    session = Session(fake.api, issuer=issuer)
    waiting = Redirected(issuer, issuer.begin(HOME), session.accept)
    waiting.complete(answer_to(waiting.url, fake))
    return session


def expire(session: Session) -> None:
    assert session._tokens is not None
    session._tokens.expires_at = 1.0


def test_a_renewal_that_leaves_tokens_out(fake: FakeIssuer, issuer: Issuer) -> None:
    """Neither a new refresh token nor an ID token is owed (RFC 6749, section 6; OpenID Connect Core 1.0, 12.2)."""
    session = session_at(fake, issuer)
    assert session._tokens is not None
    first = session._tokens.secret("id_token")
    fake.answer = {"refresh_token": None, "id_token": None}
    api = Http(fake.api, auth=session)
    for _ in range(2):
        expire(session)
        assert api.json("GET", "things") == []
    api.close()
    assert [form.get("refresh_token") for form in fake.token_forms()] == [None, "refresh-1", "refresh-1"]
    session.logout()
    assert [form["token"] for form in fake.forms if "token" in form] == ["refresh-1"]
    assert [form["id_token_hint"] for form in fake.forms if "id_token_hint" in form] == [first]


def test_after_a_rotation_the_newest_is_used_and_revoked(fake: FakeIssuer, issuer: Issuer) -> None:
    session = session_at(fake, issuer)
    api = Http(fake.api, auth=session)
    for _ in range(2):
        expire(session)
        assert api.json("GET", "things") == []
    api.close()
    assert [form.get("refresh_token") for form in fake.token_forms()] == [None, "refresh-1", "refresh-2"]
    session.logout()
    assert [form["token"] for form in fake.forms if "token" in form] == ["refresh-3"]


def test_a_refused_token_is_renewed_once(fake: FakeIssuer, issuer: Issuer) -> None:
    session = session_at(fake, issuer)
    fake.answer = {"access_token": "never-right"}
    fake.forms.append({"grant_type": "somebody else's"})
    api = Http(fake.api, auth=session)
    with pytest.raises(LoginError, match="401"):
        api.json("GET", "things")
    api.close()
    assert len(fake.token_forms()) == 3
    assert [path for _, path, _ in fake.server.seen].count("/v2/things") == 2


def test_one_endpoint_away_does_not_spare_the_other(fake: FakeIssuer, issuer: Issuer) -> None:
    """The session at the issuer is ended even where its tokens could not be revoked; and that is told."""
    session = session_at(fake, issuer)
    fake.elsewhere = {"/revoke": "https://evil.example/"}
    with pytest.raises(BimplusError, match="302"):
        session.logout()
    assert not session.signed_in
    assert [form for form in fake.forms if "id_token_hint" in form]
