"""The API's old sign-in by password. Source: Bimplus documentation, Authorization Service; field names of a remembered
sign-in: published .NET client library."""

from __future__ import annotations

import uuid
from typing import Any

from bimplus_nb.sandbox import access, passwords
from bimplus_nb.sandbox.fields import Fields, guid
from bimplus_nb.sandbox.problem import missing
from bimplus_nb.sandbox.sessions import CROSS, Signed
from bimplus_nb.sandbox.wire import Ask, Table

table = Table()

_NOBODY = str(uuid.UUID(int=0))


@table.post("/authorize", status=200, public=True)
def sign_in(ask: Ask) -> Any:
    """A token for an e-mail address and its password, or the token of a sign-in that was to be remembered."""
    fields, sessions = ask.fields(), ask.service.sessions
    email, remembered = fields.needed("user_id"), fields.text("remember_me_token", limit=passwords.LONGEST)
    password = None if remembered else _password(fields)
    application, client = fields.guid("application_id"), fields.guid("client_id")
    remember = bool(fields.flag("remember_me"))
    user = sessions.proved(email, password, remembered)
    return sessions.begin(user, application=application, client=client, remember=remember)


@table.get("/authorize")
def info(ask: Ask) -> Any:
    """Whose token it is, and how long it is good for yet."""
    signed = _signed(ask)
    return {"user_id": ask.user["id"], "audience": signed.client or _NOBODY, "expires_in": signed.expires_in}


@table.delete("/authorize")
def end(ask: Ask) -> Any:
    """The token is good for nothing from now on."""
    ask.service.sessions.end(_signed(ask))


@table.post("/cross-token", status=200)
def cross_token(ask: Ask) -> Any:
    """A token with which another application may sign this user in, once and within five minutes."""
    token = ask.service.sessions.cross_token(_signed(ask))
    return {"cross_token": token, "expires_in": CROSS, "token_type": "BimPlus"}


@table.post("/cross-authorize", status=200, public=True)
def cross_sign_in(ask: Ask) -> Any:
    """A token for a cross token. No sign-in ends by it but that of the same `client_id`."""
    fields, sessions = ask.fields(), ask.service.sessions
    token = fields.needed("cross_token")
    application, client = fields.guid("application_id"), fields.guid("client_id")
    team, project = fields.text("team_id"), fields.guid("project_id")
    ask.user, asked_by = sessions.crossed(token)
    _opened(ask, team, project)
    return sessions.begin(ask.user, application=application or asked_by, client=client or str(uuid.uuid4()))


def _signed(ask: Ask) -> Signed:
    assert ask.signed is not None
    return ask.signed


def _password(fields: Fields) -> str:
    password = fields.text("password", limit=passwords.LONGEST)
    if not password:
        raise fields.wrong("password", "a text that is not empty")
    return password


def _opened(ask: Ask, team: str | None, project: str | None) -> None:
    """Refuses where the team or the project to open is not there for this user."""
    teams = access.teams_of(ask)
    if team is not None:
        teams = [one for one in teams if one["slug"] == team.lower() or one["id"] == guid(team)]
        if not teams:
            raise missing("team", team)
    if project is not None and not any(
        one["id"] == project for home in teams for one in access.visible_projects(ask, home)
    ):
        raise missing("project", project)
