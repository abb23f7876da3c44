"""Issues as what a journal writes to: their fields and what is said on them, compared and sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from bimplus_nb.api import Api
from bimplus_nb.errors import Forbidden, NotFound
from bimplus_nb.frames import people, person
from bimplus_nb.frames.values import date, pick
from bimplus_nb.project.issues import wire
from bimplus_nb.project.issues.rights import is_user
from bimplus_nb.project.journal import Planned, What
from bimplus_nb.records import Record

COMMENT: Final = "comment"
"""A column that an edited table may have besides: what is to be said on each issue."""

_CALLED: Final = {"due": "dueDate"}


class IssueThings:
    """The issues of a project, whose values are those of their fields, called as the table's columns are.

    Who is responsible is a list of ids, each with the name: [["1f…", "Ben Bauer"]]. What was said is the list of one's
    own comments; of one to be made, `Planned.type` is how many there were of the same words.
    """

    what: What = "issues"
    noun = "issue"
    compared_by = "project.issues.diff"

    def __init__(self, api: Api, known: Callable[[], frozenset[str]]) -> None:
        self._api = api
        self.known = known

    def read(self, id: str, of: Collection[str] = ()) -> Record | None:
        """What an issue says now, and one's own comments on it if these are asked for."""
        try:
            record = self._api.issues.get(id)
            if COMMENT in of:
                record[COMMENT] = self.own(self._api.comments.of_issue(id))
            return record
        except (NotFound, Forbidden):
            return None

    def values(self, record: Record) -> dict[str, Any]:
        """What it says, by column."""
        found = {field: pick(record, _CALLED.get(field, field)) for field in wire.FIELDS}
        said = [str(one.get("text")) for one in record.get(COMMENT) or ()]
        return found | {"responsible": [_who(one) for one in people(record)], COMMENT: said}

    def same(self, one: Planned, said: Any, other: Any) -> bool:
        """Texts to the letter, choices in any case, dates as moments, people by their ids."""
        if one.attribute_id == COMMENT:
            return ((said or []).count(one.new) > int(one.type or 0)) == (other is not None)
        if one.attribute_id == "due":
            return date(said) == date(other)
        if one.attribute_id == "responsible":
            return _ids(said) == _ids(other)
        left, right = (str(value) if value else "" for value in (said, other))
        return left.lower() == right.lower() if one.attribute_id in wire.CHOICES else left == right

    def shown(self, value: Any) -> Any:
        """A value as people read it."""
        if isinstance(value, list):
            return ", ".join(str(one[1] if isinstance(one, list) else one) for one in value) or None
        return None if value in ("", wire.NO_DATE) else value

    def put(self, record: Record, plans: Sequence[Planned], *, back: bool) -> None:
        """One request for all fields, and one for a comment."""
        values = {one.attribute_id: one.old if back else one.new for one in plans}
        found = {field: wire.absent(field) if value is None else value for field, value in values.items()}
        found.pop(COMMENT, None)
        if "responsible" in found:
            found["responsible"] = _ids(found["responsible"])
        if found:
            self._api.issues.update(record.id, **wire.arguments(found))
        for one in plans:
            if one.attribute_id == COMMENT and not back:
                self._api.comments.create_on_issue(record.id, text=one.new)
            elif one.attribute_id == COMMENT:
                last = [each for each in record[COMMENT] if each.get("text") == one.new][-1]
                self._api.comments.delete(str(last["id"]))

    def own(self, comments: Iterable[Record]) -> list[Record]:
        """Those of the comments that one has made oneself, the oldest first."""
        user = self._api.users.current()
        return [one for one in comments if is_user(one.get("author"), user)]


def _who(one: object) -> list[str]:
    id_ = str(pick(one, "id") or "") if isinstance(one, Mapping) else ""
    return [id_, person(one) or ""]


def _ids(value: Any) -> list[str]:
    return [str(id_ or name).lower() for id_, name in value or ()]
