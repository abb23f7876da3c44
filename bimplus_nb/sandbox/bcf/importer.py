"""Topics of a BCF file into a project: new issues, or changes of those that came from the same topics before.

The rules are those of issues: a topic changes an issue only as far as whoever sends it may, an administrator of the
project anyone's. Members whom the file names as authors are the authors here, as BCF means it; whom the project does
not know stays the author by name (`bcfAuthor`), and the issue or comment is the sender's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bimplus_nb.sandbox import issue_rules, issues
from bimplus_nb.sandbox.bcf.export import IFC_ID
from bimplus_nb.sandbox.bcf.scene import scene_from
from bimplus_nb.sandbox.bcf.topics import OURS, Comment, Component, Topic, Vector, Viewpoint
from bimplus_nb.sandbox.fields import guid, now
from bimplus_nb.sandbox.ingest import node_above
from bimplus_nb.sandbox.people import guid as constant
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

_PINS = 100
_STATUS = {"active": "Open", "inprogress": "Open", "in progress": "Open", "reopened": "Open", "assigned": "Open",
           "resolved": "Solved", "fixed": "Solved", "done": "Solved"}  # fmt: skip
_TYPES = {"comment": "Remark", "information": "Remark", "info": "Remark", "request": "Task", "todo": "Task",
          "inquiry": "Task"}  # fmt: skip


@dataclass(slots=True)
class Report:
    """What became of each topic."""

    created: list[Record] = field(default_factory=list)
    updated: list[Record] = field(default_factory=list)
    skipped: list[Record] = field(default_factory=list)
    touched: list[Record] = field(default_factory=list)
    """The issues that are new or different now."""


@dataclass(slots=True)
class Importer:
    """One import into one project. `members`: the ids of its members by e-mail in lower case."""

    store: Store
    project: Record
    user: str
    members: dict[str, str]
    granted: frozenset[str]
    _objects: dict[str, str] = field(default_factory=dict)

    def run(self, topics: Sequence[Topic]) -> Report:
        report = Report()
        present = self.store.all("issue", owner=self.project["id"])
        known = {issue["id"]: issue for issue in present} | {one["bcfGuid"]: one for one in present if "bcfGuid" in one}
        self._find_objects(topics)
        for topic in topics:
            issue = known.get(topic.guid)
            if issue is None:
                self._create(topic, report)
            else:
                self._update(topic, issue, report)
        return report

    def _create(self, topic: Topic, report: Report) -> None:
        notes: list[str] = []
        changes = {"type": "Problem", "status": "Open"} | self._changes(topic, {}, notes)
        author = self.members.get(topic.author.lower())
        changes |= {"bcfGuid": topic.guid} | ({} if author or not topic.author else {"bcfAuthor": topic.author})
        when = topic.created or now()
        changes |= {"createdAt": when, "modifiedAt": topic.modified or when}
        issue = issues.make(self.store, self.project, author or self.user, changes)
        self._parts(topic, issue, notes, own=True)
        report.created.append(_entry(topic, issue, notes))
        report.touched.append(issue)

    def _update(self, topic: Topic, issue: Record, report: Report) -> None:
        notes: list[str] = []
        changes = self._changes(topic, issue, notes)
        refusal = issue_rules.refusal(issue, self.user, changes)
        if refusal and "Project_Admin" not in self.granted:
            notes.append(refusal)
            changes = {}
        differs = bool(issues.change(self.store, issue, changes))
        own = issue["author"] == self.user or "Project_Admin" in self.granted
        if self._parts(topic, issue, notes, own=own) or differs:
            report.updated.append(_entry(topic, issue, notes))
            report.touched.append(issue)
        else:
            report.skipped.append(_entry(topic, issue, []) | {"reason": " ".join(notes) or "Nothing has changed."})

    def _changes(self, topic: Topic, issue: Record, notes: list[str]) -> Record:
        """What the topic says of an issue's own fields. What it leaves out stays."""
        said: Record = {
            "name": topic.title,
            "description": topic.description,
            "status": _word(topic.status, issue_rules.STATUS, _STATUS, "Open"),
            "type": _word(topic.type, issue_rules.TYPES, _TYPES, "Problem"),
            "priority": _word(topic.priority, issue_rules.PRIORITIES, {}, topic.priority),
            "tag": topic.label,
            "dueDate": topic.due,
        }
        changes = {name: value for name, value in said.items() if value is not None}
        assigned = self.members.get((topic.assigned or "").lower())
        if topic.assigned and assigned is None:
            notes.append(f"It is assigned to {topic.assigned[:80]!r}, who is no member of this project.")
        elif assigned and assigned != issue.get("responsible"):
            changes |= {"responsible": assigned, "responsibles": [assigned]}
        return changes

    def _parts(self, topic: Topic, issue: Record, notes: list[str], *, own: bool) -> bool:
        """What the issue does not have yet of the topic's comments, pins and, if it is one's own, scene; whether there
        was any."""
        added = [self._comments(topic, issue), self._pins(topic, issue, notes)]
        view = next((one for one in topic.viewpoints if not one.points and (one.camera or one.snapshot)), None)
        if view is not None and issue["scene"] is None and own:
            found = (self._object(component) for component in view.selected)
            issue["scene"] = scene_from(view, [one for one in found if one])
            self.store.save(issue)
            added.append(True)
        return any(added)

    def _comments(self, topic: Topic, issue: Record) -> bool:
        present = self.store.all("comment", owner=issue["id"])
        known = {one["id"] for one in present} | {one.get("bcfGuid") for one in present}
        new = {comment.guid: comment for comment in topic.comments if comment.guid not in known}
        for comment in new.values():
            self._comment(comment, issue)
        return bool(new)

    def _comment(self, comment: Comment, issue: Record) -> None:
        author, when = self.members.get(comment.author.lower()), comment.date or now()
        record: Record = {
            "issueId": issue["id"],
            "text": comment.text,
            "createdAt": when,
            "modifiedAt": when,
            "author": author or self.user,
            "bcfGuid": comment.guid,
        }
        if not author and comment.author:
            record["bcfAuthor"] = comment.author
        self.store.add("comment", record, owner=issue["id"], project=self.project["id"])

    def _pins(self, topic: Topic, issue: Record, notes: list[str]) -> bool:
        """Pins where the viewpoints mark a place, else on the objects they have selected."""
        present = self.store.all("pin", owner=issue["id"])
        known = {one["id"] for one in present} | {one.get("bcfGuid") for one in present}
        asked = [(view, *place) for view in topic.viewpoints for place in self._places(view)]
        lost = {one for view in topic.viewpoints for one in view.selected if self._object(one) is None}
        if lost:
            notes.append(f"{len(lost)} of its components are not in this project.")
        added = 0
        for view, target, place in asked:
            key = view.guid if len(view.points) == 1 else constant("bcf pin", topic.guid, target, place)
            if target is None or key in known or added + len(present) >= _PINS:
                continue
            self._pin(issue, view, target, place, key)
            known.add(key)
            added += 1
        return added > 0

    def _places(self, view: Viewpoint) -> list[tuple[str | None, Vector | None]]:
        """The objects a viewpoint points at, with the place where it marks one. What this service wrote marks all its
        pins, and what else it has selected is none."""
        found = [self._object(one) for one in view.selected]
        if not view.points:
            others = zip(view.selected, found, strict=True)
            return [(target, None) for component, target in others if component.system != OURS]
        return [(found[min(number, len(found) - 1)], place) for number, place in enumerate(view.points) if found]

    def _pin(self, issue: Record, view: Viewpoint, target: str, place: Vector | None, key: str) -> None:
        place = place or self._middle(target)
        looks = view.camera.direction if view.camera else (0.0, 0.0, -1.0)
        record = {
            "issueId": issue["id"],
            "objectId": target,
            "topologyNodeId": node_above(self.store, target),
            "position": dict(zip("xyz", place, strict=True)),
            "normalVector": {axis: 0.0 - value for axis, value in zip("xyz", looks, strict=True)},
            "createdAt": now(),
            "bcfGuid": key,
        }
        self.store.add("pin", record, owner=issue["id"], project=self.project["id"], about=target)

    def _middle(self, target: str) -> Vector:
        row = self.store.row(
            "SELECT min(s.x0) + max(s.x1), min(s.y0) + max(s.y1), min(s.z0) + max(s.z1) "
            "FROM solids s JOIN objects o ON o.seq = s.object WHERE o.id = ? AND o.current",
            target,
        )
        x, y, z = (float(value or 0.0) / 2 for value in row)
        return x, y, z

    def _object(self, component: Component) -> str | None:
        return self._objects.get(component.ifc or guid(component.tool) or "")

    def _find_objects(self, topics: Sequence[Topic]) -> None:
        """The objects of the project that the topics name."""
        named = {one for topic in topics for view in topic.viewpoints for one in view.selected}
        ids = {one.ifc for one in named if one.ifc} | {guid(one.tool) for one in named}
        if not named:
            return
        rows = self.store.rows(f"SELECT id, {IFC_ID} FROM objects WHERE project = ? AND current", self.project["id"])
        self._objects = {ifc: key for key, ifc in rows if ifc in ids} | {key: key for key, _ in rows if key in ids}


def _word(text: str | None, ours: Sequence[str], theirs: dict[str, str], otherwise: str | None) -> str | None:
    """The service's own word for one of a BCF file, where every program has its own."""
    if text is None:
        return None
    known = {word.lower(): word for word in ours} | theirs
    return known.get(text.strip().lower(), otherwise)


def _entry(topic: Topic, issue: Record, notes: list[str]) -> Record:
    entry: Record = {"topic": topic.guid, "issueId": issue["id"], "shortId": issue["shortId"], "name": issue["name"]}
    return entry | ({"notes": notes} if notes else {})
