"""The sign-in service over HTTP, on an origin of its own: the endpoints a browser and a client call."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bimplus_nb.sandbox import authorization, devices, pages
from bimplus_nb.sandbox.authorization import CLIENT_ID, OAuthError
from bimplus_nb.sandbox.gate import Endpoint, Gate, read_body, refusal
from bimplus_nb.sandbox.issuer import Issuer
from bimplus_nb.sandbox.problem import Problem

REALM = "/realms/allplan"
_CONNECT = f"{REALM}/protocol/openid-connect"
_DEVICE = f"{REALM}/device"
Values = dict[str, str]


def application(issuer: Issuer) -> ASGIApp:
    """The issuer's application: pages for the user, JSON for the client."""
    front, back = _Front(issuer), _Back(issuer)
    routes = [
        Route(f"{_CONNECT}/auth", _page(front.authorize), methods=["GET"]),
        Route(f"{_CONNECT}/auth/consent", _page(front.consent), methods=["POST"]),
        Route(f"{_CONNECT}/logout", _page(front.logout), methods=["GET", "POST"]),
        Route(_DEVICE, _page(front.device), methods=["GET", "POST"]),
        Route(f"{_DEVICE}/consent", _page(front.device_consent), methods=["POST"]),
        Route(f"{REALM}/.well-known/openid-configuration", _json(lambda _: issuer.metadata()), methods=["GET"]),
        Route(f"{_CONNECT}/certs", _json(lambda _: {"keys": [issuer.key.as_dict(private=False)]}), methods=["GET"]),
        Route(f"{_CONNECT}/auth/device", _json(back.device), methods=["POST"]),
        Route(f"{_CONNECT}/token", _json(back.token), methods=["POST"]),
        Route(f"{_CONNECT}/revoke", _json(back.revoke), methods=["POST"]),
        Route(f"{_CONNECT}/userinfo", _json(back.userinfo), methods=["GET", "POST"]),
    ]
    # Another site's script could otherwise read the consent page and answer it in the user's name.
    pages_only = frozenset(route.path for route in routes[:5])
    return Gate(Starlette(routes=routes, exception_handlers={HTTPException: _unrouted}), closed=pages_only)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its path, its parameters from the query or the form, its Authorization header."""

    path: str
    values: Values
    authorization: str


class _Front:
    """What the user's browser sees."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def authorize(self, call: Call) -> Response:
        """The consent page. A wrong client or redirect URI gets an error page: nothing is ever sent to a stranger."""
        if call.values.get("client_id") != CLIENT_ID:
            raise OAuthError("unauthorized_client", "This client is not registered here.")
        redirect_uri = call.values.get("redirect_uri", "")
        if not authorization.is_registered(redirect_uri):
            raise OAuthError("invalid_request", "This redirect_uri is not registered for this client.")
        try:
            asked = authorization.check(call.values, time.time())
        except OAuthError as error:
            return self._back_to(
                redirect_uri, call.values.get("state"), error=error.error, error_description=error.description
            )
        return pages.consent(self._issuer.ask(asked), f"{call.path}/consent", asked, self._issuer.users.values())

    def consent(self, call: Call) -> Response:
        """The user's answer: a code for the client, or their no."""
        asked = self._issuer.answered(call.values.get("request", ""))
        if asked is None:
            raise OAuthError("invalid_request", "This sign-in was answered already or has timed out. Start it again.")
        if "deny" in call.values:
            return self._back_to(
                asked.redirect_uri, asked.state, error="access_denied", error_description="The user said no."
            )
        user = self._issuer.users.get(call.values.get("username", ""))
        if user is None:
            raise OAuthError("invalid_request", "There is no such user here.")
        return self._back_to(asked.redirect_uri, asked.state, code=self._issuer.grant(asked, user))

    def device(self, call: Call) -> Response:
        """The page for a code that a device shows: to type it, or with it in the address, and then to agree."""
        typed = call.values.get("user_code", "")
        if not typed:
            return pages.type_code(_DEVICE)
        try:
            device = self._issuer.devices.typed(typed)
        except OAuthError as error:
            return pages.type_code(_DEVICE, error)
        return pages.device_consent(device, f"{_DEVICE}/consent", self._issuer.users.values())

    def device_consent(self, call: Call) -> Response:
        """The user's answer for a device."""
        username = "" if "deny" in call.values else call.values.get("username", "")
        if "deny" not in call.values and username not in self._issuer.users:
            raise OAuthError("invalid_request", "There is no such user here.")
        if not self._issuer.devices.answer(call.values.get("request", ""), username):
            raise OAuthError("invalid_request", "This sign-in was answered already or has timed out. Start it again.")
        return pages.device_done(agreed=bool(username))

    def logout(self, call: Call) -> Response:
        """Ends the sign-in named by `id_token_hint` and, if it is ours to do, sends the browser back."""
        hint, target = call.values.get("id_token_hint", ""), call.values.get("post_logout_redirect_uri", "")
        if hint and not self._issuer.sign_out(hint):
            raise OAuthError("invalid_request", "id_token_hint is not an ID token of this service.")
        if not target:
            return pages.signed_out()
        known = hint or call.values.get("client_id") == CLIENT_ID
        if not (known and authorization.is_registered(target)):
            raise OAuthError("invalid_request", "This post_logout_redirect_uri is not registered.")
        return _redirect(target, {"state": call.values["state"]} if "state" in call.values else {})

    def _back_to(self, redirect_uri: str, state: str | None, **values: str) -> Response:
        more = {} if state is None else {"state": state}
        return _redirect(redirect_uri, {**values, **more, "iss": self._issuer.url})


class _Back:
    """What the client calls itself."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def device(self, call: Call) -> Any:
        _check_client(call.values)
        page = f"{self._issuer.url}/device"
        codes = self._issuer.devices.begin(authorization.granted(call.values.get("scope", "")))
        complete = f"{page}?{urlencode({'user_code': codes['user_code']})}"
        return {**codes, "verification_uri": page, "verification_uri_complete": complete}

    def token(self, call: Call) -> Any:
        _check_client(call.values)
        grant = call.values.get("grant_type")
        if grant == "authorization_code":
            return self._issuer.exchange(*_needed(call.values, "code", "redirect_uri", "code_verifier"))
        if grant == "refresh_token":
            return self._issuer.refresh(_needed(call.values, "refresh_token")[0], call.values.get("scope"))
        if grant == devices.GRANT:
            return self._issuer.collect(_needed(call.values, "device_code")[0])
        raise OAuthError("unsupported_grant_type", "grant_type must be one that discovery names.")

    def revoke(self, call: Call) -> Any:
        _check_client(call.values)
        self._issuer.revoke(_needed(call.values, "token")[0])
        return {}

    def userinfo(self, call: Call) -> Any:
        scheme, _, token = call.authorization.partition(" ")
        found = self._issuer.userinfo(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise OAuthError("invalid_token", "The access token is missing, has expired or was revoked.", 401)
        return found


Answer = Callable[[Call], Any]


def _page(answer: Answer) -> Endpoint:
    """An endpoint that shows its refusals as a page."""

    async def endpoint(request: Request) -> Response:
        try:
            response: Response = answer(await _call(request))
        except OAuthError as error:
            return pages.refusal(error)
        except Problem as problem:
            return refusal(request, problem)
        return response

    return endpoint


def _json(answer: Answer) -> Endpoint:
    """An endpoint that answers and refuses in JSON, in OAuth's words."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(answer(await _call(request)), headers={"Pragma": "no-cache"})
        except OAuthError as error:
            body = {"error": error.error, "error_description": error.description}
            headers = {"WWW-Authenticate": f'Bearer error="{error.error}"'} if error.status == 401 else {}
            return JSONResponse(body, error.status, headers)
        except Problem as problem:
            return refusal(request, problem)

    return endpoint


async def _call(request: Request) -> Call:
    """The parameters of a query, or of a form. A parameter given twice is an attack, never a choice (RFC 6749 3.1)."""
    text = request.url.query
    if request.method == "POST":
        body = await read_body(request)
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        if body and kind != "application/x-www-form-urlencoded":
            raise Problem(415, "Send application/x-www-form-urlencoded.")
        text = body.decode("ascii", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise OAuthError("invalid_request", "Too many parameters.") from None
    if any(count > 1 for count in Counter(name for name, _ in pairs).values()):
        raise OAuthError("invalid_request", "A parameter is given twice.")
    if any(len(value) > 16_000 for _, value in pairs):
        raise OAuthError("invalid_request", "A parameter is too long.")
    return Call(request.url.path, dict(pairs), request.headers.get("authorization", ""))


def _check_client(values: Values) -> None:
    if values.get("client_id") != CLIENT_ID:
        raise OAuthError("invalid_client", "client_id is missing or not registered here.", 401)


def _needed(values: Values, *names: str) -> list[str]:
    for name in names:
        if not values.get(name):
            raise OAuthError("invalid_request", f"{name} is missing.")
    return [values[name] for name in names]


def _redirect(uri: str, values: Values) -> Response:
    """A redirect that keeps what the URI's own query holds. The answer names no page it came from."""
    parts = urlsplit(uri)
    query = "&".join(filter(None, (parts.query, urlencode(values))))
    return RedirectResponse(urlunsplit(parts._replace(query=query)), 302, {"Referrer-Policy": "no-referrer"})


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(request, Problem(error.status_code, "There is nothing here.", error.headers))
