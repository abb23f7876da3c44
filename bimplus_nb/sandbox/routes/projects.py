"""Projects. Source: Bimplus documentation, Project Service; newer fields, copies and the recycle bin: published
JavaScript SDK 1.0.56.

The recycle bin hides a project with all its parts (`access.rights_in`). What lies there is listed for, restored by and
deleted for good by whoever may delete it.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, copying, edit, ingest, issues
from bimplus_nb.sandbox.fields import Fields, now
from bimplus_nb.sandbox.problem import bad, conflict, missing
from bimplus_nb.sandbox.routes.models import layers_of
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_ATTACHMENTS = "SELECT count(*) FROM things WHERE kind = 'attachment' AND project = ?"

_AT_WORK = {"PREPARING", "PENDING", "PROCESSING"}


@table.get("/projects")
def of_all_teams(ask: Ask) -> Any:
    """Every project this user can see, over all teams; the lists never hold the layers that `disciplines=false` leaves
    out."""
    return [record for team in access.teams_of(ask) for record in _list(ask, team)]


@table.get("/{team}/projects")
def of_team(ask: Ask) -> Any:
    return _list(ask, access.team(ask))


@table.post("/{team}/projects")
def create(ask: Ask) -> Any:
    team = access.team(ask, "Project_Create")
    fields, when = ask.fields(), now()
    name = _free_name(ask, team, fields.needed("name"))
    record = ingest.new_project(team, name, fields.text("shortDescr"), ask.user["id"], when)
    record["properties"] = _properties(fields)
    ingest.plant(ask.store, team, record)
    return _full(ask, team, record)


@table.get("/{team}/projects/{project}")
def one(ask: Ask) -> Any:
    """One project, with its layers unless `disciplines=false`."""
    return _full(ask, access.team(ask), access.project(ask), layers=ask.flag("disciplines", True))


@table.put("/{team}/projects/{project}")
def update(ask: Ask) -> Any:
    """Changes what is given. Free `properties` are kept under lower-case keys; null removes one."""
    project, team, fields = access.project(ask, "Project_Edit"), access.team(ask), ask.fields()
    if "name" in fields:
        name = fields.needed("name")
        if name != project["name"]:
            project["name"] = _free_name(ask, team, name)
            edit.rename(ask.store, project["id"], name)
    if "shortDescr" in fields:
        project["shortDescr"] = fields.text("shortDescr")
    properties = {**project["properties"], **_properties(fields)}
    project["properties"] = {key: value for key, value in properties.items() if value is not None}
    project.update(changed=now(), changedBy=ask.user["id"])
    return _full(ask, team, ask.store.save(project))


@table.post("/{team}/projects/copyfrom")
def copy(ask: Ask) -> Any:
    """A new project with all that is in another one, and with `issues` its issues and comments too."""
    team, fields, when = access.team(ask, "Project_Create"), ask.fields(), now()
    key, talk = fields.guid("id") or fields.guid("projectId"), fields.raw("issues")
    if key is None:
        raise bad("id must name the project to copy.")
    if talk not in (None, True, False):
        raise bad("issues must be true or false.")
    source = access.require(ask, "Project_View", key)
    name = _free_name(ask, team, fields.needed("name"))
    about = fields.text("shortDescr") if "shortDescr" in fields else source["shortDescr"]
    if any(model["status"] in _AT_WORK for model in ask.store.all("model", owner=key)):
        raise conflict("A model of this project is being imported; copy it when that is done.")
    record = ingest.new_project(team, name, about, ask.user["id"], when)
    record |= {"properties": source["properties"], "thumbnail": source["thumbnail"] and record["id"]}
    if talk:
        record["lastIssue"] = issues.last_number(ask.store, source)
    ask.store.add("project", record, owner=team["id"], project=record["id"])
    copying.copy(ask.store, key, record["id"], talk=bool(talk))
    edit.rename(ask.store, record["id"], name)
    return _full(ask, team, record)


@table.delete("/{team}/projects/{project}")
def delete(ask: Ask) -> Any:
    """Deletes the project with everything in it, or moves it to the recycle bin, or deletes it from there."""
    recycle, from_bin = ask.flag("moveToRecycleBin"), ask.flag("fromRecycleBin")
    if recycle and from_bin:
        raise bad("A project is moved to the recycle bin or deleted from it, not both.")
    project = _binned(ask) if from_bin else access.project(ask, "Project_Delete")
    if recycle:
        ask.store.save({**project, "recycled": now()})
    else:
        ask.store.delete(project["id"])


@table.put("/{team}/objects/{project}/restore")
def restore(ask: Ask) -> Any:
    """Brings a project back from the recycle bin, if its name is still free."""
    ask.fields()
    project, team = _binned(ask), access.team(ask)
    _free_name(ask, team, project["name"])
    del project["recycled"]
    return _full(ask, team, ask.store.save(project))


@table.get("/{team}/projects/{project}/disciplines")
def layers(ask: Ask) -> Any:
    return _layers(ask, access.project(ask))


def _list(ask: Ask, team: Record) -> list[Record]:
    """The projects this user can see in a team, with `recycleBin=true` also those in the bin, each saying which it is.

    Source: published JavaScript SDK 1.0.56, which calls that switch "alsoRecycleBin".
    """
    projects = access.visible_projects(ask, team)
    if not ask.flag("recycleBin"):
        return [_listed(ask, team, project) for project in projects]
    known = {project["id"] for project in projects}
    return [
        {**_listed(ask, team, project), "recycleBin": "recycled" in project}
        for project in ask.store.all("project", owner=team["id"])
        if project["id"] in known or _is_binned(ask, team, project)
    ]


def _is_binned(ask: Ask, team: Record, project: Record) -> bool:
    """Whether the project lies in the recycle bin, for this user to see there."""
    return "recycled" in project and "Project_Delete" in access.rights_of_role(team, project, ask.user)


def _binned(ask: Ask) -> Record:
    """The project of the address in the recycle bin."""
    team, project = access.team(ask), ask.store.get("project", ask.id("project"))
    if project is None or project["team"] != team["id"] or not _is_binned(ask, team, project):
        raise missing("project in the recycle bin", ask.path["project"])
    return project


def _listed(ask: Ask, team: Record, project: Record) -> Record:
    granted = access.rights_in(team, project, ask.user)
    return {
        "id": project["id"],
        "name": project["name"],
        "shortDescr": project["shortDescr"],
        "thumbnail": project["thumbnail"],
        "created": project["created"],
        "changed": project["changed"],
        "createdBy": project["createdBy"],
        "changedBy": project["changedBy"],
        "hasWriteAccess": "Project_Edit" in granted,
        "teamSlug": team["slug"],
        "teamName": team["name"],
        "rights": {
            "projectAdmin": "Project_Admin" in granted,
            "projectDelete": "Project_Delete" in granted,
            "projectEdit": "Project_Edit" in granted,
            "modelsCreate": "Model_Create" in granted,
            "modelsViewAll": "Model_ViewAll" in granted,
        },
        "modelCount": ask.store.count("model", project["id"]),
        "topicCount": ask.store.count("issue", project["id"]),
        "memberCount": sum(1 for user in team["members"] if access.role_in_project(team, project, {"id": user})),
        "attachmentCount": ask.store.row(_ATTACHMENTS, project["id"])[0],
    }


def _full(ask: Ask, team: Record, project: Record, *, layers: bool = True) -> Record:
    record = _listed(ask, team, project)
    if layers:
        record["disciplines"] = _layers(ask, project)
    record["properties"] = project["properties"]
    return record


def _layers(ask: Ask, project: Record) -> list[Record]:
    """One entry a model and layer, as the viewers rely on it."""
    return [
        {
            "id": layer.id,
            "name": layer.name,
            "divisionId": model["id"],
            "divisionName": model["name"],
            "divisionTopologyId": model["topologyId"],
            "revisions": model["revisions"],
        }
        for model in ask.store.all("model", owner=project["id"])
        for layer in layers_of(ask, model)
    ]


def _properties(fields: Fields) -> Record:
    value = fields.raw("properties")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad("properties must be an object.")
    lowered: Record = _lower(value)
    return lowered


def _lower(value: Any) -> Any:
    return {key.lower(): _lower(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _free_name(ask: Ask, team: Record, name: str) -> str:
    """A name no other project of the team has, whoever can see that one. What is in the recycle bin blocks none."""
    if any(
        project["name"] == name and "recycled" not in project for project in ask.store.all("project", owner=team["id"])
    ):
        raise conflict(f"There is a project named {name[:80]!r} in this team already.")
    return name
