"""What a BCF file holds of issues: topics with comments and viewpoints, already in the service's frame.

BCF is in metres with Z up, the service in millimetres with Y up; both are right-handed. Source: buildingSMART, BCF-XML
2.1 and 3.0; published JavaScript renderer 0.4.90 for the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Record = dict[str, Any]
Vector = tuple[float, float, float]
Version = Literal["2.1", "3.0"]

OURS = "Bimplus"
"""The `system` of components that this service wrote."""

FAR = 1e9
"""The largest coordinate that is believed, millimetres."""


class Component(NamedTuple):
    """A part of the building: by its id in the IFC file, or where it has none, by its id in the program `system`."""

    ifc: str
    tool: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Camera:
    """Where one looks from and which way. `fov` degrees, or for a parallel projection the visible height `scale`."""

    position: Vector
    direction: Vector
    up: Vector
    fov: float | None = None
    scale: float | None = None


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A view of the building. `points`: places marked in it, which BCF writes as lines of no length."""

    guid: str
    camera: Camera | None = None
    selected: tuple[Component, ...] = ()
    points: tuple[Vector, ...] = ()
    snapshot: bytes | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    guid: str
    text: str
    author: str
    date: str | None


@dataclass(frozen=True, slots=True)
class Topic:
    """One issue. Dates are stamps in UTC; people are named as the file names them, mostly by e-mail."""

    guid: str
    title: str
    status: str | None = None
    type: str | None = None
    priority: str | None = None
    description: str | None = None
    label: str | None = None
    author: str = ""
    created: str | None = None
    modified: str | None = None
    due: str | None = None
    assigned: str | None = None
    number: int | None = None
    comments: tuple[Comment, ...] = ()
    viewpoints: tuple[Viewpoint, ...] = ()


def point_out(point: Vector) -> Vector:
    """A place in the service's frame as BCF writes it."""
    x, y, z = direction_out(point)
    return x / 1000, y / 1000, z / 1000


def point_in(point: Vector) -> Vector:
    """A place of a BCF file in the service's frame."""
    x, y, z = direction_in(point)
    return x * 1000, y * 1000, z * 1000


def direction_out(vector: Vector) -> Vector:
    x, y, z = vector
    return x, -z + 0.0, y


def direction_in(vector: Vector) -> Vector:
    x, y, z = vector
    return x, z, -y + 0.0


def picture_kind(content: bytes) -> str | None:
    """What a picture is, by its first bytes; BCF has two kinds."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "jpg" if content.startswith(b"\xff\xd8\xff") else None
