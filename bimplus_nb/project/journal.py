"""`Journal`: a file that knows what was to be written, what has been sent, and what it was before.

One JSON value a line. The first lines are the whole plan and come into being together; each later line is one event and
is on the disk before anything happens that relies on it. So whatever is killed whenever, the file tells what may have
been sent, and what was certainly not. It holds ids, names and values, never a token.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, Literal, get_args

import platformdirs

from bimplus_nb.errors import JournalError
from bimplus_nb.text import plain

FOLDER: Final = "BIMPLUS_JOURNALS"
"""The environment variable that names another folder for all journals."""

State = Literal[
    "not sent", "begun", "sent", "not needed", "refused",  # there
    "undoing", "taken back", "kept",  # and back again
]  # fmt: skip
"""How far a change has come. What is "begun" or "undoing" may or may not have reached the service."""

What = Literal["objects", "issues"]
"""What the changes of a journal are of."""

# Each kind has a form of its own, so that a version which knows only objects refuses what is not of them.
_FORMS: Final[Mapping[What, int]] = {"objects": 1, "issues": 2}
_STATES: Final = frozenset(get_args(State))


@dataclass(frozen=True, slots=True)
class Planned:
    """One value to be written: as the service sent it, and as it is to be sent; None where there is none.

    Of an issue `object_id` is the issue's id, and `attribute_id` the column of the table.
    """

    object_id: str
    name: str  # for people
    attribute_id: str
    attribute: str
    type: str  # of the values, as the service says
    unit: str
    old: Any
    new: Any


@dataclass(slots=True)
class Entry:
    """How far a planned change has come, and why no further. `stored`: what the service made of the new value."""

    state: State = "not sent"
    why: str = ""
    stored: Any = None


def folder(project_id: str, of: str | os.PathLike[str] | None = None) -> Path:
    """Where the journals of a project lie: below `of`, else $BIMPLUS_JOURNALS, else the user's own state."""
    chosen = of or os.environ.get(FOLDER)
    root = Path(chosen) if chosen else platformdirs.user_state_path("bimplus_nb") / "journals"
    return root / (re.sub(r"[^0-9A-Za-z-]", "_", project_id) or "_")


class Journal:
    """One journal, and what it knows by now. `entries` is as long as `plan`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.project_id = self.service = self.created = ""
        self.what: What = "objects"
        self.plan: tuple[Planned, ...] = ()
        self.entries: list[Entry] = []
        self._pen: IO[bytes] | None = None
        self._writing = threading.Lock()
        self._read()

    @classmethod
    def begin(
        cls, place: Path, *, project_id: str, service: str, plan: Iterable[Planned], what: What = "objects"
    ) -> Journal:
        """A new journal in this folder, there with its whole plan or not at all.

        Raises JournalError where it cannot be written; nothing has been sent then.
        """
        now = datetime.now(UTC)
        head = {"journal": _FORMS[what], "project": project_id, "service": service, "created": now.isoformat()}
        lines = [head, *map(asdict, plan), {"planned": True}]
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=place)  # for its owner alone
            try:
                with open(handle, "wb") as file:
                    file.writelines(_line(value) for value in lines)
                    _settle(file)
                path = place / f"{now:%Y-%m-%d %H.%M.%S.%f} {os.getpid()}.jsonl"
                os.replace(temporary, path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
            _settle_folder(place)
        except OSError as error:
            raise JournalError(
                f"Nothing was sent, since the journal cannot be written to {place}: {error.strerror or error}. "
                f"Name another folder: apply(folder=…), or for all in ${FOLDER}."
            ) from None
        return cls(path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """While this lasts, events can be noted, and nobody else writes to the file.

        Raises JournalError where somebody does already, in this process or another one.
        """
        try:
            pen = self.path.open("r+b", buffering=0)
        except OSError as error:
            raise JournalError(f"The journal {self.path} cannot be written: {error.strerror}.") from None
        with pen:
            if not _locked(pen):
                raise JournalError(f"Somebody is writing by the journal {self.path} just now. Wait until that ends.")
            whole = self._read()  # what others have done meanwhile
            pen.truncate(whole)  # half a line, of a process that was killed while writing it
            pen.seek(whole)
            self._pen = pen
            try:
                yield
            finally:
                with self._writing:
                    self._pen = None

    def note(
        self, numbers: Iterable[int], state: State, why: str = "", stored: Mapping[int, Any] | None = None
    ) -> None:
        """Writes down how far these changes have come. It is on the disk when this returns."""
        numbers = list(numbers)
        event: dict[str, Any] = {"n": numbers, "is": state}
        if why:
            event["why"] = plain(why, 500)
        if stored:
            event["stored"] = [stored.get(number) for number in numbers]
        with self._writing:
            if self._pen is None:
                raise JournalError(f"The journal {self.path} is not open.")
            self._pen.write(_line(event))
            os.fsync(self._pen.fileno())
            self._take(event)

    @property
    def going_back(self) -> bool:
        """Whether it has been begun to take the changes back."""
        return any(entry.state in ("undoing", "taken back", "kept") for entry in self.entries)

    def _read(self) -> int:
        """Takes in the whole file; how many bytes of it are whole lines."""
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise JournalError(f"The journal {self.path} cannot be read: {error.strerror}.") from None
        whole = data.rfind(b"\n") + 1
        number = 0
        try:
            head, *rest = (json.loads(line) for line in data[:whole].splitlines())
            self.what = _what(head["journal"])
            self.project_id, self.service, self.created = (str(head[key]) for key in ("project", "service", "created"))
            planned = rest.index({"planned": True})
            self.plan = tuple(Planned(**_texts(item)) for item in rest[:planned])
            self.entries = [Entry() for _ in self.plan]
            for number, event in enumerate(rest[planned + 1 :], planned + 3):  # noqa: B007
                self._take(event)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            at = f" at line {number}" if number else ""
            raise JournalError(f"{self.path} is no journal, or is damaged{at}: {plain(error, 100)}") from None
        return whole

    def _take(self, event: Mapping[str, Any]) -> None:
        state, stored = event["is"], event.get("stored")
        if state not in _STATES:
            raise ValueError(f"{plain(state, 40)!r} is no state")
        for place, number in enumerate(event["n"]):
            if not 0 <= number < len(self.entries):
                raise ValueError(f"there is no change {plain(number, 40)}")
            entry = self.entries[number]
            entry.state, entry.why = state, str(event.get("why") or "")
            if stored is not None:
                entry.stored = stored[place]


def journals(place: Path) -> list[Path]:
    """The journals in a folder, the newest first."""
    return sorted((path for path in place.glob("*.jsonl") if path.is_file()), reverse=True) if place.is_dir() else []


def _what(form: object) -> What:
    for what, number in _FORMS.items():
        if form == number:
            return what
    raise ValueError("it is of another version")


def _texts(item: Mapping[str, Any]) -> dict[str, Any]:
    if set(item) != {field.name for field in fields(Planned)}:
        raise ValueError("a line of its plan is none")
    return {key: value if key in ("old", "new") else str(value) for key, value in item.items()}


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True, allow_nan=False).encode() + b"\n"


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _settle_folder(place: Path) -> None:
    """A new name is in its folder for good when the folder is written too; Windows knows no such thing."""
    if os.name == "posix":
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _locked(file: IO[bytes]) -> bool:
    """Takes the file for this process, which loses it when it ends, however it ends. False where another one has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 30)  # of Windows' locks the bytes are out of reach for readers, so one that is never there
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
