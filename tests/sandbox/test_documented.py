"""Every documented operation with a request like the documented one, and an answer with the documented keys.

`documented.tsv` holds one row an operation: address, success status, a request with the keys of the documents' example
and our own values, and the keys of the example answer. Where the documents spell a key in two ways both are one (keys
are compared without case). What an answer has beyond the documents must be known from the service's own clients.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from sandbox.workbench import CARLA, PNG, Workbench

from bimplus_nb.sandbox import Sandbox


class Documented(NamedTuple):
    id: str
    method: str
    path: str
    status: str
    request: str
    answer: str


with (Path(__file__).parent / "documented.tsv").open(encoding="utf-8") as file:
    ROWS = [Documented(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]

PROFILE = [
    "id",
    "email",
    "firstname",
    "lastname",
    "company",
    "fullname",
    "displayname",
    "info",
    "gender",
    "phoneWork",
    "phoneHome",
    "fax",
    "mobile",
    "birthDate",
    "address.street",
    "address.streetNr",
    "address.zip",
    "address.city",
    "address.country",
    "preferedLanguage",
]

SPOKEN = {part.lower() for row in ROWS for name in row.answer.split() for part in name.split(".")}
SPOKEN |= {part.lower() for name in PROFILE for part in name.split(".")}
"""Every key that the documents use anywhere."""

# Keys that only the service's clients know: JavaScript SDK 1.0.56, renderers 0.4.90 and 1.8.17, web components 0.0.189,
# .NET data library of 2014.
CLIENTS = """accounttype attachmentcount attachmentscount attachmenttype cc commentscount elementtypeid filetype hash
    hyperlinkscount ifcid importfilename importfilesize inputtype ischild layerid membercount modelcount number
    pinscount release responsibles revisionobjects sizemb slideshowid tag teamname topiccount version verticescount"""
# What the documents' words say without a sample: free properties of a project, normals (props 4), related objects (a
# map keyed "0"), quantities, an order of templates, the choices of an attribute, what may be done with a file.
WORDS = """architect properties related_objects 0 normals length volume ordernumber enumdefinition delete download
    update"""
NEWER = {*CLIENTS.split(), *WORDS.split()}

# What the documents list and say is not there.
NOT_THERE = {"issue_type_list", "issue_type_get", "objectview_create"}
PORTAL = {"user_create", "user_update", "user_delete", "team_create", "team_update", "team_delete"}
UPLOADS = {"attachment_create", "thumbnail_create", "model_import"}


@pytest.fixture
def workbench(own_house: Sandbox, caller: Callable[..., httpx.Client]) -> Workbench:
    return Workbench(own_house, caller)


def names(value: Any, prefix: str = "") -> Iterator[str]:
    """Every key of a value with the keys it is in, in lower case: ``author.address.city``. Lists add nothing."""
    if isinstance(value, list):
        for item in value:
            yield from names(item, prefix)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{prefix}{key}".lower()
            yield from names(item, f"{prefix}{key}.".lower())


def prepare(row: Documented, workbench: Workbench) -> None:
    """What must be there for this one operation to mean something."""
    if row.id in {"object_get", "object_nogeometry"}:
        # The documented wall: with a matrix and a group that no catalogue knows.
        body = json.loads(next(one.request for one in ROWS if one.id == "object_create"))
        workbench._made["object"] = workbench.post("/riverside/objects", json=workbench.fill(body))["id"]
    if row.id in {"slide_get", "slide_list"}:
        body = json.loads(next(one.request for one in ROWS if one.id == "slide_create"))
        path = workbench.path("/{team}/slideshows/{slideshow}/slides")
        workbench._made["slide"] = workbench.post(path, json=body)["id"]
    if row.id.startswith("log_"):
        workbench.anna.get("/user")
    if row.id.startswith("freeattribute_"):
        workbench._made["attribute"] = workbench["free_attribute"]
    lists = {
        "attachment_list": ["attachment"], "comment_list": ["comment"], "slideshow_list": ["slideshow"],
        "structure_list": ["structure"], "message_list_user": ["message"],
        "message_list_all": ["message"], "message_filter": ["message"], "attributetemplate_list": ["template"],
        "element_type_attributetemplate_list": ["template"], "freeattribute_list_of_group": ["attributegroup"],
        "structure_topology": ["structure_node"], "object_comment_list": [], "freeattribute_list": ["attributegroup"],
    }  # fmt: skip
    for name in next((needed for ending, needed in lists.items() if row.id.endswith(ending)), []):
        assert workbench[name]
    if row.id == "freeattributegroup_list":
        child = {"name": "Inner", "description": "", "parent": workbench["attributegroup"]}
        workbench.post("/content/freeattributegroups", json=child)
    if row.id in {"project_attachment_list", "issue_attachment_list"}:
        where = "projects/{project}" if row.id.startswith("project") else "issues/{issue}"
        workbench.post(workbench.path(f"/{{team}}/{where}/attachments"), files=workbench.picture())
    if row.id == "object_comment_list":
        workbench.post(workbench.path("/{team}/objects/{object}/comments"), json={"text": "Seen"})
    if row.id == "project_structure_topology":
        node, wall = workbench["structure_node"], workbench["object"]
        workbench.post(f"/riverside/structures/{node}/assign/{wall}", json={"name": "Part of"})
    if row.id in {"member_update", "member_delete", "project_member_update", "project_member_delete"}:
        workbench._made["user"] = workbench._made["other"] = CARLA
    if row.id.startswith("project_member_") and row.id != "project_member_add":
        body = {"member": {"id": CARLA}, "role": {"id": workbench["role"]}}
        workbench.post(workbench.path("/{team}/projects/{project}/members"), json=body)
    if row.id in {"user_delete", "admin_user_activate", "admin_user_get"}:
        workbench._made["user"] = workbench["stranger"]
    if row.id.startswith("admin_") and row.id.endswith("_get"):
        path = row.path.replace("_get", "")
        reason = {"activeStatus": "Active", "adminId": workbench["user"], "reason": "A look"}
        assert workbench.portal.put(workbench.path(path), json=reason).status_code == 200
    if row.path.startswith(("/administration/teams/{team}", "/teams/{team}")):
        team = next(one for one in workbench.anna.get("/teams").json() if one["slug"] == "riverside")
        workbench._made["team"] = team["id"]
    if row.id in {"issue_update", "issue_delete"}:
        # Only its author changes an issue.
        made = workbench.post(workbench.path("/{team}/projects/{project}/issues"), json={"name": "Mine"})
        workbench._made["issue"] = made["id"]


def send(row: Documented, workbench: Workbench) -> httpx.Response:
    client = workbench.portal if row.id in PORTAL or row.path.startswith("/administration") else workbench.anna
    options: dict[str, Any] = {}
    if row.request:
        options["json"] = workbench.fill(json.loads(row.request))
    elif row.id == "attachment_update":
        options["json"] = {"fileName": "Entrance 2.png"}
    elif any(row.id.endswith(ending) for ending in UPLOADS):
        options["files"] = workbench.picture()
    elif row.id.startswith("object_hyperlink_create"):
        options["json"] = {"name": "Sheet", "url": "https://www.example.com", "orderNumber": 1}
    elif row.id == "slide_update":
        options["json"] = {"name": "Entrance, closer"}
    elif row.method in ("POST", "PUT"):
        options["json"] = {}
    path = workbench.path(row.path)
    if row.id == "project_member_delete":
        path += f"/{CARLA}"  # the documents' address names nobody
    return client.request(row.method, path, **options)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_documented_request_gets_the_documented_answer(row: Documented, workbench: Workbench) -> None:
    prepare(row, workbench)
    answer = send(row, workbench)
    if row.id in NOT_THERE:
        assert answer.status_code == 501
        return
    assert answer.status_code == int(row.status), answer.text
    if not row.answer:
        assert answer.content == b"" or row.method != "DELETE"
        return
    body = answer.json()
    assert isinstance(body, list) == row.answer.startswith("[] ")
    assert body
    if row.id == "element_type_discipline_list":
        body = {"*": [*body.values()]}
    expected = {name.lower() for name in row.answer.removeprefix("[] ").split()}
    for name in [name for name in expected if name.endswith("@profile")]:
        expected.remove(name)
        expected |= {name.replace("@profile", part).lower() for part in PROFILE}
    there = set(names(body))
    assert expected <= there, sorted(expected - there)
    # What is inside a documented value, such as the quantities an object happens to have, is free.
    free = tuple(f"{name}." for name in expected)
    beyond = {name.rpartition(".")[2] for name in there - expected if not name.startswith(free)}
    assert beyond <= SPOKEN | NEWER, sorted(beyond - SPOKEN - NEWER)


def test_a_picture_comes_back_byte_for_byte(workbench: Workbench) -> None:
    assert workbench.anna.get(workbench.path("/{team}/attachments/{attachment}/download")).content == PNG
    assert workbench.anna.get(workbench.path("/{team}/thumbnail/{thumbnail}")).content == PNG


def test_every_documented_operation_has_its_row() -> None:
    with (Path(__file__).parent.parent / "operations.tsv").open(encoding="utf-8") as file:
        documented = {row["id"] for row in csv.DictReader(file, delimiter="\t") if row["source"] == "documents"}
    assert {row.id for row in ROWS} == documented
    assert len(ROWS) == 173
