"""Object views: the tables over objects that the vendor's Windows explorer shows."""

from __future__ import annotations

from collections.abc import Sequence

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class ObjectViews(Service):
    """Ready-made tables of objects, by name. Source: Bimplus documentation, Windows Explorer Services."""

    def all(self) -> Records:
        """The views of the team; `viewname` is the `view` that the other operations want.

        ``GET {team}/objectview``
        """
        return self._many("GET", "{team}/objectview")

    def get(self, view: str) -> Record:
        """One view.

        ``GET {team}/objectview/{}``
        """
        return self._one("GET", "{team}/objectview/{}", view)

    def columns(self, view: str) -> Records:
        """The columns of a view, each with its data type.

        ``GET {team}/objectview/{}/tablecolumns``
        """
        return self._many("GET", "{team}/objectview/{}/tablecolumns", view)

    def content(self, *, view: str, objects: Sequence[str], columns: Sequence[str] | None = None) -> Records:
        """A row of the `view` for each object (an id), with all or some columns under their names in lower case.

        ``POST {team}/objectview/tablecontent``
        """
        body = {
            "tablename": view,
            # The documents' table and their example differ.
            "elementsId": [*objects],
            "elementsguid": [*objects],
            "filterColumns": None if columns is None else [*columns],
        }
        return self._many("POST", "{team}/objectview/tablecontent", body=body)

    def create(self, *, name: str) -> Record:
        """Raises NotOffered: the documents list this and say that it is not ready.

        ``POST {team}/objectviews``
        """
        words = f"making the view {name!r} is not possible; the documents list this as not ready."
        raise self._not_offered("POST", "{team}/objectviews", words)
