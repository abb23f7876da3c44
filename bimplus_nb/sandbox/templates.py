"""Attribute templates: which attributes an object of a type should have, collected in project attribute templates.

Every team has the default one from the start; its id is the same in each, as the documents say, so it is kept under
another. Source: Bimplus documentation, Project Attribute Template Service and Attribute Template Service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import uuid4

from bimplus_nb.sandbox import attributes, people
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, CONCRETE, ELEMENT, ELEMENT_TYPES, SPACE, TYPES
from bimplus_nb.sandbox.content import ElementType
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

DEFAULT = "0149c4a8-4e84-4c40-bfdd-5dd63b109266"
"""The default project attribute template of whichever team is asked."""

# What the default template asks of each type of the demo building, by the attribute's name as a Python word.
_WANTED: dict[str, tuple[str, dict[str, str]]] = {
    "Wall": ("material", {ELEMENT: "fire_rating load_bearing is_external u_value acoustic_rating"}),
    "Slab": ("material", {ELEMENT: "fire_rating load_bearing", CONCRETE: "strength_class exposure_class"}),
    "Column": ("material", {ELEMENT: "fire_rating load_bearing", CONCRETE: "strength_class reinforcement_ratio"}),
    "Beam": ("material", {ELEMENT: "fire_rating load_bearing", CONCRETE: "strength_class reinforcement_ratio"}),
    "Roof": ("material", {ELEMENT: "fire_rating u_value"}),
    "Stair": ("material", {ELEMENT: "fire_rating", "Pset_StairCommon": "number_of_risers riser_height tread_length"}),
    "Door": ("material", {ELEMENT: "fire_rating is_external", "Pset_DoorCommon": "self_closing clear_width"}),
    "Window": (
        "material",
        {ELEMENT: "u_value is_external", "Pset_WindowCommon": "solar_transmittance glazing_area_fraction"},
    ),
    "Room": ("", {SPACE: "room_number room_usage net_area occupancy design_temperature"}),
    "Duct": (
        "material",
        {"Pset_DuctSegmentTypeCommon": "air_flow insulation_thickness", "Pset_SystemCommon": "system"},
    ),
    "Pipe": (
        "material",
        {"Pset_PipeSegmentTypeCommon": "nominal_diameter flow_rate medium", "Pset_SystemCommon": "system"},
    ),
}


def furnish(store: Store, team: Record) -> None:
    """Gives a new team its default project attribute template."""
    home = {
        "id": people.guid("projecttemplate", team["id"]),
        "name": "Default",
        "description": "Default project attribute template",
        "team": team["id"],
        "builtin": True,
        "default": True,
    }
    store.add("projecttemplate", home, owner=team["id"])
    for type_, (alone, groups) in _WANTED.items():
        name = TYPES[type_].name
        body = {
            "id": people.guid("attributetemplate", team["id"], type_),
            "name": f"{name} (default property set)",
            "description": f"What every {name.lower()} says of itself",
            "elementtypes": [TYPES[type_].id],
            "freeattributes": [ATTRIBUTE[word].id for word in alone.split()],
            "groups": [
                {
                    "id": people.guid("templategroup", team["id"], type_, group),
                    "name": group,
                    "description": "",
                    "freeattributes": [ATTRIBUTE[word].id for word in words.split()],
                    "groups": [],
                }
                for group, words in groups.items()
            ],
        }
        add(store, home, body, team["owner"])


def add(store: Store, home: Record, body: Record, user: str) -> Record:
    """A template at the end of a project template, now kept."""
    when = now()
    made = {"created": when, "createdby": user, "changed": when, "changedby": user, "home": home["id"]}
    place = store.count("attributetemplate", home["id"]) + 1
    return store.add("attributetemplate", {**body, **made, "orderNumber": place}, owner=home["id"])


def of_team(store: Store, team: Record) -> dict[str, Record]:
    """The team's project attribute templates by the id that is shown."""
    return {shown_id(one): one for one in store.all("projecttemplate", owner=team["id"])}


def inside(store: Store, home: Record) -> list[Record]:
    """The attribute templates of a project attribute template, in their order."""
    return sorted(store.all("attributetemplate", owner=home["id"]), key=lambda one: one["orderNumber"])


def renumber(store: Store, ordered: Sequence[Record]) -> None:
    for place, one in enumerate(ordered, 1):
        if one["orderNumber"] != place:
            store.save({**one, "orderNumber": place})


def shown_id(home: Record) -> str:
    return DEFAULT if home["builtin"] else str(home["id"])


def home_shown(home: Record) -> Record:
    return {
        "name": home["name"],
        "description": home["description"],
        "id": shown_id(home),
        "isDefault": home["default"],
    }


def shown(store: Store, template: Record, home: Record, *, whole: bool = True) -> Record:
    """A template; `whole` with its element types, groups and attributes."""
    record = {name: template[name] for name in ("id", "name", "description", "created", "changed", "orderNumber")}
    for name in ("createdby", "changedby"):
        user = store.get("user", template[name])
        record[name] = {"id": user["id"], "email": user["email"]} if user else None
    record["projectAttributeTemplate"] = shown_id(home)
    if whole:
        known = attributes.seen(store, home["team"])
        types = [one for one in ELEMENT_TYPES if one.id in template["elementtypes"]]
        record["elementtypes"] = [type_shown(one) for one in types]
        record |= _content(template, known)
    return record


def _content(part: Record, known: Mapping[str, Record]) -> Record:
    """The attributes and groups of a template or of a group in it; an attribute that was deleted is left out."""
    groups = [{**{name: one[name] for name in ("id", "name", "description")}, **_content(one, known)}
              for one in part["groups"]]  # fmt: skip
    return {"freeattributes": [attributes.shown(known[key]) for key in part["freeattributes"] if key in known],
            "groups": groups}  # fmt: skip


def type_shown(one: ElementType) -> Record:
    """An element type as it is answered."""
    return {
        "type": one.type,
        "category": one.category,
        "name": one.name,
        "ifcType": "ID_IFC" + one.ifc_type.removeprefix("Ifc"),
        "id": one.id,
        "layerid": one.layer,
    }


def templatable(one: ElementType) -> bool:
    """Whether templates can be made for a type. Which cannot, the documents do not say; here it is the one that stands
    for everything that has no type of its own."""
    return one.type != "GeometryObject"


def copied(groups: list[Record]) -> list[Record]:
    """A template's groups anew, with ids of their own."""
    return [{**one, "id": str(uuid4()), "groups": copied(one["groups"])} for one in groups]
