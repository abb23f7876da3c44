"""Who may do what with an issue, and why not. Pure.

The author changes, closes, opens again and deletes an issue; whoever is responsible writes the solution and sets it
solved, or open, while it is not closed; who may edit the project creates, comments, pins and attaches. Source: Bimplus
documentation, Issue Service ("Issue rules"). The service has the last word: what it says of an issue's rights goes
before what is known here, and it refuses on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bimplus_nb.frames import people, person
from bimplus_nb.frames.values import pick
from bimplus_nb.text import plain

ACTIONS: Final = (
    *("update", "assign", "solve", "reopen", "close", "delete", "force_delete", "comment", "attach", "pin"),
)
# What the service calls them; the published JavaScript SDK 1.0.56 asks for them without saying what comes back.
_SAID: Final = {"delete": "delete", "force_delete": "forceDelete", "comment": "comment", "pin": "pin"} | dict.fromkeys(
    ("update", "assign"), "update"
)
_EDIT: Final = "this needs the right to edit the project"


class Rights(dict[str, bool]):
    """What one may do, by action; `why` says in words why not."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__({action: not why for action, why in reasons.items()})
        self._why = dict(reasons)

    def why(self, action: str) -> str:
        """Why one may not; "" where one may. KeyError for what is no action."""
        return self._why[action]


def in_project(project: Mapping[str, Any]) -> Rights:
    """What somebody may do in a project, by what it says of itself; where it says nothing, the service decides."""
    said = project.get("rights")
    rights = said if isinstance(said, Mapping) else {}
    edits, admin = rights.get("projectEdit", project.get("hasWriteAccess")), rights.get("projectAdmin")
    return Rights(
        {
            "create": _EDIT if edits is False else "",
            "force_delete": "this needs the right to administer the project" if admin is False else "",
        }
    )


def rights(
    issue: Mapping[str, Any],
    user: Mapping[str, Any],
    project: Mapping[str, Any],
    said: Mapping[str, Any] | None = None,
) -> Rights:
    """What a user may do with an issue of a project now; `said`: what the service answers to that, if it was asked."""
    there, said = in_project(project), said or {}
    status = (str(pick(issue, "status") or "Open")).lower()
    closed = status == "closed"
    author = plain(person(pick(issue, "author")) or "somebody else", 60)
    is_author = is_user(pick(issue, "author"), user)
    responsible = any(is_user(one, user) for one in people(issue))
    own = "" if is_author else f"only its author, {author}, may"
    solves = "" if is_author or responsible else f"only its author, {author}, and whoever is responsible may"
    if closed and not is_author:
        solves = f"it is closed, and only its author, {author}, may change that"
    delete = own
    if own and not there.why("force_delete"):
        delete = f"{own}; you administer the project and may with force=True"
    reasons = {
        "update": own,
        "assign": own,
        "solve": solves,
        "reopen": solves,
        "close": own,
        "delete": delete,
        "force_delete": own and there.why("force_delete"),
        **dict.fromkeys(("comment", "attach", "pin"), there.why("create")),
    }
    asked = _SAID | {"solve": "solve", "reopen": "close" if closed else "solve", "close": "close"}
    for action, name in asked.items():
        word = pick(said, name)
        if isinstance(word, bool):
            reasons[action] = "" if word else reasons[action] or "the service does not allow it"
    # What makes no sense is not allowed either.
    reasons["close"] = reasons["close"] or ("it is closed already" if closed else "")
    reasons["reopen"] = reasons["reopen"] or ("it is open" if status == "open" else "")
    return Rights(reasons)


def refusal(
    issue: Mapping[str, Any], user: Mapping[str, Any], project: Mapping[str, Any], changes: Mapping[str, Any]
) -> str:
    """Why a user may not make these changes (columns of the table with their new values), or ""."""
    allowed = rights(issue, user, project)
    if not changes or not allowed.why("update"):
        return ""
    if not set(changes) <= {"status", "solution"}:
        return allowed.why("update")
    return allowed.why("close" if str(changes.get("status")).lower() == "closed" else "solve")


def is_user(one: object, user: Mapping[str, Any]) -> bool:
    """Whether somebody of an issue is this user. Where old answers have a mere name that could be theirs, it is."""
    if isinstance(one, Mapping):
        keys = [(str(pick(one, key) or "").lower(), str(pick(user, key) or "").lower()) for key in ("id", "email")]
        return any(a == b and a for a, b in keys)
    return isinstance(one, str) and one.strip().lower() in _names(user)


def _names(user: Mapping[str, Any]) -> set[str]:
    full = " ".join(str(part) for part in (pick(user, "firstname"), pick(user, "lastname")) if part)
    found = (full, *(pick(user, key) for key in ("displayname", "email", "id")))
    return {str(name).strip().lower() for name in found if name}
