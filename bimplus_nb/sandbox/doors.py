"""The two doors to one catalogue: `/content/…` is the service's, `/{team}/…` adds what the team made for itself.

Source: Bimplus documentation, "Custom attributes". The service's own things are changed at its own door by an account
owner, a team's at the team's by who administers projects there; other teams never see those.
"""

from __future__ import annotations

from collections.abc import Mapping

from bimplus_nb.sandbox import access, people
from bimplus_nb.sandbox.problem import bad, forbidden, missing
from bimplus_nb.sandbox.wire import Ask, Record


def home(ask: Ask) -> str | None:
    """The id of the team whose door this is; None at the service's own."""
    return access.team(ask)["id"] if "team" in ask.path else None


def seen(record: Record, team: str | None) -> bool:
    """Whether a thing of the catalogue is there for whoever comes by this door."""
    return record["team"] in (None, team)


def one(ask: Ask, kind: str, records: Mapping[str, Record], what: str, *, writing: bool = False) -> Record:
    """The thing the address names, among `records`; with `writing` if this user may change it here."""
    key, team = ask.id(kind), home(ask)
    found = records.get(key)
    if found is None or not seen(found, team):
        raise missing(what, ask.path[kind])
    if writing:
        writer(ask)
        if found["team"] != team:
            raise forbidden(f"This {what} is the service's own and is changed at /content.")
    return found


def writer(ask: Ask) -> str | None:
    """The team whose door this is, if this user may change what lies behind it."""
    if "team" in ask.path:
        return str(access.team(ask, "Project_Admin")["id"])
    if not any(access.role_in_team(team, ask.user) == people.OWNER for team in access.teams_of(ask)):
        raise forbidden("The service's own catalogue is changed by account owners only.")
    return None


def part(ask: Ask, name: str) -> str | None:
    """What ``?filter=name=part`` looks for, in lower case."""
    text = ask.query.get("filter", "").strip()
    if text in {"", "undefined", "null"}:
        return None
    field, equals, value = text.partition("=")
    if not equals or field.strip().lower() != name:
        raise bad(f"filter must be {name}=<part of it>.")
    return value.strip().lower()
