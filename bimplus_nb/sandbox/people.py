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

OWNER = "Account_Owner"
ROLES = MappingProxyType({OWNER: _OWNER, "Project_Admin": _ADMIN, "Project_Editor": _EDIT, "Project_Viewer": _VIEW})

MEMBER = "Member"
"""In the team without a role in its projects: sees what a project gives."""

RESOURCES: MappingProxyType[str, tuple[Right, ...]] = MappingProxyType(
    {
        "UserRightGlobal": ("AllProjects", "AllModels", "Project_Create"),
        "UserRightProject": (
            *("Project_Admin", "Project_Edit", "Project_Delete", "Project_View", "Model_ViewAll", "Model_Create"),
        ),
    }
)
"""All rights by what they are rights in, in the order of the role payload."""

PASSWORD = "sandbox"
"""Every demo user's, for the API's old sign-in."""


def rights(role: str | None) -> frozenset[Right]:
    """What a role may do in a project; nothing for a role nobody knows."""
    return ROLES.get(role or "", frozenset())


def guid(*name: object) -> str:
    """The same id for the same name in every sandbox."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "bimplus-sandbox:" + "/".join(map(str, name))))


# The service's own, as in the documents' sample (Role Service); the vendor's .NET example knows them by heart.
ROLE_IDS = MappingProxyType(
    {
        "Account_Owner": "2baca0e4-2eee-4f7c-bc56-22ed54a1859c",
        "Project_Admin": "a298b28d-9711-4a76-9a7d-910cbf144ee5",
        "Project_Editor": "f11d32e2-30b7-4f81-8a74-2165ecc00cf6",
        "Project_Viewer": "a618d075-7e4a-4bde-9d58-d2979696fa96",
    }
)

PORTAL = guid("application", "portal")
"""The application id of the shop and portal, which alone may manage users, teams and database servers."""


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
