"""In what form content is handed to the sandbox's store: plain values, no behaviour.

The demo building, the scaled one and an imported IFC file all arrive as a `Project` made of these. Coordinates are
millimetres in the service's frame (Y up, world); lengths, areas and volumes are mm, mm² and mm³.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

ValueType = Literal["string", "boolean", "double", "int", "datetime", "guid"]
Control = Literal["textbox", "checkbox", "enumeration", "datepicker", "combobox"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an object can say about itself: one entry of the service's attribute catalogue."""

    id: str
    name: str
    group: str  # "general", "element", "quantity" are the service's own; any other group is free (a property set)
    type: ValueType
    unit: str = ""  # symbol, such as "mm", "mm³", "W/(m²K)", "EUR"
    description: str = ""
    control: Control = "textbox"
    enumeration: str = ""  # "k|v;k|v" as the service writes it
    decimal: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None
    changeable: bool = True


@dataclass(frozen=True, slots=True)
class Layer:
    """A discipline: a top-level element type that groups others."""

    id: str
    name: str  # as on the wire: "ID_BuildingModel"
    category: str  # "/1/"


@dataclass(frozen=True, slots=True)
class ElementType:
    """What kind of thing an object is."""

    id: str
    type: str  # "Wall"
    category: str  # "/1/10/1/"
    name: str  # for people
    ifc_type: str  # "IfcWall"
    layer: str  # id of the layer it belongs to


@dataclass(frozen=True, slots=True)
class Solid:
    """One closed body of one colour. Faces run counter-clockwise seen from outside."""

    vertices: NDArray[np.float64]  # (n, 3) mm, Y up, world
    triangles: NDArray[np.int32]  # (t, 3)
    quads: NDArray[np.int32]  # (q, 4)
    color: int  # 0xAARRGGBB


@dataclass(frozen=True, slots=True)
class Element:
    """One object with geometry. Its first solid is its own; further ones are served as virtual objects it owns."""

    id: str
    name: str
    type: str  # key of `ElementType.type`
    node: str  # id of the topology node (a storey) it hangs on
    solids: tuple[Solid, ...]
    values: Mapping[str, Any]  # attribute id -> value, typed; quantities in mm, mm², mm³
    guid: str = ""  # IFC GlobalId, 22 characters


@dataclass(frozen=True, slots=True)
class Node:
    """A branch of a model's topology without geometry: a site, a building, a storey."""

    id: str
    parent: str | None  # None: directly below the model
    name: str
    type: str  # "Site", "Building", "Storey"
    ifc_type: str = ""  # "IfcBuildingStorey"
    number: int = 0
    level: float = 0.0  # elevation, mm
    guid: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """One model ("division" on the wire): a topology and the elements that hang on it, as of one revision."""

    id: str
    name: str
    description: str
    nodes: tuple[Node, ...]
    elements: tuple[Element, ...]
    attributes: tuple[Attribute, ...] = ()  # those its elements use beyond the common catalogue
    earlier: tuple[Model, ...] = ()  # earlier revisions, oldest first; same id, each complete
    revision_name: str = ""


@dataclass(frozen=True, slots=True)
class Pin:
    """Where an issue is: an object, a point on it (mm, Y up) and the face's direction."""

    object_id: str
    position: tuple[float, float, float]
    normal: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue as it stands. People are named by user name."""

    name: str
    description: str
    author: str
    responsible: str | None
    status: Literal["Open", "Solved", "Closed"]
    type: Literal["Problem", "Remark", "Task", "Appointment", "Document", "Contact", "Clash"]
    priority: Literal["Low", "Medium", "High"]
    created: datetime
    due: datetime | None = None
    solution: str | None = None
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """A node of a tree of named nodes, on which objects hang."""

    name: str
    type: Literal["CostStructure", "SpecificationStructure", "TopologyStructure"] = "TopologyStructure"
    nodes: tuple[Structure, ...] = ()
    objects: tuple[tuple[str, str], ...] = ()  # id of an object and the connection's name


@dataclass(frozen=True, slots=True)
class Project:
    """One project with all its models, issues and structures."""

    id: str
    name: str
    description: str
    models: tuple[Model, ...] = ()
    issues: tuple[Issue, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)  # user name -> project role, beyond the team's own
    structures: tuple[Structure, ...] = ()
