"""Issues as what a journal writes to: their fields, compared and sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from bimplus_nb.api import Api
from bimplus_nb.errors import Forbidden, NotFound
from bimplus_nb.frames import people, person
from bimplus_nb.frames.values import date, pick
from bimplus_nb.project.issues import wire
from bimplus_nb.project.journal import Planned, What
from bimplus_nb.records import Record

_CALLED: Final = {"due": "dueDate"}


class IssueThings:
    """The issues of a project, whose values are those of their fields, called as the table's columns are.

    Who is responsible is a list of ids, each with the name: [["1f…", "Ben Bauer"]].
    """

    what: What = "issues"
    noun = "issue"
    compared_by = "project.issues.diff"

    def __init__(self, api: Api, known: Callable[[], frozenset[str]]) -> None:
        self._api = api
        self.known = known

    def read(self, id: str) -> Record | None:
        """What an issue says now."""
        try:
            return self._api.issues.get(id)
        except (NotFound, Forbidden):
            return None

    def values(self, record: Record) -> dict[str, Any]:
        """What it says, by column."""
        found = {field: pick(record, _CALLED.get(field, field)) for field in wire.FIELDS}
        return found | {"responsible": [_who(one) for one in people(record)]}

    def same(self, one: Planned, said: Any, other: Any) -> bool:
        """Texts to the letter, choices in any case, dates as moments, people by their ids."""
        if one.attribute_id == "due":
            return date(said) == date(other)
        if one.attribute_id == "responsible":
            return _ids(said) == _ids(other)
        left, right = (str(value) if value else "" for value in (said, other))
        return left.lower() == right.lower() if one.attribute_id in wire.CHOICES else left == right

    def shown(self, value: Any) -> Any:
        """A value as people read it."""
        if isinstance(value, list):
            return ", ".join(str(name) for _, name in value) or None
        return None if value in ("", wire.NO_DATE) else value

    def put(self, id: str, record: Record, values: Mapping[str, Any]) -> None:  # noqa: ARG002
        """One request."""
        found = {field: wire.absent(field) if value is None else value for field, value in values.items()}
        if "responsible" in found:
            found["responsible"] = _ids(found["responsible"])
        self._api.issues.update(id, **wire.arguments(found))


def _who(one: object) -> list[str]:
    id_ = str(pick(one, "id") or "") if isinstance(one, Mapping) else ""
    return [id_, person(one) or ""]


def _ids(value: Any) -> list[str]:
    return [str(id_ or name).lower() for id_, name in value or ()]
