"""A sandbox with at least one of everything that an address or a body can name, made when first asked for.

Names are those of the documents' own addresses: ``workbench["slide"]`` is the id of a slide, which has a slideshow.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
from sandbox.service_content import GROUND, MODEL, OPEN_ISSUE, PROJECT, WALL, WALL_LAYER

from bimplus_nb.sandbox import Sandbox, people
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, TYPES
from bimplus_nb.sandbox.people import guid

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg=="
)
ANNA, BEN, CARLA = (user.id for user in Sandbox.users[:3])
CUBE = {
    "color": 4291407461,
    "vertices": [0, 0, 0, 1000, 0, 0, 1000, 1000, 0, 0, 1000, 0, 0, 0, 2000, 1000, 0, 2000, 1000, 1000, 2000, 0, 1000,
                 2000],
    "faces": [4, 0, 1, 2, 3, 4, 7, 6, 5, 4, 4, 4, 5, 1, 0, 4, 5, 6, 2, 1, 4, 6, 7, 3, 2, 4, 7, 4, 0, 3],
}  # fmt: skip
MATRIX = base64.b64encode(struct.pack("<16d", 1, 0, 0, 500, 0, 1, 0, 250, 0, 0, 1, 0, 0, 0, 0, 1)).decode()


_number = count(1)


class Workbench:
    """Looks up or makes what is named. `portal` speaks for the portal application, `anna` for its account owner."""

    def __init__(self, sandbox: Sandbox, caller: Callable[..., httpx.Client]) -> None:
        self.sandbox = sandbox
        self.anna = caller(sandbox, "anna")
        self.portal = caller(sandbox, "anna")
        self.portal.headers["Authorization"] = f"BimPlus {sandbox.token('anna', application=people.PORTAL)}"
        self._made: dict[str, Any] = {
            "team": "riverside", "project": PROJECT, "division": MODEL, "model": MODEL, "node": GROUND, "object": WALL,
            "discipline": WALL_LAYER, "issue": OPEN_ISSUE, "pin": guid("pin", OPEN_ISSUE, 0), "props": "7",
            "user": ANNA, "email": Sandbox.users[0].email, "password": people.PASSWORD, "other": CARLA,
            "other_email": Sandbox.users[2].email, "element_type": TYPES["Wall"].id, "matrix": MATRIX,
            "mesh": json.dumps(CUBE), "attribute": ATTRIBUTE["fire_rating"].id, "type": TYPES["Wall"].id,
            "start_date": "20260101", "end_date": "20261231", "objectview_name": "onProjectElements_Building",
        }  # fmt: skip

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = getattr(self, f"_{name}")()
        return self._made[name]

    def fill(self, value: Any) -> Any:
        """A value with every text ``{name}`` in it replaced."""
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
            return self[value[1:-1]]
        return value

    def path(self, template: str) -> str:
        names = [part[1:-1] for part in template.split("/") if part.startswith("{")]
        return template.format_map({name: self[name] for name in names})

    def post(self, path: str, *, client: httpx.Client | None = None, **options: Any) -> Any:
        answer = (client or self.anna).post(path, **options)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def _attachment(self) -> str:
        return str(self.post(f"/riverside/objects/{self['object']}/attachments", files=self.picture())["id"])

    def picture(self) -> dict[str, Any]:
        return {"file": ("Entrance.png", PNG, "image/png")}

    def _thumbnail(self) -> str:
        return str(self.post(f"/riverside/projects/{PROJECT}/thumbnail", files=self.picture())["id"])

    def _comment(self) -> str:
        return str(self.post(f"/riverside/issues/{OPEN_ISSUE}/comments", json={"text": "Seen"})["id"])

    def _slideshow(self) -> str:
        return str(self.post(f"/riverside/projects/{PROJECT}/slideshows", json={"name": "Meeting"})["id"])

    def _slide(self) -> str:
        body = {"name": "Entrance", "scene": {"viewMode": "", "unknown": [1]}}
        return str(self.post(f"/riverside/slideshows/{self['slideshow']}/slides", json=body)["id"])

    def _hyperlink(self) -> str:
        body = {"name": "Sheet", "url": "https://www.example.com", "orderNumber": 1}
        return str(self.post(f"/riverside/objects/{WALL}/hyperlinks", json=body)["id"])

    def _structure(self) -> str:
        body = {"name": f"Costs {next(_number)}", "description": "By trade", "type": "CostStructure"}
        return str(self.post(f"/riverside/projects/{PROJECT}/structures", json=body)["id"])

    def _structure_node(self) -> str:
        return str(self.post(f"/riverside/structures/{self['structure']}", json={"name": "Walls"})["id"])

    def _message(self) -> str:
        body = {"receiver": {"id": ANNA}, "source": "Exporter", "topic": "IFC_JOB", "severity": "Info",
                "returnCode": "OK"}  # fmt: skip
        return str(self.post("/messages", json=body)["id"])

    def _attributegroup(self) -> str:
        return str(
            self.post("/content/freeattributegroups", json={"name": f"Acoustics {next(_number)}", "description": ""})[
                "id"
            ]
        )

    def _unit_mm(self) -> str:
        return str(self.anna.get("/content/units", params={"symbol": "mm"}).json()[0]["id"])

    def _base_unit(self) -> str:
        return str(self.anna.get("/content/units", params={"symbol": "m"}).json()[0]["id"])

    def _unit(self) -> str:
        base = {"baseunitid": self["base_unit"], "usequence": 1, "ufactor": 0.1, "upower": 1}
        body = {
            "name": f"Hand {next(_number)}",
            "description": "",
            "symbol": f"hand{next(_number)}",
            "baseunits": [base],
        }
        return str(self.post("/content/units", json=body)["id"])

    def _free_attribute(self) -> str:
        body = {"name": f"Sound {next(_number)}", "type": "double", "minvalue": "0", "defaultvalue": "5", "decimal": 2,
                "unitid": self["unit_mm"], "parent": self["attributegroup"], "controltype": "TextBox"}  # fmt: skip
        return str(self.post("/content/freeattributes", json=body)["id"])

    def _projectattributetemplate(self) -> str:
        return str(self.post("/riverside/projectattributetemplates", json={"name": f"Schools {next(_number)}"})["id"])

    def _template(self) -> str:
        attribute = {"id": self["attribute"]}
        inner = {"name": "Heat", "description": "", "freeattributes": [attribute]}
        body = {
            "name": "Walls", "description": "", "elementtypes": [{"id": self["element_type"]}],
            "groups": [{"name": "Safety", "description": "", "freeattributes": [attribute]},
                       {"name": "Physics", "groups": [inner]}],
            "projectAttributeTemplate": self["projectattributetemplate"],
        }  # fmt: skip
        return str(self.post("/riverside/attributetemplates", json=body)["id"])

    def _stranger(self) -> str:
        body = {"email": f"stranger{next(_number)}@example.com", "password": "long enough"}
        return str(self.post("/users", client=self.portal, json=body)["id"])

    def _role(self) -> str:
        roles = {role["name"]: role["id"] for role in self.anna.get("/riverside/roles").json()}
        return str(roles["Project_Viewer"])

    def _dbserver(self) -> str:
        return str(self.portal.get("/administration/dbservers").json()[0]["id"])

    def _scene(self) -> str:
        body = {"name": "View", "scene": {"version": [2, 0, 0]}}
        return str(self.post(f"/riverside/objects/{self['object']}/scenes", json=body)["id"])

    def _invitation(self) -> str:
        body = {"email": f"guest{next(_number)}@example.com"}
        return str(self.post("/riverside/invitations", json=body)["id"])

    def _cross_token(self) -> str:
        return str(self.post("/cross-token")["cross_token"])
