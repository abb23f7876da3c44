"""`Writing`: sends planned changes and takes them back, by a journal that is always ahead of the service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bimplus_nb.api import Api
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import (
    ApiError,
    BimplusError,
    ConnectionFailed,
    JournalError,
    LoginError,
    RateLimited,
    ServerError,
)
from bimplus_nb.progress import Report, progress_bar
from bimplus_nb.project.journal import Journal, Planned, State, folder, journals
from bimplus_nb.project.things import Things
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
    """What may write to one project. `forget` is called when something was written."""

    def __init__(self, api: Api, project_id: str, things: Things, forget: Callable[[], None]) -> None:
        self.api = api
        self.project_id = project_id
        self.things = things
        self._forget = forget

    def journal(self, plan: Sequence[Planned], place: str | PathLike[str] | None) -> Journal:
        """A new journal of these changes."""
        return Journal.begin(
            folder(self.project_id, place),
            project_id=self.project_id,
            service=self.api.address,
            plan=plan,
            what=self.things.what,
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

    def forth(self, journal: Journal, progress: Report) -> None:
        """Sends what has not been sent."""
        if journal.going_back:
            again = self.things.compared_by
            raise ValueError(f"These changes were taken back. To make them again, compare again: {again}(…).")
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
                self._thing(journal, way, numbers)
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

    def _thing(self, journal: Journal, way: _Way, numbers: list[int]) -> None:
        """Changes values of one thing that are still what they are expected to be, by one request if possible."""
        planned = journal.plan[numbers[0]]
        record = self.things.read(planned.object_id, {journal.plan[number].attribute_id for number in numbers})
        if record is None:
            why = f"there is no such {self.things.noun} any more, or you may not see it"
            journal.note(numbers, way.refused, why)
            return
        now = self.things.values(record)
        ready: list[int] = []
        for number in numbers:
            one, entry = journal.plan[number], journal.entries[number]
            said = now.get(one.attribute_id)
            written = one.new if entry.stored is None else entry.stored
            target, expected = (one.old, written) if way.back else (one.new, one.old)
            if self.things.same(one, said, target):
                untouched = entry.state == "not sent"
                journal.note([number], "not needed" if untouched else way.done, "it said so already" * untouched)
            elif self.things.same(one, said, expected):
                ready.append(number)
            else:
                why = f"somebody else has changed it meanwhile: it says {plain(self.things.shown(said), 60)!r} now"
                journal.note([number], way.refused, why)
        if ready:
            self._put(journal, way, record, ready)

    def _put(self, journal: Journal, way: _Way, record: Record, numbers: list[int]) -> None:
        plans = {number: journal.plan[number] for number in numbers}
        id_ = plans[numbers[0]].object_id
        before = {number: journal.entries[number].state for number in numbers}
        journal.note(numbers, way.begun)
        refusal = ""
        try:
            self.things.put(record, list(plans.values()), back=way.back)
        except (LoginError, RateLimited):
            for number, state in before.items():  # it was turned away at the door
                journal.note([number], state)
            raise
        except ConnectionFailed:
            raise
        except ApiError as error:
            if len(numbers) > 1 and not isinstance(error, ServerError):
                for number in numbers:  # one of them is why, and the others need not suffer for it
                    self._put(journal, way, record, [number])
                return
            refusal = str(error)
        read = self.things.read(id_, {one.attribute_id for one in plans.values()})
        now = {} if read is None else self.things.values(read)
        for number, one in plans.items():
            said, target = now.get(one.attribute_id), one.old if way.back else one.new
            there = self.things.same(one, said, target)
            if refusal and not there:
                journal.note([number], way.refused, refusal)
            else:
                why = "" if there else f"the service made {plain(self.things.shown(said), 60)!r} of it"
                journal.note([number], way.done, why, None if way.back or there else {number: said})
