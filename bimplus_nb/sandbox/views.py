"""The tables that the vendor's Windows explorer shows: views, their columns, and what stands in a row.

Source: Bimplus documentation, Windows Explorer Services, which print every view but the columns of one only; the others
have the same here, issues their own.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox.catalogue import ATTRIBUTE
from bimplus_nb.sandbox.wire import Record

# name: title, icon, what it is a table of
_VIEWS: dict[str, tuple[str, str, str]] = {
    "onProjectElements_Building": ("Category.ElementBuilding", "IconArchitectureWall", "Element"),
    "onProjectElements_Room": ("Category.ElementRoom", "IconArchitectureRoom", "Element"),
    "onProjectElements_Finish": ("Category.ElementFinish", "IconRoofLayer", "Element"),
    "onProjectElements_Reinforcement": ("Category.Reinforcement", "IconReinforcement", "Element"),
    "onProjectElements_Mesh": ("Category.Mesh", "IconMesh", "Element"),
    "onProjectElements_Precast": ("Category.PrecastElement", "IconPrecastUnit", "Element"),
    **{
        f"onProjectElements_{name}": (f"Category.Element{name}", "IconFolder", "Element")
        for name in ("PrecastTimber", "MEP", "Plumbing", "Electricity", "Mechanical", "Construction", "Terrain")
    },
    # sic: the service's own spelling
    "onProjectElements_Inventary": ("Category.ElementInventary", "IconFolder", "Element"),
    "onProjectElements_Structural": ("Category.ElementStructural", "IconFolder", "Element"),
    "onProjectElements_Clash": ("Category.Collision", "IconCollision", "Collision"),
    "onProjectIssues": ("Category.Issue", "IconIssue", "Issue"),
}

_GENERAL, _GEOMETRY = "Category.General", "Category.Geometry"
# name, datatype, shown by default, category, title, converter; a column without category is not for people
_COLUMNS: tuple[tuple[str, str, bool, str | None, str | None, str | None], ...] = (
    ("ObjectID", "uniqueidentifier", False, None, None, None),
    ("Nr", "int", False, _GENERAL, None, None),
    ("Name", "nvarchar", True, _GENERAL, "Name", "Converter_PPName"),
    ("Description", "nvarchar", True, _GENERAL, "Description", None),
    ("DivisionID", "uniqueidentifier", False, None, None, None),
    ("Division", "nvarchar", True, _GENERAL, "Property.Model", None),
    ("ModelType", "uniqueidentifier", True, _GENERAL, "Property.Discipline", "Converter_ElementType"),
    ("ElementTyp", "uniqueidentifier", True, _GENERAL, "Type", "Converter_ElementType"),
    ("Weight", "float", False, _GEOMETRY, "Mass", "Converter_Mass"),
    ("Volume", "float", False, _GEOMETRY, "Volume", "Converter_Volume"),
    ("Area", "float", False, _GEOMETRY, "Area", "Converter_Area"),
    ("Length", "float", True, _GEOMETRY, "Element.Geometry.Length", "Converter_Length"),
    ("Width", "float", True, _GEOMETRY, "Element.Geometry.Width", "Converter_Length"),
)
_OF_ISSUES: tuple[tuple[str, str, bool, str | None, str | None, str | None], ...] = (
    ("ObjectID", "uniqueidentifier", False, None, None, None),
    ("Nr", "int", True, _GENERAL, None, None),
    ("Name", "nvarchar", True, _GENERAL, "Name", None),
    ("Description", "nvarchar", True, _GENERAL, "Description", None),
    ("Status", "nvarchar", True, _GENERAL, "Status", None),
    ("Priority", "nvarchar", True, _GENERAL, "Priority", None),
)
_MEASURED = {"weight": "mass", **{name: name for name in ("volume", "area", "length", "width")}}


def views() -> list[Record]:
    """All views in the documents' order."""
    return [
        {
            "viewname": name,
            "resourcenameid": title,
            "iconid": icon,
            "sortcolumns": None,
            "projectfilter": None,
            "objectname": kind,
        }
        for name, (title, icon, kind) in _VIEWS.items()
    ]


def columns(view: Record) -> list[Record]:
    """The columns of a view. Switches are texts, as in the documents."""
    return [
        {
            "name": name,
            "ordernr": place,
            "datatype": kind,
            "isdefault": "true" if default else None,
            "categorynameid": category,
            "resourcenameid": title,
            "proporder": None,
            "converter": converter,
            "browsable": None if category else "false",
            "iconid": None,
            "filterable": None,
        }
        for place, (name, kind, default, category, title, converter) in enumerate(_rows(view), 1)
    ]


def defaults(view: Record) -> list[str]:
    """The columns that are shown where nobody chose."""
    return [name for name, _, default, *_ in _rows(view) if default]


def row(body: Record, model: Record | None) -> dict[str, Any]:
    """What stands in the table of an object, by column; quantities in the service's millimetres."""
    values = body["values"]
    free = body["free"].get("general", {})
    return {
        "objectid": body["id"],
        "nr": body["number"],
        "name": body["name"],
        "description": values.get(ATTRIBUTE["description"].id, free.get("description")),
        "divisionid": model["id"] if model else None,
        "division": model["name"] if model else None,
        "modeltype": body["layer"],
        "elementtyp": body["element_type"],
        **{column: values.get(ATTRIBUTE[name].id) for column, name in _MEASURED.items()},
    }


def issue_row(issue: Record) -> dict[str, Any]:
    return {"objectid": issue["id"], "nr": issue["shortId"], **{k: issue[k] for k in ("name", "description", "status",
                                                                                    "priority")}}  # fmt: skip


def _rows(view: Record) -> tuple[tuple[str, str, bool, str | None, str | None, str | None], ...]:
    return _OF_ISSUES if view["objectname"] == "Issue" else _COLUMNS
