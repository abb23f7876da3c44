"""Issues as tables: what there is, where it is, what was said of it, what became of it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import pandas as pd

from bimplus_nb import frames
from bimplus_nb.api import Api
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import NotFound
from bimplus_nb.frames.values import date as moment
from bimplus_nb.frames.values import pick, whole
from bimplus_nb.project.issues.duplicates import duplicates_frame
from bimplus_nb.project.issues.people import People
from bimplus_nb.project.source import Source
from bimplus_nb.records import Record, Records
from bimplus_nb.text import plain

Issue = int | str
"""An issue's number in its project (17), or its id."""


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
        return self.with_pins()[1]

    def with_pins(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The table and that of the pins, for both at once: two requests."""
        issues, pins = self._asked(self._issues, self._pins)
        frame = self._frame(issues, pins)
        return frame, frames.pins_frame(pins, frame, self._entries() if pins else [])

    def comments(self, issue: Issue | None = None) -> pd.DataFrame:
        """One row a comment on an issue, index id, the oldest first: issue (its id), short_id, name of the issue,
        author, text, created, modified. Three requests, for one issue two."""
        if issue is None:
            issues, pins, said = self._asked(self._issues, self._pins, self._comments)
            return frames.comments_frame(said or self._said(issues), self._frame(issues, pins))
        one, said = self._of_one(issue, self._api.comments.of_issue)
        return frames.comments_frame(said, one)

    def attachments(self, issue: Issue | None = None) -> pd.DataFrame:
        """One row a file attached to an issue, index id, the oldest first: issue (its id), short_id, name of the issue,
        file_name, type, size_kb, picture (whether it is the picture of the issue's view), author, created.

        Two requests for one issue, else one for each that has files. ``client.attachments.download`` fetches one.
        """
        if issue is not None:
            one, files = self._of_one(issue, self._api.attachments.of_issue)
            return frames.attachments_frame({one.index[0]: files}, one)
        issues = self._issues()
        some = [one.id for one in issues if one.get("attachmentsCount") != 0]
        found = dict(zip(some, side_by_side(self._api.attachments.of_issue, some), strict=True))
        return frames.attachments_frame(found, frames.issues_frame(issues))

    def history(self) -> pd.DataFrame:
        """One row an event, the oldest first: issue (its id), short_id, name, when, who, what ("created", "changed",
        "commented", "deleted"), detail (of a change what changed: "status, due"; of a comment its text).

        Changes and deletions are known from the service's messages, and it tells each user only of issues that concern
        them: a change is here if somebody told you of it or you told somebody. Four requests.
        """
        return self._history()[1]

    def since(self, when: date | str) -> pd.DataFrame:
        """What has become of which issue since a day (its beginning) or a moment: one row an issue and what, the latest
        first. Four requests.

        issue (its id), short_id, name, status (now), what ("new", "changed", "solved", "closed", "opened again",
        "commented", "deleted"), times (how often), who (names), last (when), detail (see `history`). The service does
        not keep former states: what a change of the status was is said by what it is now, and a change that nobody
        was told of is "changed", by nobody known. Rows stand for the objects pinned.
        """
        start = beginning(when)
        frame, history = self._history()
        return frames.since_frame(history, frame, start)

    def by_storey(self, of: pd.DataFrame | None = None) -> pd.DataFrame:
        """How many issues are on each storey: one row a storey from the lowest up, one column a status, overdue, issues
        (all of them).

        `of`: a part of the table, to count only that: ``project.issues.by_storey(issues[issues["overdue"]])``. Rows
        stand for all objects of their storey, so ``viewer.color_by(project.issues.by_storey()["Open"])`` is a heat map.
        See `frames.by_storey`.
        """
        return frames.by_storey(self() if of is None else of, self._entries())

    def duplicates(self, within_mm: float = 500, *, alike: float = 0.75) -> pd.DataFrame:
        """Which issues may be one, said twice: one row a pair, the surest first. Needs the extra `issues`.

        issue, short_id, name, and other, other_short_id, other_name; distance_mm (least, of their pins; missing where
        one has none), likeness (0 to 1, of their words). Two that are pinned within `within_mm` of one another are a
        pair where their names are `alike` that much; one that is pinned nowhere, with any that says the same in name
        and description (likeness 0.9). Two closed ones are none. Rows stand for the objects of both.
        Raises ValueError where more pins lie that near to one another than pairs are good for.
        """
        if not (within_mm > 0 and 0 <= alike <= 1):
            raise ValueError("within_mm must be more than 0, and alike between 0 and 1")
        return duplicates_frame(*self.with_pins(), within_mm=within_mm, alike=alike)

    def _history(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The issues, and what became of them."""
        issues, pins, comments, messages = self._asked(
            self._issues, self._pins, self._comments, lambda: self._api.messages.all()
        )
        frame = self._frame(issues, pins)
        said = frames.comments_frame(comments or self._said(issues), frame)
        history = frames.history_frame(frame, said, messages, project=self._source.record.id, names=_names(issues))
        return frame, history

    # which is meant, and what is asked --------------------------------------------------------------------------------

    def _id(self, issue: Issue) -> str:
        if isinstance(issue, str) and not issue.strip().isdecimal():
            return issue.strip()
        number = int(issue) if isinstance(issue, str) else operator.index(issue)
        if number not in self._numbers:
            listed = self._api.issues.all(self._source.record.id, short_info=True)
            self._numbers |= {short: one.id for one in listed if (short := whole(pick(one, "shortId"))) is not None}
        if number not in self._numbers:
            raise ValueError(f"There is no issue {number} in the project.")
        return self._numbers[number]

    def _issues(self) -> Records:
        # A scene may hold a picture; a table needs neither.
        return self._api.issues.all(self._source.record.id, scene=False)

    def _pins(self) -> Records:
        return self._api.pins.all(self._source.record.id)

    def _of_one(self, issue: Issue, ask: Callable[[str], Records]) -> tuple[pd.DataFrame, Records]:
        """The table of one issue, and what is asked of it."""
        id_ = self._id(issue)
        questions: list[Callable[[str], Any]] = [self._api.issues.get, ask]
        record, found = side_by_side(lambda question: question(id_), questions)
        return frames.issues_frame([record]), found

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


def beginning(when: date | str) -> datetime:
    """The moment, or the beginning of the day; without a zone it is UTC. Raises ValueError."""
    if isinstance(when, str):
        read = moment(when)
        if read is None:
            raise ValueError(f"{plain(when, 40)!r} is no date; write 2026-03-31 or 2026-03-31T10:00:00Z")
        return read
    if not isinstance(when, datetime):
        when = datetime.combine(when, time.min)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _names(issues: Records) -> dict[str, str]:
    """The names of all who have to do with issues, by id and e-mail address in lower case."""
    found: dict[str, str] = {}
    for issue in issues:
        for one in (issue.get("author"), *frames.people(issue)):
            name = frames.person(one)
            if isinstance(one, Mapping) and name:
                found |= {str(one[key]).lower(): name for key in ("id", "email") if one.get(key)}
    return found
