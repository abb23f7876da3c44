"""Issues to BCF files and from them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import ApiError, BimplusError
from bimplus_nb.frames.issues import PRIORITY, STATUS, TYPE
from bimplus_nb.project.issues.acts import PICTURE, Acts
from bimplus_nb.project.issues.tables import Issue
from bimplus_nb.records import Record, Records
from bimplus_nb.text import plain

if TYPE_CHECKING:
    from bimplus_nb.exchange.bcf import Topic, Topics
    from bimplus_nb.exchange.bcf.topics import Version

_WORDS: Final = {"status": STATUS, "type": TYPE, "priority": PRIORITY}


class Swapping(Acts):
    """Issues as topics of BCF files. Needs the extra `bcf`."""

    def topics(self, issues: Iterable[Issue] | None = None) -> Topics:
        """The issues (all, or these) as topics, with their comments, and viewpoints for their view and for each pin.

        A topic keeps the GUID it came with, if the service says so in a file of its own; else it has the issue's id.
        What is seen is as the scene says it: camera, selection, what is hidden, see-through or coloured, sections.
        """
        from bimplus_nb.exchange.bcf import Topics
        from bimplus_nb.project.issues import topic

        project = self._source.record
        records, pins, comments = self._asked(lambda: self._api.issues.all(project.id), self._pins, self._comments)
        wanted = None if issues is None else {self._id(issue) for issue in issues}
        records = Records(one for one in records if wanted is None or one.id in wanted)
        if wanted and len(records) < len(wanted):
            raise ValueError("There is no such issue: " + ", ".join(sorted(wanted - {one.id for one in records})[:5]))
        said = comments or self._said(records)
        known = {kept.number: kept for kept in self._kept()}
        pictures = dict(zip([one.id for one in records], side_by_side(self._picture, records), strict=True))
        guids = {node.id.lower(): node.guid for node in self._entries() if node.guid}
        made = [
            topic.topic(
                one,
                [each for each in said if each.get("issueId") == one.id],
                topic.viewpoints(one, [pin for pin in pins if pin.get("issueId") == one.id], pictures[one.id], guids),
                known.get(topic.short_id(one)),
            )
            for one in records
        ]
        return Topics(made, project=(project.id, str(project.get("name") or "")))

    def to_bcf(
        self, path: str | os.PathLike[str], issues: Iterable[Issue] | None = None, *, version: Version = "2.1"
    ) -> Path:
        """Write the issues (all, or these) to a BCF file at `path`, version "2.1" or "3.0"; where it is. See
        `topics`."""
        from bimplus_nb.exchange.bcf import to_bcf

        return to_bcf(self.topics(issues), path, version=version)

    def import_bcf(self, path: str | os.PathLike[str] | bytes) -> Import:
        """What the topics of the BCF file at `path` would become here, to be looked at and then sent: ``.apply()``.

        A topic that came before, from here or by a file, is the issue it was: it changes it, and makes no second one.
        Nothing is sent here. Raises ValueError for a file that is not read, see `bp.read_bcf`.
        """
        from bimplus_nb.exchange.bcf import read_bcf

        topics = read_bcf(path)
        here = {node.id.lower() for node in self._entries()} | {node.guid for node in self._entries() if node.guid}
        return Import(topics, {topic.guid: topic for topic in self._exported()}, here, self._nobody(topics), self._send)

    def _exported(self) -> Topics:
        """What the service has as topics. It alone knows by which GUID each came."""
        from bimplus_nb.exchange.bcf import read_bcf

        with tempfile.TemporaryDirectory() as folder:
            return read_bcf(self._api.issues.export_bcf(self._source.record.id, folder, version="3.0"))

    def _kept(self) -> Iterable[Topic]:
        try:
            return self._exported()
        except (BimplusError, ValueError):
            return ()

    def _send(self, content: bytes) -> Record:
        return self._api.issues.import_bcf(self._source.record.id, content, name="issues.bcf")

    def _nobody(self, topics: Iterable[Topic]) -> set[str]:
        """Who is named as responsible and is no member of the project."""

        def unknown(name: str) -> bool:
            try:
                self._people.ids(name)
            except ValueError:
                return True
            return False

        return {name for name in {topic.assigned_to for topic in topics} if name and unknown(name)}

    def _picture(self, issue: Record) -> bytes | None:
        """The picture of an issue's view: that in its scene, or that attached to it."""
        from bimplus_nb.project.issues.topic import MOST, in_scene

        if found := in_scene(issue.get("scene")):
            return found
        if issue.get("attachmentsCount") == 0:
            return None
        try:
            kept = [one for one in self._api.attachments.of_issue(issue.id) if one.get("attachmentType") == PICTURE]
            if not kept:
                return None
            with tempfile.TemporaryDirectory() as folder:
                path = self._api.attachments.download(kept[-1].id, folder)
                return path.read_bytes() if path.stat().st_size <= MOST else None
        except ApiError:
            return None


class Import:
    """What the topics of a BCF file would become. `frame`: one row a topic, index guid.

    - action: "create", "update", or "nothing" where the service has all of it
    - number (of the issue there is), title, what: what is new, in words
    - problem: what would be lost, such as components that are not in the project

    `refused`: what in the file could not be read, by name, and why. `topics`: the file's.
    """

    def __init__(self, topics: Topics, known: Mapping[str, Topic], here: set[str], nobody: set[str], send: Any) -> None:
        self.topics, self.refused = topics, topics.refused
        self._send = send
        rows = {topic.guid: _fate(topic, known.get(topic.guid), here, nobody) for topic in topics}
        columns = ["action", "number", "title", "what", "problem"]
        frame = pd.DataFrame([[*row] for row in rows.values()], index=pd.Index(rows, dtype="str"), columns=columns)
        frame.index.name = "guid"
        texts = {"title": "str", "what": "str", "problem": "str", "number": "Int64"}
        self.frame = frame.astype(texts).assign(
            action=pd.Categorical(frame["action"], categories=["create", "update", "nothing"])
        )

    def apply(self) -> pd.DataFrame:
        """Send the topics that are new or different; those that are neither stay out of it. One row a topic, index
        guid: outcome ("created", "updated", "skipped"), issue (its id), number, note (what the service says of it).

        What the answer of the service looks like is not documented; what it leaves open is missing here."""
        idle = [str(guid) for guid in self.frame.index[self.frame["action"] == "nothing"]]
        from bimplus_nb.project.issues.topic import short_id

        answer: Mapping[str, Any] = {}
        if len(idle) < len(self.frame):
            answer = self._send(self.topics.file_without(idle))
        rows: list[tuple[str | None, Mapping[str, Any]]] = [
            (outcome, entry) for outcome in ("created", "updated", "skipped") for entry in _list(answer, outcome)
        ]
        rows += [("skipped", {"topic": guid, "reason": "The service has all of it."}) for guid in idle]
        named = {str(entry.get("topic")).lower() for _, entry in rows}
        silent = [str(guid) for guid in self.frame.index if str(guid) not in named]
        rows += [(None, {"topic": guid, "reason": "It was sent; the service does not say."}) for guid in silent]
        index = pd.Index([str(entry.get("topic") or "") for _, entry in rows], name="guid", dtype="str")
        notes = [" ".join(map(str, entry.get("notes") or [entry.get("reason") or ""])) for _, entry in rows]
        columns = {
            "outcome": pd.Categorical([outcome for outcome, _ in rows], categories=["created", "updated", "skipped"]),
            "issue": pd.array([entry.get("issueId") for _, entry in rows], dtype="str"),
            "number": pd.array([short_id(entry) for _, entry in rows], dtype="Int64"),
            "note": pd.array([plain(note, 500) or None for note in notes], dtype="str"),
        }
        return pd.DataFrame(columns, index=index)

    def __repr__(self) -> str:
        counts = self.frame["action"].value_counts()
        said = f"{counts['create']} new, {counts['update']} changed, {counts['nothing']} as they are"
        refused = f", {len(self.refused)} not read" if self.refused else ""
        return f"<Import of {len(self.frame)} topics: {said}{refused}. Nothing is sent; .apply() does.>"

    def _repr_html_(self) -> str:
        html: str = self.frame._repr_html_()  # type: ignore[operator]
        return html


def _fate(topic: Topic, known: Topic | None, here: set[str], nobody: set[str]) -> tuple[Any, ...]:
    """A row of `Import.frame`."""
    from bimplus_nb.project.issues.topic import near

    there = known.comments if known else ()
    texts = {one.guid for one in there}
    comments = sum(one.guid not in texts for one in topic.comments)
    marked = tuple(point for one in known.viewpoints for point in one.points) if known else ()
    pins = sum(not near((point,), marked) for one in topic.viewpoints for point in one.points)
    views = any(not one.points for one in topic.viewpoints)
    views = views and not (known and any(not one.points for one in known.viewpoints))
    what = [f"{name} {_said(topic, name)!r}" for name in _differing(topic, known, nobody)] if known else []
    what += [f"{n} {word}{'s' * (n != 1)}" for n, word in ((comments, "comment"), (pins, "pin")) if n]
    what += ["a view"] if views else []
    named = {one for seen in topic.viewpoints for one in seen.view.selected}
    lost = [one for one in named if one not in here and one.lower() not in here]
    problems = [f"{len(lost)} of its components are not in the project"] if lost else []
    problems += [f"{plain(topic.assigned_to, 60)} is no member of the project"] if topic.assigned_to in nobody else []
    action = "create" if known is None else "update" if what else "nothing"
    return action, known.number if known else None, topic.title, ", ".join(what) or None, "; ".join(problems) or None


def _differing(topic: Topic, known: Topic, nobody: set[str]) -> list[str]:
    """What the file says otherwise; a word that the service does not know it cannot take."""
    found = []
    for name in ("title", "description", "status", "type", "priority", "labels", "due", "assigned_to"):
        mine, theirs = getattr(topic, name), getattr(known, name)
        if name in _WORDS:
            words = {word.lower() for word in _WORDS[name]}
            differs = mine.lower() != theirs.lower() and (mine.lower() in words or name == "priority")
        elif name == "labels":
            differs = mine[:1] != theirs[:1]
        elif name == "assigned_to":
            differs = mine.lower() != theirs.lower() and mine not in nobody
        else:
            differs = mine != theirs
        if mine and differs:
            found.append(name)
    return found


def _said(topic: Topic, name: str) -> str:
    value = getattr(topic, name)
    if name == "labels":
        return plain(", ".join(value), 40)
    return f"{value:%Y-%m-%d}" if name == "due" else plain(value, 40)


def _list(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = answer.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
