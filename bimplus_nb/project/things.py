"""What is written to: things that are read, whose values are compared, and that take new ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from bimplus_nb.api import Api
from bimplus_nb.errors import Forbidden, NotFound
from bimplus_nb.frames import Attribute
from bimplus_nb.project.journal import Planned, What
from bimplus_nb.records import Record


class Things(Protocol):
    """The things of one kind in a project. What a value is called is an `attribute_id`."""

    @property
    def what(self) -> What:
        """Their kind, as a journal has it."""

    @property
    def noun(self) -> str:
        """What one is called."""

    @property
    def compared_by(self) -> str:
        """The call that makes changes of a table."""

    def read(self, id: str, of: Collection[str] = ()) -> Record | None:
        """What one says now, at least of these; None where there is none for this user."""

    def values(self, record: Record) -> dict[str, Any]:
        """What it says, by `attribute_id`: each value as it is sent."""

    def same(self, one: Planned, said: Any, other: Any) -> bool:
        """Whether two values of what is planned say the same."""

    def shown(self, value: Any) -> Any:
        """A value as people read it."""

    def put(self, record: Record, plans: Sequence[Planned], *, back: bool) -> None:
        """Sends the new values of one thing, or the old ones; None takes one away."""

    def known(self) -> frozenset[str]:
        """The ids, in lower case, of all objects of the project."""


class Objects:
    """The objects of a project, whose values are those of their attributes. `known` tells the ids of all of them."""

    what: What = "objects"
    noun = "object"
    compared_by = "project.diff"

    def __init__(self, api: Api, known: Callable[[], frozenset[str]]) -> None:
        self._api = api
        self.known = known

    def read(self, id: str, of: Collection[str] = ()) -> Record | None:  # noqa: ARG002
        """What an object says now, each value described."""
        try:
            return self._api.objects.properties(id)
        except (NotFound, Forbidden):
            return None

    def values(self, record: Record) -> dict[str, Any]:
        """What it says, by attribute id in lower case: each value as the service sent it."""
        return {key: said.get("value") for key, said in described(record).items()}

    def same(self, one: Planned, said: Any, other: Any) -> bool:
        """By the attribute's type."""
        return Attribute(one.attribute_id, one.attribute, "", type=one.type, unit=one.unit).same(said, other)

    def shown(self, value: Any) -> Any:
        """As the service sent it."""
        return value

    def put(self, record: Record, plans: Sequence[Planned], *, back: bool) -> None:
        """One request."""
        values = {one.attribute_id: one.old if back else one.new for one in plans}
        self._api.objects.update(plans[0].object_id, type=str(record.get("type") or ""), attributes=values)


def described(record: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What an object says, by attribute id in lower case: each value with its definition."""
    groups = record.get("attributes")
    return {
        str(said["id"]).lower(): said
        for group in (groups.values() if isinstance(groups, Mapping) else ())
        if isinstance(group, Mapping)
        for said in group.values()
        if isinstance(said, Mapping) and said.get("id")
    }
