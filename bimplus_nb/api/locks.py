"""Locks: who works on an object just now. Source: published JavaScript SDK 1.0.56."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Locks(Service):
    """Objects kept from others while one works on them."""

    def get(self, object_id: str, *, with_children: bool | None = None) -> Records:
        """The object's lock, in a list that is empty where it is free; `with_children` adds those below it.

        ``GET {team}/objects/{}/locks``
        """
        return self._many("GET", "{team}/objects/{}/locks", object_id, params={"withChildren": with_children})

    def create(self, object_id: str) -> Record:
        """Lock the object for oneself. Raises `Conflict` where somebody else holds it.

        ``PUT {team}/objects/{}/locks``
        """
        return self._one("PUT", "{team}/objects/{}/locks", object_id, body={})

    def delete(self, object_id: str, *, as_admin: bool | None = None) -> None:
        """Unlock the object: its holder may, and a project admin with `as_admin=True`.

        ``DELETE {team}/objects/{}/locks``
        """
        self._none("DELETE", "{team}/objects/{}/locks", object_id, params={"asAdmin": as_admin})
