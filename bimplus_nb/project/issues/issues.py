"""`Issues`: all that one does with the issues of a project."""

from __future__ import annotations

from bimplus_nb.project.issues.acts import Acts
from bimplus_nb.text import plain


class Issues(Acts):
    """The issues of one project. Call it for the table: ``project.issues()``.

    Where a method takes an issue, that is its number in the project (17) or its id.
    """

    def __repr__(self) -> str:
        return f"<Issues of {plain(self._source.record.get('name'), 60)!r}: call it for the table>"
