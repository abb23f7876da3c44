"""Where to sign in, and who is signed in.

Source: Bimplus documentation, Quick Start and User Service; published JavaScript SDK 1.0.56.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.problem import missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()


@table.get("/hello", public=True)
def hello(ask: Ask) -> Any:
    return {"message": "Hello. This is a Bimplus sandbox.", "issuer": ask.issuer.url}


@table.get("/.well-known/openid-configuration", public=True)
def discovery(ask: Ask) -> Any:
    """The sign-in service's own document. Its `issuer` is another address than this one, as in the real service."""
    return ask.issuer.metadata()


@table.get("/user")
def current(ask: Ask) -> Any:
    return _full(ask, ask.user)


@table.get("/users/{user}")
def one(ask: Ask) -> Any:
    """Oneself, or somebody of a common team."""
    key = ask.id("user")
    known = {member for team in access.teams_of(ask) for member in team["members"]} | {ask.user["id"]}
    found = ask.store.get("user", key) if key in known else None
    if found is None:
        raise missing("user", key)
    return _full(ask, found)


def person(user: Record) -> Record:
    """A user as part of something else: an author, a responsible, a member."""
    return {name: user[name] for name in ("id", "email", "status", "firstname", "lastname", "displayname")}


def _full(ask: Ask, user: Record) -> Record:
    teams = [team for team in access.teams_of(ask) if user["id"] in team["members"]]
    return {
        "projects": [],
        "teams": [{"id": team["id"], "slug": team["slug"], "name": team["name"]} for team in teams],
        **user,
    }
