"""Who lives in the sandbox, and what each may do: data, and one lookup.

The rights of a role are those of the service's role payload. Where its two published tables disagree the narrower one
is taken, which agrees with the payload: only an account owner creates projects; owners and project admins create,
change, import and delete models. Changing the objects of a model counts as editing the project.
Source: Bimplus documentation, "Rights and roles" and Role Service.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Right = Literal[
    "AllProjects",
    "AllModels",
    "Project_Create",
    "Project_Admin",
    "Project_Edit",
    "Project_Delete",
    "Project_View",
    "Model_ViewAll",
    "Model_Create",
]

_VIEW: frozenset[Right] = frozenset({"Project_View", "Model_ViewAll"})
_EDIT: frozenset[Right] = _VIEW | {"Project_Edit"}
_ADMIN: frozenset[Right] = _EDIT | {"Project_Admin", "Project_Delete", "Model_Create"}
_OWNER: frozenset[Right] = _ADMIN | {"AllProjects", "AllModels", "Project_Create"}

ROLES = MappingProxyType(
    {"Account_Owner": _OWNER, "Project_Admin": _ADMIN, "Project_Editor": _EDIT, "Project_Viewer": _VIEW}
)


def rights(role: str | None) -> frozenset[Right]:
    """What a role may do in a project; nothing for a role nobody knows."""
    return ROLES.get(role or "", frozenset())


def guid(*name: object) -> str:
    """The same id for the same name in every sandbox."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "bimplus-sandbox:" + "/".join(map(str, name))))


@dataclass(frozen=True, slots=True)
class User:
    """One demo user. `role` is the role in the demo team; `subject` is who the sign-in service says it is."""

    id: str
    username: str
    email: str
    name: str
    role: str

    @property
    def subject(self) -> str:
        """The sign-in service's own id, which is not the id the API knows this user by."""
        return guid("subject", self.username)


@dataclass(frozen=True, slots=True)
class Team:
    """One team (tenant) with its members: user name -> role."""

    id: str
    slug: str
    name: str
    members: MappingProxyType[str, str]


def _user(username: str, name: str, role: str) -> User:
    return User(guid("user", username), username, f"{username}@example.com", name, role)


def _team(slug: str, name: str, **members: str) -> Team:
    return Team(guid("team", slug), slug, name, MappingProxyType(members))


USERS = (
    _user("anna", "Anna Albers", "Account_Owner"),
    _user("ben", "Ben Bauer", "Project_Admin"),
    _user("carla", "Carla Costa", "Project_Editor"),
    _user("david", "David Dahl", "Project_Viewer"),
)

RIVERSIDE = _team("riverside", "Riverside Planning", **{user.username: user.role for user in USERS})
HARBOUR = _team("harbour", "Harbour Works", ben="Account_Owner", anna="Project_Viewer")
TEAMS = (RIVERSIDE, HARBOUR)
