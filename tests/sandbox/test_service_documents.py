"""Every answer has the fields that the service's documents and its own clients show for it.

The names are those of the documented samples; where the documents and the vendor's clients differ, both are there.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sandbox.service_content import MODEL, OPEN_ISSUE, PROJECT, VERSIONED_MODEL, WALL, WALL_LAYER

from bimplus_nb.sandbox import Sandbox
from bimplus_nb.sandbox.people import guid

Call = Callable[..., httpx.Client]

PERSON = "id email status firstname lastname displayname"
USER = f"{PERSON} projects teams company info gender phoneWork phoneHome fax mobile birthDate address preferedLanguage"
TEAM = """id slug name displayname owner totalStorage storageStats status teamWorksConnection dataStorageStatus ismyteam
    rights"""
PROJECT_LISTED = "id name shortDescr thumbnail created changed hasWriteAccess teamSlug rights"
LAYER = "id name divisionId divisionName divisionTopologyId revisions"
MODEL_LISTED = (
    "id name description projectId topologyId status created createdby changed changedBy revisionObjects teamSlug"
)
TREE = "id parent name type elementTypeId layerid isChild ifcId ifcType number level children"
OBJECT = "id parent type attributes"
GEOMETRY = "elementsCount faceCount verticesCount viewbox colors objects"
RICH = "id name type parent layerid attributes localizedAttributeGroups"
ISSUE = """id shortId projectId name description author responsible responsibles status createdAt modifiedAt dueDate
    type solution classification priority tag cc revision scene attachmentsCount pinsCount commentsCount
    hyperlinksCount"""
PIN = "id issueId objectId topologyNodeId position normalVector createdAt"
COMMENT = "id issueId text createdAt modifiedAt author"
REVISION = (
    "id name description projectId divisionId revisionNr created createdby changed changedby applicationId inputType"
)
TYPE = "id type category name ifcType"

# address -> fields of the answer, of each item if it is a list; a dotted name is inside a field
FIELDS: dict[str, str] = {
    "/user": USER,
    f"/users/{Sandbox.users[1].id}": f"{USER} address.street address.streetNr address.zip address.city address.country",
    "/teams": f"{TEAM} rights.projectCreate",
    "/teams/riverside": f"{TEAM} public.read public.write storageStats.usedSpace storageStats.numberOfProjects "
    "storageStats.numberOfMembers storageStats.totalSpace "
    "storageStats.totalNumberOfProjects storageStats.totalNumberOfMembers",
    "/projects": f"{PROJECT_LISTED} teamName modelCount memberCount topicCount attachmentCount",
    "/riverside/projects": f"{PROJECT_LISTED} rights.projectAdmin rights.projectDelete rights.projectEdit "
    "rights.modelsCreate rights.modelsViewAll",
    f"/riverside/projects/{PROJECT}": "id name shortDescr thumbnail created changed disciplines rights properties",
    f"/riverside/projects/{PROJECT}/disciplines": LAYER,
    f"/riverside/projects/{PROJECT}/topology": TREE,
    f"/riverside/projects/{PROJECT}/divisions": MODEL_LISTED,
    f"/riverside/projects/{PROJECT}/issues": ISSUE,
    f"/riverside/projects/{PROJECT}/pins": PIN,
    f"/riverside/projects/{PROJECT}/element-types": TYPE,
    "/riverside/divisions": MODEL_LISTED,
    f"/riverside/divisions/{MODEL}": f"{MODEL_LISTED} disciplines",
    f"/riverside/divisions/{MODEL}/disciplines": "category name ifcType id",
    f"/riverside/divisions/{VERSIONED_MODEL}/revisions": REVISION,
    f"/riverside/revisions/{guid('revision', VERSIONED_MODEL, 1)}": REVISION,
    f"/riverside/objects/{WALL}": f"{OBJECT} attributes.element attributes.general attributes.quantity "
    "attributes.geometry "
    "attributes.elementstate attributes.element.isparent attributes.element.nr attributes.element.elementtyp "
    "attributes.element.logparentid attributes.element.divisionid attributes.general.isobjectvalid "
    "attributes.geometry.mesh",
    f"/riverside/objects/{WALL}/nogeometry": OBJECT,
    f"/riverside/objects/{WALL}/properties/8": RICH,
    f"/riverside/objects/{WALL}/topology": TREE,
    f"/riverside/objects/{WALL}/geometries/threejs": f"{GEOMETRY} viewbox.x viewbox.y viewbox.z viewbox.width "
    "viewbox.height viewbox.depth",
    f"/riverside/objects/{PROJECT}/disciplines/{WALL_LAYER}/geometries/threejs": GEOMETRY,
    "/riverside/element-types": TYPE,
    f"/riverside/issues/{OPEN_ISSUE}": f"{ISSUE} " + " ".join(f"author.{name}" for name in PERSON.split()),
    f"/riverside/issues/{OPEN_ISSUE}/pins": f"{PIN} position.x position.y position.z normalVector.x "
    "normalVector.y normalVector.z",
    f"/riverside/pins/{guid('pin', OPEN_ISSUE, 0)}": PIN,
}  # fmt: skip


def has(value: Any, name: str) -> bool:
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


@pytest.mark.parametrize("path", FIELDS)
def test_an_answer_has_the_documented_fields(anna: httpx.Client, path: str) -> None:
    answer = anna.get(path)
    assert answer.status_code == 200
    body = answer.json()
    items = body if isinstance(body, list) else [body]
    assert items
    for item in items:
        missing = [name for name in FIELDS[path].split() if not has(item, name)]
        assert not missing


def test_a_created_comment_and_issue(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    comment = anna.post(
        f"/riverside/issues/{OPEN_ISSUE}/comments", json={"text": "The fire exit should be elsewhere"}
    ).json()
    assert set(COMMENT.split()) <= set(comment)
    issue = anna.post(f"/riverside/projects/{PROJECT}/issues", json={"name": "Fire exit", "status": "open"}).json()
    assert set(ISSUE.split()) <= set(issue)


def test_layers_as_a_map(anna: httpx.Client) -> None:
    layers = anna.get("/riverside/element-types/disciplines").json()
    assert all(
        layer["id"] == key and set(layer) == {"category", "name", "ifcType", "id"} for key, layer in layers.items()
    )


def test_a_team_carries_the_connection_string_clients_must_drop(anna: httpx.Client) -> None:
    for team in [*anna.get("/teams").json(), anna.get("/teams/riverside").json()]:
        assert b"Password=" in base64.b64decode(team["teamWorksConnection"])


def test_deleting_answers_nothing_and_writing_answers_json(own_house: Sandbox, caller: Call) -> None:
    """The vendor's client fails on an empty answer to POST or PUT and takes one to DELETE."""
    anna = caller(own_house)
    made = anna.post("/riverside/projects", json={"name": "New"})
    changed = anna.put(f"/riverside/projects/{made.json()['id']}", json={"shortDescr": "x"})
    gone = anna.delete(f"/riverside/projects/{made.json()['id']}", headers={"Content-Type": "application/json"})
    assert [made.status_code, changed.status_code, gone.status_code] == [201, 200, 200]
    assert changed.json()["shortDescr"] == "x"
    assert gone.content == b""


def test_a_get_may_carry_a_content_type_without_a_body(anna: httpx.Client) -> None:
    """The vendor's client sends one with every GET, and a cache-buster."""
    answer = anna.get("/teams", params={"_": "1763841234567"}, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


def test_project_dates_are_utc(anna: httpx.Client) -> None:
    project = anna.get(f"/riverside/projects/{PROJECT}").json()
    assert project["created"] == "2026-01-12T08:00:00Z"
    assert project["changed"] == "2026-02-01T08:00:00Z"
