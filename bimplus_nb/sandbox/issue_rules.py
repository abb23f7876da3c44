"""Who may do what with an issue: pure functions, asked by what changes issues and by what states the rights.

The author changes, closes, opens again and deletes; whoever is responsible writes the solution and sets it solved or
open, as long as it is not closed. Source: Bimplus documentation, Issue Service.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

Record = dict[str, Any]

STATUS = ("Open", "Solved", "Closed")
TYPES = ("Problem", "Remark", "Task", "Appointment", "Document", "Contact", "Clash")
PRIORITIES = ("Low", "Medium", "High")


def responsibles(issue: Record) -> list[str]:
    """The ids of who is to solve it; the first is its `responsible`."""
    one = issue["responsible"]
    return list(issue.get("responsibles") or ([one] if one else []))


def rights(issue: Record, user: str, granted: Collection[str]) -> dict[str, bool]:
    """What a user may do with an issue, who has the rights `granted` in its project.

    The vendor's published JavaScript SDK 1.0.56 asks for this without saying what comes back; `update` and `delete`
    are named as in its rights of attachments. `solve`: write the solution, set it solved or open. `close`: also open it
    again. `forceDelete`: delete it with that switch, which lets an administrator of the project delete anyone's.
    """
    author, editor = issue["author"] == user, "Project_Edit" in granted
    return {
        "update": author,
        "solve": author or (user in responsibles(issue) and issue["status"] != "Closed"),
        "close": author,
        "delete": author,
        "forceDelete": author or "Project_Admin" in granted,
        "comment": editor,
        "pin": editor,
    }


def refusal(issue: Record, user: str, changes: Record) -> str | None:
    """Why a user may not make these changes, or None."""
    changed = {name for name, value in changes.items() if value != issue.get(name)}
    allowed = rights(issue, user, ())
    if not changed or allowed["update"]:
        return None
    if user not in responsibles(issue):
        return "Only its author changes an issue; its responsible may write the solution."
    if not allowed["solve"] or changes.get("status") == "Closed":
        return "Only its author closes an issue or changes a closed one."
    if not changed <= {"solution", "status"}:
        return "The responsible of an issue changes its solution and status only."
    return None
