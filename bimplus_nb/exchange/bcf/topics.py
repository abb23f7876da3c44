"""What a BCF file says, whatever its version."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, overload

import pandas as pd

from bimplus_nb.viewer.camera import Point
from bimplus_nb.viewer.capture import View

Version = Literal["2.1", "3.0"]

OURS: Final = "Bimplus"
"""The system that components without an IFC GUID are named by."""

_IFC = re.compile(r"[0-3][0-9A-Za-z_$]{21}")
_NAMES: Final = uuid.UUID("6f3a3c52-6d0c-5a52-9d0e-2b8d2f0d1a11")


class Unreadable(Exception):
    """A part of a file that cannot be read; the others may."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said. `viewpoint` is the guid of the one it is about."""

    guid: str
    text: str
    author: str = ""
    date: datetime | None = None
    viewpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A view of the building, in which components are named by their IFC GUIDs, or where they have none by the ids
    their program gave them. `points`: places that are marked in it, mm, Y up. `snapshot`: its picture, PNG or JPEG.
    `tools`: of components, by name: what program they are from, and their id there."""

    guid: str
    view: View = field(default_factory=View)
    points: tuple[Point, ...] = ()
    snapshot: bytes | None = None
    tools: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, scene: Mapping[str, Any] | str, objects: pd.DataFrame, *, guid: str = "", snapshot: bytes | None = None
    ) -> Viewpoint:
        """What a scene shows, such as ``viewer.capture()``; `objects` is ``project.objects()``."""
        guids = _guids(objects)
        tools = {guid: (OURS, key) for key, guid in guids.items()}
        return cls(guid or str(uuid.uuid4()), View.from_scene(scene).renamed(guids), snapshot=snapshot, tools=tools)

    def scene(self, objects: pd.DataFrame) -> dict[str, Any]:
        """The scene that shows this, for ``viewer.apply``; `objects` is ``project.objects()``."""
        return self.view.renamed({guid: key for key, guid in _guids(objects).items()}).to_scene()


@dataclass(frozen=True, slots=True)
class Topic:
    """One issue. People are named as the file names them, mostly by e-mail; `number` is its number among people."""

    guid: str
    title: str
    status: str = ""
    type: str = ""
    priority: str = ""
    labels: tuple[str, ...] = ()
    description: str = ""
    author: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    due: datetime | None = None
    assigned_to: str = ""
    number: int | None = None
    comments: tuple[Comment, ...] = ()
    viewpoints: tuple[Viewpoint, ...] = ()


class Topics(Sequence[Topic]):
    """The topics of a file, or such as go into one. As a table: ``.frame()``.

    `refused`: what in the file could not be read, by name, and why. `project`: id and name of the project it is of.
    `version`: the file's. `without` gives the file's bytes without the topics of some GUIDs.
    """

    def __init__(
        self,
        topics: Iterable[Topic] = (),
        *,
        refused: Mapping[str, str] | None = None,
        project: tuple[str, str] | None = None,
        version: Version = "2.1",
        without: Callable[[Iterable[str]], bytes] | None = None,
    ) -> None:
        self._topics = tuple(topics)
        self.refused = dict(refused or {})
        self.project = project
        self.version: Version = version
        self._without = without

    @overload
    def __getitem__(self, which: int | str) -> Topic: ...
    @overload
    def __getitem__(self, which: slice) -> Sequence[Topic]: ...
    def __getitem__(self, which: int | str | slice) -> Topic | Sequence[Topic]:
        """By place, or by guid."""
        if isinstance(which, str):
            return next(topic for topic in self._topics if topic.guid == which)
        return self._topics[which]

    def __len__(self) -> int:
        return len(self._topics)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics)

    def __repr__(self) -> str:
        return f"<Topics: {len(self)}, BCF {self.version}>"

    def _repr_html_(self) -> str:
        html: str = self.frame()._repr_html_()  # type: ignore[operator]
        return html

    def file_without(self, guids: Iterable[str]) -> bytes:
        """The file they were read from, as it is but for the topics of these `guids`. Only of what `read_bcf` gave."""
        if self._without is None:
            raise ValueError("these topics were not read from a file")
        return self._without(guids)

    def frame(self) -> pd.DataFrame:
        """One row a topic, index guid: number, title, status, type, priority, labels, assigned_to, due, author,
        created, modified, description, comments and viewpoints (how many), components (those selected)."""
        index = pd.Index([topic.guid for topic in self], name="guid", dtype="str")
        texts = ("title", "status", "type", "priority")
        columns: dict[str, Any] = {"number": pd.array([topic.number for topic in self], dtype="Int64")}
        columns |= {name: pd.array([getattr(topic, name) or None for topic in self], dtype="str") for name in texts}
        columns["labels"] = pd.Series([topic.labels for topic in self], index=index, dtype=object)
        columns["assigned_to"] = pd.array([topic.assigned_to or None for topic in self], dtype="str")
        columns["due"] = _dates(topic.due for topic in self)
        columns["author"] = pd.array([topic.author or None for topic in self], dtype="str")
        columns["created"] = _dates(topic.created for topic in self)
        columns["modified"] = _dates(topic.modified for topic in self)
        columns["description"] = pd.array([topic.description or None for topic in self], dtype="str")
        columns["comments"] = pd.array([len(topic.comments) for topic in self], dtype="Int64")
        columns["viewpoints"] = pd.array([len(topic.viewpoints) for topic in self], dtype="Int64")
        selected = [[one for seen in topic.viewpoints for one in seen.view.selected] for topic in self]
        columns["components"] = pd.Series([tuple(dict.fromkeys(s)) for s in selected], index=index, dtype=object)
        return pd.DataFrame(columns, index=index)


def is_ifc(name: str) -> bool:
    """Whether this is the GUID of something in an IFC file."""
    return _IFC.fullmatch(name) is not None


def guid_of(text: str | None, *otherwise: object) -> str:
    """A GUID as files have it; where it is none, one that is always the same for what stands for it. "" without."""
    try:
        return str(uuid.UUID(text or ""))
    except ValueError:
        return str(uuid.uuid5(_NAMES, "\n".join(map(str, otherwise)))) if otherwise else ""


def picture_kind(content: bytes) -> str | None:
    """What a picture is, by its first bytes; BCF has two kinds."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "jpg" if content.startswith(b"\xff\xd8\xff") else None


def moment(value: datetime) -> datetime:
    """In UTC; without a zone it is taken as that."""
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _guids(objects: pd.DataFrame) -> dict[str, str]:
    return {str(key): guid for key, guid in objects["guid"].items() if isinstance(guid, str) and is_ifc(guid)}


def _dates(values: Iterable[datetime | None]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([*values], dtype="datetime64[us, UTC]")
