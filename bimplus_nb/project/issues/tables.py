"""Issues as tables: what there is, where it is, what was said of it, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from bimplus_nb import frames
from bimplus_nb.api import Api
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import NotFound
from bimplus_nb.project.issues.people import People
from bimplus_nb.project.source import Source
from bimplus_nb.records import Record, Records


class Tables:
    """The tables of a project's issues. Nothing of them is kept: each question asks the service."""

    def __init__(self, api: Api, source: Source) -> None:
        self._api = api
        self._source = source
        self._people = People(api, source.record.id)
        self._numbers: dict[int, str] = {}  # which are never given twice
        self._rights_record: Record | None = None

    def people(self) -> pd.DataFrame:
        """Who may be responsible: one row a member of the project, index id: name, email, role."""
        return self._people.frame()

    def __call__(self) -> pd.DataFrame:
        """One row an issue, index id: short_id, name, status, priority, type, author, responsible, responsibles,
        created, modified, due, overdue, pins, comments, attachments, object_ids, storeys, classification, tag,
        description, solution; see `frames.issues_frame`.

        Two requests; where something is pinned, the trees of the models besides, which are kept.
        """
        return self._frame(*self._asked(self._issues, self._pins))

    def pins(self) -> pd.DataFrame:
        """One row a pin, index id: issue (its id), short_id, name, status, object_id, storey, x_mm, y_mm, z_mm (Y up,
        world), normal_x, normal_y, normal_z, created; see `frames.pins_frame`."""
        issues, pins = self._asked(self._issues, self._pins)
        return frames.pins_frame(pins, self._frame(issues, pins), self._entries() if pins else [])

    def comments(self) -> pd.DataFrame:
        """One row a comment on an issue, index id, the oldest first: issue (its id), short_id, name of the issue,
        author, text, created, modified. Three requests."""
        issues, pins, comments = self._asked(self._issues, self._pins, self._comments)
        return frames.comments_frame(comments or self._said(issues), self._frame(issues, pins))

    def history(self) -> pd.DataFrame:
        """One row an event, the oldest first: issue (its id), short_id, name, when, who, what ("created", "changed",
        "commented", "deleted"), detail (of a change what changed: "status, due"; of a comment its text).

        Changes and deletions are known from the service's messages, and it tells each user only of issues that concern
        them: a change is here if somebody told you of it or you told somebody. Four requests.
        """
        issues, pins, comments, messages = self._asked(
            self._issues, self._pins, self._comments, lambda: self._api.messages.all()
        )
        frame = self._frame(issues, pins)
        return frames.history_frame(
            frame,
            frames.comments_frame(comments or self._said(issues), frame),
            messages,
            project=self._source.record.id,
            names=_names(issues),
        )

    # what is asked ---------------------------------------------------------------------------------------------------

    def _issues(self) -> Records:
        # A scene may hold a picture; a table needs neither.
        return self._api.issues.all(self._source.record.id, scene=False)

    def _pins(self) -> Records:
        return self._api.pins.all(self._source.record.id)

    def _comments(self) -> Records:
        """Those of the whole project, or none where the service knows no such list (published JavaScript SDK only)."""
        try:
            return self._api.comments.of_project(self._source.record.id)
        except NotFound:
            return Records()

    def _said(self, issues: Records) -> Records:
        """The comments, asked for issue by issue, of those that say they have some."""
        some = [one.id for one in issues if one.get("commentsCount") != 0]
        return Records(each for found in side_by_side(self._api.comments.of_issue, some) for each in found)

    @staticmethod
    def _asked(*questions: Any) -> list[Records]:
        return side_by_side(lambda ask: ask(), questions)

    def _frame(self, issues: Records, pins: Records) -> pd.DataFrame:
        return frames.remember(
            frames.issues_frame(issues, pins, self._entries() if pins else []), self._source.record.id
        )

    def _entries(self) -> list[frames.Node]:
        """The entries of the models' trees, which are kept."""
        return self._source.nodes(self._source.parts(None, None), None)


def _names(issues: Records) -> dict[str, str]:
    """The names of all who have to do with issues, by id and e-mail address in lower case."""
    found: dict[str, str] = {}
    for issue in issues:
        for one in (issue.get("author"), *frames.people(issue)):
            name = frames.person(one)
            if isinstance(one, Mapping) and name:
                found |= {str(one[key]).lower(): name for key in ("id", "email") if one.get(key)}
    return found
