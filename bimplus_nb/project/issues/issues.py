"""`Issues`: all that one does with the issues of a project."""

from __future__ import annotations

import pandas as pd

from bimplus_nb.project.issues.bcf import Swapping
from bimplus_nb.project.issues.changes import IssueChanges, difference
from bimplus_nb.project.issues.things import COMMENT, IssueThings
from bimplus_nb.project.journal import Journal
from bimplus_nb.project.writing import Writing
from bimplus_nb.text import plain


class Issues(Swapping):
    """The issues of one project. Made by `Project.issues`; call it for the table: ``project.issues()``.

    Where a method takes an issue, that is its number in the project (17) or its id. Many are changed at once by the
    table: edit it, and ``project.issues.diff(table).apply()``.
    """

    def diff(self, frame: pd.DataFrame) -> IssueChanges:
        """What an edited table would change, to be looked at and then sent: ``changes.apply()``. Nothing is sent here.

        `frame`: what ``project.issues()`` gave, or a part of it, with other values in it; the same read back from
        Excel; or one made by hand, with ids or numbers of issues as its index. What can be changed: name, description,
        status, priority, type, responsible (a name, e-mail address or id; responsibles takes several), due,
        classification, tag, solution. What stands in a column comment is said on each issue. To give forty issues to
        somebody::

            late = project.issues().query("overdue")
            late["responsible"], late["due"] = "Ben Bauer", pd.Timestamp.now("UTC") + pd.Timedelta(days=7)
            changes = project.issues.diff(late)

        Each edit is held against what the service says now. Refused, each with its problem: what was changed there
        since the table was fetched, what one may not change, what is no date, nobody of the project or no such value,
        what the service counts or sets itself, and what is no issue of the project.
        Raises ValueError for a table of another project. Three requests, with comments five.
        """
        things = IssueThings(self._api, self._source.known)
        said: dict[str, list[str]] = {}
        for one in things.own(self._comments()) if COMMENT in frame else ():
            said.setdefault(str(one.get("issueId")).lower(), []).append(str(one.get("text")))
        return difference(
            self._writing,
            frame,
            find=lambda said: self._people.named(self._people.ids(said)),
            user=self._user(),
            project=self._project_now(),
            records=self._issues(),
            said=said,
        )

    def kept(self, journal: Journal) -> IssueChanges:
        """The changes of a journal of issues, as far as they have come."""
        return IssueChanges(self._writing, journal.plan, journal=journal)

    @property
    def _writing(self) -> Writing:
        # Tables of issues are asked for anew each time, so there is nothing to forget.
        things = IssueThings(self._api, self._source.known)
        return Writing(self._api, self._source.record.id, things, lambda: None)

    def __repr__(self) -> str:
        return f"<Issues of {plain(self._source.record.get('name'), 60)!r}: call it for the table>"
