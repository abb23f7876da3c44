"""Projects. Source: Bimplus documentation, Project Service; newer fields: published JavaScript SDK 1.0.56."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, edit, ingest
from bimplus_nb.sandbox.fields import Fields, now
from bimplus_nb.sandbox.problem import bad, conflict
from bimplus_nb.sandbox.routes.models import layers_of
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()


@table.get("/projects")
def of_all_teams(ask: Ask) -> Any:
    """Every project this user can see, over all teams."""
    return [
        _listed(ask, team, project) for team in access.teams_of(ask) for project in access.visible_projects(ask, team)
    ]


@table.get("/{team}/projects")
def of_team(ask: Ask) -> Any:
    team = access.team(ask)
    return [_listed(ask, team, project) for project in access.visible_projects(ask, team)]


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


@table.delete("/{team}/projects/{project}")
def delete(ask: Ask) -> Any:
    """Deletes the project with everything in it."""
    ask.store.delete(access.project(ask, "Project_Delete")["id"])


@table.get("/{team}/projects/{project}/disciplines")
def layers(ask: Ask) -> Any:
    return _layers(ask, access.project(ask))


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
        "attachmentCount": 0,
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
        for layer in layers_of(ask.store, model)
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
    """A name no other project of the team has, whoever can see that one."""
    if any(project["name"] == name for project in ask.store.all("project", owner=team["id"])):
        raise conflict(f"There is a project named {name[:80]!r} in this team already.")
    return name
