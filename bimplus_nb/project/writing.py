"""`Writing`: sends planned changes and takes them back, by a journal that is always ahead of the service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bimplus_nb.api import Api
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import (
    ApiError,
    BimplusError,
    ConnectionFailed,
    Forbidden,
    JournalError,
    LoginError,
    NotFound,
    RateLimited,
    ServerError,
)
from bimplus_nb.frames import Attribute
from bimplus_nb.project.journal import Journal, Planned, State, folder, journals
from bimplus_nb.project.progress import Report, progress_bar
from bimplus_nb.records import Record
from bimplus_nb.text import plain

# What says nothing about the one change, and would be the same with the next.
_STOPPING: Final = (LoginError, RateLimited, ConnectionFailed)


@dataclass(frozen=True, slots=True)
class _Way:
    """There or back: from which states a change is taken up, and the states it goes through."""

    title: str
    takes: frozenset[State]
    begun: State
    done: State
    refused: State
    back: bool


_FORTH: Final = _Way("Writing", frozenset({"not sent", "begun"}), "begun", "sent", "refused", back=False)
_BACK: Final = _Way("Taking back", frozenset({"sent", "begun", "undoing"}), "undoing", "taken back", "kept", back=True)


class Writing:
    """What may write to one project. `known` tells the ids (in lower case) of all objects of the project; `forget` is
    called when something was written."""

    def __init__(
        self, api: Api, project_id: str, known: Callable[[], frozenset[str]], forget: Callable[[], None]
    ) -> None:
        self.api = api
        self.project_id = project_id
        self.known = known
        self._forget = forget

    def journal(self, plan: Sequence[Planned], place: str | PathLike[str] | None) -> Journal:
        """A new journal of these changes."""
        return Journal.begin(
            folder(self.project_id, place), project_id=self.project_id, service=self.api.address, plan=plan
        )

    def opened(self, path: Path) -> Journal:
        """A journal that is there. Raises JournalError for that of another project or service."""
        journal = Journal(path)
        # A sandbox has another port every time.
        here, there = (urlsplit(address).hostname for address in (self.api.address, journal.service))
        if journal.project_id.lower() != self.project_id.lower() or here != there:
            raise JournalError(
                f"The journal {path} is of the project {plain(journal.project_id, 40)} at {plain(there, 80)}."
            )
        return journal

    def journals(self, place: Path) -> list[tuple[Path, Journal | str]]:
        """The journals in a folder, the newest first; words instead of one that cannot be read."""
        found: list[tuple[Path, Journal | str]] = []
        for path in journals(place):
            try:
                found.append((path, self.opened(path)))
            except JournalError as error:
                found.append((path, str(error)))
        return found

    def read(self, object_id: str) -> Record | None:
        """What an object says now, each value described; None where there is no such object for this user."""
        try:
            return self.api.objects.properties(object_id)
        except (NotFound, Forbidden):
            return None

    def forth(self, journal: Journal, progress: Report) -> None:
        """Sends what has not been sent."""
        if journal.going_back:
            raise ValueError("These changes were taken back. To make them again, compare again: project.diff(…).")
        self._go(journal, _FORTH, progress)

    def back(self, journal: Journal, progress: Report) -> None:
        """Takes back what was sent."""
        self._go(journal, _BACK, progress)

    def _go(self, journal: Journal, way: _Way, progress: Report) -> None:
        stopped = threading.Event()

        def one(numbers: list[int]) -> None:
            if stopped.is_set():
                return
            try:
                self._object(journal, way, numbers)
            except BaseException:
                stopped.set()
                raise

        with journal.writing():
            groups: dict[str, list[int]] = {}
            for number, (planned, entry) in enumerate(zip(journal.plan, journal.entries, strict=True)):
                if entry.state in way.takes:
                    groups.setdefault(planned.object_id, []).append(number)
            if not groups:
                return
            try:
                with progress_bar(progress, way.title) as report:
                    side_by_side(one, list(groups.values()), report)
            except (BimplusError, KeyboardInterrupt) as error:
                stopped.set()
                done = sum(entry.state == way.done for entry in journal.entries)
                error.add_note(
                    f"{done:,} of {len(journal.plan):,} changes are {way.done}, nothing more is on its way. "
                    f"What was done is known in {journal.path}; the same again goes on from here."
                )
                raise
            finally:
                stopped.set()  # an interrupt leaves the loop above first
                self._forget()

    def _object(self, journal: Journal, way: _Way, numbers: list[int]) -> None:
        """Changes values of one object that are still what they are expected to be, by one request if possible."""
        planned = journal.plan[numbers[0]]
        record = self.read(planned.object_id)
        if record is None:
            journal.note(numbers, way.refused, "there is no such object any more, or you may not see it")
            return
        now = values(record)
        ready: list[int] = []
        for number in numbers:
            one, entry = journal.plan[number], journal.entries[number]
            attribute, said = _attribute(one), now.get(one.attribute_id)
            written = one.new if entry.stored is None else entry.stored
            target, expected = (one.old, written) if way.back else (one.new, one.old)
            if attribute.same(said, target):
                untouched = entry.state == "not sent"
                journal.note([number], "not needed" if untouched else way.done, "it said so already" * untouched)
            elif attribute.same(said, expected):
                ready.append(number)
            else:
                why = f"somebody else has changed it meanwhile: it says {plain(said, 60)!r} now"
                journal.note([number], way.refused, why)
        if ready:
            self._put(journal, way, str(record.get("type") or ""), ready)

    def _put(self, journal: Journal, way: _Way, type_: str, numbers: list[int]) -> None:
        plans = {number: journal.plan[number] for number in numbers}
        object_id = plans[numbers[0]].object_id
        before = {number: journal.entries[number].state for number in numbers}
        journal.note(numbers, way.begun)
        refusal = ""
        try:
            attributes = {one.attribute_id: one.old if way.back else one.new for one in plans.values()}
            self.api.objects.update(object_id, type=type_, attributes=attributes)
        except (LoginError, RateLimited):
            for number, state in before.items():  # it was turned away at the door
                journal.note([number], state)
            raise
        except ConnectionFailed:
            raise
        except ApiError as error:
            if len(numbers) > 1 and not isinstance(error, ServerError):
                for number in numbers:  # one of them is why, and the others need not suffer for it
                    self._put(journal, way, type_, [number])
                return
            refusal = str(error)
        record = self.read(object_id)
        now = {} if record is None else values(record)
        for number, one in plans.items():
            said, target = now.get(one.attribute_id), one.old if way.back else one.new
            there = _attribute(one).same(said, target)
            if refusal and not there:
                journal.note([number], way.refused, refusal)
            else:
                why = "" if there else f"the service made {plain(said, 60)!r} of it"
                journal.note([number], way.done, why, None if way.back or there else {number: said})


def values(record: Mapping[str, Any]) -> dict[str, Any]:
    """What an object says, by attribute id in lower case: each value as the service sent it."""
    return {key: said.get("value") for key, said in described(record).items()}


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


def _attribute(one: Planned) -> Attribute:
    return Attribute(one.attribute_id, one.attribute, "", type=one.type, unit=one.unit)
