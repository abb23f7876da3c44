"""Pins: where on the building an issue is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Pins(Service):
    """Where on the building an issue is. Points and directions are in the geometry's own frame: mm, Y up, world."""

    def all(self, project_id: str) -> Records:
        """All pins of the project's issues.

        ``GET {team}/projects/{}/pins``
        """
        return self._many("GET", "{team}/projects/{}/pins", project_id)

    def of_issue(self, issue_id: str) -> Records:
        """The pins of one issue.

        ``GET {team}/issues/{}/pins``
        """
        return self._many("GET", "{team}/issues/{}/pins", issue_id)

    def get(self, pin_id: str) -> Record:
        """One pin.

        ``GET {team}/pins/{}``
        """
        return self._one("GET", "{team}/pins/{}", pin_id)

    def create(
        self, issue_id: str, *, object_id: str, position: Sequence[float], normal: Sequence[float] | None = None
    ) -> Record:
        """A new pin on an object, at a point of it (`position`: x, y, z) with the face's direction (`normal`).

        ``POST {team}/issues/{}/pins``
        """
        body = {"objectId": object_id, "position": _xyz(position), "normalVector": _xyz(normal)}
        return self._one("POST", "{team}/issues/{}/pins", issue_id, body=body)

    def update(
        self,
        pin_id: str,
        *,
        issue_id: str,
        object_id: str,
        new_object_id: str | None = None,
        position: Sequence[float] | None = None,
        normal: Sequence[float] | None = None,
    ) -> None:
        """Move the pin, on its object or to another one (`new_object_id`). The service wants both present ids.

        ``PUT {team}/pins/{}``
        """
        body = {
            "issueId": issue_id,
            "objectId": object_id,
            "newObjectId": new_object_id,
            "position": _xyz(position),
            "normalVector": _xyz(normal),
        }
        self._none("PUT", "{team}/pins/{}", pin_id, body=body)

    def delete(self, pin_id: str) -> None:
        """Delete one pin.

        ``DELETE {team}/pins/{}``
        """
        self._none("DELETE", "{team}/pins/{}", pin_id)

    def delete_all(self, issue_id: str) -> None:
        """Delete all pins of one issue.

        ``DELETE {team}/issues/{}/pins``
        """
        self._none("DELETE", "{team}/issues/{}/pins", issue_id)


def _xyz(point: Sequence[float] | None) -> Mapping[str, float] | None:
    if point is None:
        return None
    x, y, z = point
    return {"x": float(x), "y": float(y), "z": float(z)}
