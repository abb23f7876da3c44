"""Content into the store: projects, models and elements become rows, each written once as the JSON it is served as."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bimplus_nb.sandbox import attributes, content, people, structures, threejs
from bimplus_nb.sandbox.catalogue import TYPES
from bimplus_nb.sandbox.fields import stamp
from bimplus_nb.sandbox.forms import TOPOLOGY_TYPES, Words, details, dumps, entry, head, tail, virtual_tail
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

_BATCH = 4096
_USERS = {user.username: user.id for user in people.USERS}


def add_project(store: Store, team: Record, project: content.Project, began: datetime) -> Record:
    """A project with its models and issues. Dates follow from `began`, so that the same content has the same dates."""
    record = new_project(team, project.name, project.description or None, team["owner"], stamp(began))
    record |= {
        "id": project.id,
        "changed": stamp(began + timedelta(days=20)),
        "properties": dict(project.properties),
        "roles": {_USERS[name]: role for name, role in project.roles.items()},
    }
    with store.transaction():
        plant(store, team, record)
        for day, model in enumerate(project.models, 1):
            add_model(store, record, model, began + timedelta(days=day))
        for number, issue in enumerate(project.issues, 1):
            _add_issue(store, project.id, number, issue)
        structures.seed(store, project.id, project.structures)
    return record


def new_project(team: Record, name: str, description: str | None, user: str, when: str) -> Record:
    """The record of a project nobody has touched yet."""
    return {
        "id": str(uuid.uuid4()),
        "team": team["id"],
        "name": name,
        "shortDescr": description,
        "thumbnail": None,
        "created": when,
        "changed": when,
        "createdBy": user,
        "changedBy": user,
        "properties": {},
        "roles": {},
    }


def plant(store: Store, team: Record, project: Record) -> None:
    """Keeps a new project, and the object it also is: the root of its tree."""
    store.add("project", project, owner=team["id"], project=project["id"])
    words = Words(project["id"], None, project["name"], "Project", TOPOLOGY_TYPES["Project"])
    Writer(store, project["id"]).objects([(words, None, {})])


def new_model(project: Record, name: str, description: str | None, user: str, when: str) -> Record:
    """The record of a model with nothing in it."""
    return {
        "id": str(uuid.uuid4()),
        "name": name,
        "description": description,
        "projectId": project["id"],
        "topologyId": None,
        "status": "EMPTY",
        "revision": 0,
        "revisions": [],
        "created": when,
        "createdby": user,
        "changed": when,
        "changedBy": user,
        "version": 1,
    }


def add_model(store: Store, project: Record, model: content.Model, when: datetime) -> Record:
    """A model with all its revisions. Its ids are renewed if the store has this model already."""
    states = (*model.earlier, model)
    numbers = [*range(1, len(states) + 1)] if model.earlier else [0]
    samples = [*(node.id for node in model.nodes[:1]), *(element.id for element in model.elements[:1])]
    taken = store.row("SELECT 1 FROM things WHERE id = ?", model.id) or any(
        store.row("SELECT 1 FROM objects WHERE id = ?", sample.lower()) for sample in samples
    )
    key = people.guid(project["id"], model.id) if taken else model.id

    def renewed(old: str) -> str:
        return people.guid(key, old) if taken else old.lower()

    record = new_model(project, model.name, model.description or None, project["createdBy"], stamp(when))
    record |= {
        "id": key,
        "topologyId": people.guid("topology", key),
        "status": "DONE",
        "revision": numbers[-1],
        "revisions": [number for number in numbers if number],
        "changed": stamp(when + timedelta(days=len(states) - 1)),
    }
    with store.transaction():
        store.add("model", record, owner=project["id"], project=project["id"])
        attributes.add(store, [attribute for state in states for attribute in state.attributes])
        for number, state in zip(numbers, states, strict=True):
            if number:
                store.add("revision", _revision(record, state, number, when), owner=key, project=project["id"])
            writer = Writer(store, project["id"], key, number, current=number == numbers[-1])
            write_state(writer, record, state, renewed)
    return record


def _revision(model: Record, state: content.Model, number: int, began: datetime) -> Record:
    when, name = stamp(began + timedelta(days=number - 1)), state.revision_name or f"Revision {number}"
    record = new_revision(model, number, name, state.description or None, model["createdby"], when)
    return {**record, "id": people.guid("revision", model["id"], number)}


def new_revision(model: Record, number: int, name: str, description: str | None, user: str, when: str) -> Record:
    """The record of a revision."""
    return {
        "id": str(uuid.uuid4()),
        "name": name,
        "description": description,
        "projectId": model["projectId"],
        "divisionId": model["id"],
        "revisionNr": number,
        "created": when,
        "createdby": user,
        "changed": when,
        "changedby": user,
        "applicationId": people.guid("application"),
        "inputType": "SANDBOX",
    }


def _add_issue(store: Store, project: str, number: int, issue: content.Issue) -> None:
    key = people.guid("issue", project, number)
    responsible = _USERS[issue.responsible] if issue.responsible else None
    created = stamp(issue.created)
    record = {
        "id": key,
        "shortId": number,
        "projectId": project,
        "name": issue.name,
        "description": issue.description,
        "author": _USERS[issue.author],
        "responsible": responsible,
        "cc": [],
        "status": issue.status,
        "type": issue.type,
        "priority": issue.priority,
        "createdAt": created,
        "modifiedAt": created,
        "dueDate": stamp(issue.due) if issue.due else None,
        "solution": issue.solution,
        "classification": "",
        "tag": None,
        "revision": None,
        "scene": None,
    }
    store.add("issue", record, owner=project, project=project)
    for place, pin in enumerate(issue.pins):
        body = {
            "id": people.guid("pin", key, place),
            "issueId": key,
            "objectId": pin.object_id,
            "topologyNodeId": node_above(store, pin.object_id),
            "position": dict(zip("xyz", pin.position, strict=True)),
            "normalVector": dict(zip("xyz", pin.normal, strict=True)),
            "createdAt": created,
        }
        store.add("pin", body, owner=key, project=project, about=pin.object_id)


def node_above(store: Store, object_id: str) -> str | None:
    """The nearest topology node above an object."""
    row = store.row(
        """WITH RECURSIVE above (seq, id, up, is_element) AS (
               SELECT seq, id, up, is_element FROM objects WHERE id = ? AND current
               UNION ALL SELECT o.seq, o.id, o.up, o.is_element FROM above JOIN objects o ON o.seq = above.up)
           SELECT id FROM above WHERE NOT is_element LIMIT 1""",
        object_id,
    )
    return row[0] if row else None


@dataclass(slots=True)
class Writer:
    """Turns objects and their bodies into rows of one project, or of one revision of a model."""

    store: Store
    project: str
    model: str | None = None
    revision: int = 0
    current: bool = True

    def objects(self, rows: Sequence[tuple[Words, int | None, Mapping[str, Any]]]) -> list[int]:
        """The row numbers of new objects. Each comes with the row it hangs on and its values by attribute id."""
        first = self.store.row("SELECT coalesce(max(seq), 0) + 1 FROM objects")[0]
        values = [
            (
                seq,
                words.id,
                self.revision,
                int(self.current),
                up,
                self.project,
                self.model,
                words.type,
                words.layer,
                int(words.layer is not None),
                entry(words),
                details(words),
                dumps({**words.record(), "values": found, "free": {}}),
            )
            for seq, (words, up, found) in enumerate(rows, first)
        ]
        self.store.many("INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return [*range(first, first + len(values))]

    def solids(self, owners: Iterable[tuple[int, Words, Record, Sequence[content.Solid]]]) -> None:
        """The bodies of objects, each with its quantities: the first is the object's own, any further one becomes a
        virtual object that points at it."""
        owners = list(owners)
        first = self.store.row("SELECT coalesce(max(seq), 0) + 1 FROM solids")[0]
        listed = [(one, part) for one in owners for part, solid in enumerate(one[3]) if len(solid.vertices)]
        bodies = threejs.bodies([one[3][part] for one, part in listed])
        values = [
            (
                seq,
                owner,
                part,
                body.color,
                body.triangles,
                body.points,
                *body.box,
                head(words, seq if part else None),
                body.geometry,
                virtual_tail(words) if part else tail(words.name, quantities),
            )
            for seq, (((owner, words, quantities, _), part), body) in enumerate(zip(listed, bodies, strict=True), first)
        ]
        self.store.many("INSERT INTO solids VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def write_state(writer: Writer, model: Record, state: content.Model, key: Callable[[str], str]) -> None:
    """One revision of a model: its topology, level by level, then its elements in batches."""
    division = model["topologyId"]
    top = Words(division, writer.project, model["name"], "TopologyDivision", TOPOLOGY_TYPES["TopologyDivision"])
    root = writer.store.row("SELECT seq FROM objects WHERE id = ?", writer.project)[0]
    rows = dict(zip((division,), writer.objects([(top, root, {})]), strict=True))
    waiting = [(key(node.id), key(node.parent) if node.parent else division, node) for node in state.nodes]
    while waiting:
        level = [one for one in waiting if one[1] in rows]
        waiting = [one for one in waiting if one[1] not in rows]
        if not level:
            raise ValueError(f"The topology of {state.name!r} hangs on nothing.")
        words = [_node(*one) for one in level]
        made = writer.objects([(one, rows[one.parent or division], {}) for one in words])
        rows |= {one.id: seq for one, seq in zip(words, made, strict=True)}
    quantities = {
        one["id"]: one["name"].lower() for one in writer.store.attributes().values() if one["group"] == "quantity"
    }
    for start in range(0, len(state.elements), _BATCH):
        batch = state.elements[start : start + _BATCH]
        words = [_element(one, key, rows, division) for one in batch]
        made = writer.objects(
            [(one, rows[one.parent or division], element.values) for one, element in zip(words, batch, strict=True)]
        )
        measured = (
            {name: one.values[attribute] for attribute, name in quantities.items() if attribute in one.values}
            for one in batch
        )
        writer.solids(zip(made, words, measured, (one.solids for one in batch), strict=True))


def _node(key: str, parent: str, node: content.Node) -> Words:
    kind = TOPOLOGY_TYPES.get(node.type, TOPOLOGY_TYPES["Storey"])
    return Words(
        key, parent, node.name, node.type, kind, None, False, node.guid, node.ifc_type, node.number, node.level
    )


def _element(element: content.Element, key: Callable[[str], str], rows: Mapping[str, int], division: str) -> Words:
    kind, node = TYPES[element.type], key(element.node)
    parent = node if node in rows else division
    return Words(
        key(element.id), parent, element.name, kind.type, kind.id, kind.layer, False, element.guid, kind.ifc_type
    )
