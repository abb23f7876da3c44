"""The records of users and teams as the service keeps them. Source: Bimplus documentation, User and Team Service."""

from __future__ import annotations

import uuid
from types import MappingProxyType

from bimplus_nb.sandbox import people
from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.wire import Record

STORAGE = 50 * 2**30
"""Bytes of a team that is made without a word on it."""

TEXTS = (
    *("firstname", "lastname", "company", "displayname", "info", "gender"),
    *("phoneWork", "phoneHome", "fax", "mobile", "birthDate"),
)
ADDRESS = ("street", "streetNr", "zip", "city", "country")

SERVERS = MappingProxyType({guid("dbserver", number): f"db{number}.sandbox.invalid" for number in (1, 2)})
"""The database servers a team may lie on: id -> name."""


def new_user(email: str, key: str | None = None) -> Record:
    """A user who has said nothing about themselves."""
    return {
        "id": key or str(uuid.uuid4()),
        "email": email,
        "status": "Active",
        **dict.fromkeys(TEXTS, ""),
        "address": dict.fromkeys(ADDRESS, ""),
        "preferedLanguage": "",
    }


def new_team(slug: str, name: str, owner: str, key: str | None = None) -> Record:
    """A team with nobody but its account owner.

    `members` are those who may enter and their roles, `passive` those who may not at present. A role is one of
    `people.ROLES`, `people.MEMBER`, or the id of one of the team's own `customRoles`.
    """
    return {
        "id": key or str(uuid.uuid4()),
        "slug": slug,
        "name": name,
        "owner": owner,
        "totalStorage": STORAGE,
        "status": "Active",
        "dataStorageStatus": "Online",
        "public": {"read": False, "write": False},
        "server": next(iter(SERVERS)),
        "members": {owner: people.OWNER},
        "passive": {},
        "customRoles": {},
    }
