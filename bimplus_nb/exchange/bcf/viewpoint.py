"""Viewpoints as the models of bcf-client hold them, of both versions, and back."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final

from bimplus_nb.exchange.bcf.frame import (
    looking_in,
    looking_out,
    plane_in,
    plane_out,
    point_in,
    point_out,
)
from bimplus_nb.exchange.bcf.topics import OURS, Unreadable, Version, Viewpoint, is_ifc, picture_kind
from bimplus_nb.viewer.camera import Camera, Point
from bimplus_nb.viewer.capture import MOST_PLANES, View

_GHOST: Final = "33"
_GREY: Final = "#b3b8bd"
"""What is see-through is coloured so that it is with others, too: aRGB, with a grey where it has no colour."""

_MOST: Final = 100_000  # components in a list


def written(viewpoint: Viewpoint, mdl: ModuleType, version: Version) -> Any:
    """`VisualizationInfo` of a viewpoint."""
    view = viewpoint.view
    made: dict[str, Any] = {"guid": viewpoint.guid, "components": _components(viewpoint, mdl, version)}
    if view.camera:
        kind = "perspective_camera" if view.camera.height is None else "orthogonal_camera"
        made[kind] = _camera(view.camera, _aspect(viewpoint.snapshot), mdl, version)
    if viewpoint.points:
        # A line of no length is a point.
        ends = [mdl.Point(**_xyz(point_out(point))) for point in viewpoint.points]
        made["lines"] = mdl.VisualizationInfoLines(line=[mdl.Line(start_point=at, end_point=at) for at in ends])
    if view.cuts:
        planes = [plane_out(cut) for cut in view.cuts]
        made["clipping_planes"] = mdl.VisualizationInfoClippingPlanes(
            clipping_plane=[
                mdl.ClippingPlane(location=mdl.Point(**_xyz(at)), direction=mdl.Direction(**_xyz(way)))
                for at, way in planes
            ]
        )
    return mdl.VisualizationInfo(**made)


def read(guid: str, info: Any, snapshot: bytes | None) -> Viewpoint:
    """The viewpoint of a `VisualizationInfo`. Raises Unreadable where it cannot be looked at."""
    components = info.components
    visibility = components.visibility if components else None
    shown = bool(visibility.default_visibility) if visibility else True
    exceptions = _names(visibility.exceptions.component if visibility and visibility.exceptions else ())
    transparent, colors = _looks(components)
    planes = info.clipping_planes.clipping_plane if info.clipping_planes else ()
    lines = info.lines.line if info.lines else ()
    view = View(
        camera=_looking(info),
        visible=None if shown else exceptions,
        hidden=exceptions if shown else (),
        transparent=transparent,
        selected=_names(components.selection.component if components and components.selection else ()),
        colors=colors,
        cuts=tuple(plane_in(_point(plane.location), _point(plane.direction)) for plane in planes[:MOST_PLANES]),
    )
    ends = [(_point(line.start_point), _point(line.end_point)) for line in lines[:_MOST]]
    points = tuple(point_in(start) for start, end in ends if start == end)
    tools = {
        one.ifc_guid or one.authoring_tool_id: (one.originating_system or "", one.authoring_tool_id or "")
        for one in _all(components)
        if one.originating_system or one.authoring_tool_id
    }
    return Viewpoint(guid, view, points, snapshot, {name: tool for name, tool in tools.items() if name})


def _all(components: Any) -> Iterator[Any]:
    """Every component that is named somewhere."""
    if components is None:
        return
    yield from components.selection.component if components.selection else ()
    if components.visibility and components.visibility.exceptions:
        yield from components.visibility.exceptions.component
    for one in components.coloring.color if components.coloring else ():
        yield from _colored(one)


def _colored(color: Any) -> list[Any]:
    """The components of a colour, of either version."""
    found: list[Any] = color.component if hasattr(color, "component") else getattr(color.components, "component", [])
    return found


def _components(viewpoint: Viewpoint, mdl: ModuleType, version: Version) -> Any:
    view, tools = viewpoint.view, viewpoint.tools
    visible, hidden = view.visible, view.hidden
    exceptions = hidden if visible is None else [one for one in visible if one not in set(hidden)]
    made: dict[str, Any] = {}
    if view.selected:
        made["selection"] = mdl.ComponentSelection(component=_named(view.selected, tools, mdl))
    made["visibility"] = mdl.ComponentVisibility(
        default_visibility=visible is None,
        exceptions=mdl.ComponentVisibilityExceptions(component=_named(exceptions, tools, mdl)) if exceptions else None,
    )
    colors = []
    for color, ids in _argb(view).items():
        components = _named(ids, tools, mdl)
        if version == "2.1":
            colors.append(mdl.ComponentColoringColor(component=components, color=color))
        else:
            inside = mdl.ComponentColoringColorComponents(component=components)
            colors.append(mdl.ComponentColoringColor(components=inside, color=color))
    if colors:
        made["coloring"] = mdl.ComponentColoring(color=colors)
    return mdl.Components(**made)


def _argb(view: View) -> dict[str, list[str]]:
    """Components by colour, those that are see-through with little of it; each component has one colour."""
    ghosts = set(view.transparent)
    own = {one: color for color, ids in view.colors.items() for one in ids}
    found: dict[str, list[str]] = {}
    for one in dict.fromkeys([*own, *view.transparent]):
        alpha = _GHOST if one in ghosts else ""
        found.setdefault(f"{alpha}{own.get(one, _GREY)[1:]}".upper(), []).append(one)
    return found


def _looks(components: Any) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """What is see-through, and what has which colour."""
    transparent: list[str] = []
    colors: dict[str, tuple[str, ...]] = {}
    for one in components.coloring.color if components and components.coloring else ():
        ids = _names(_colored(one))
        text = (one.color or "").lower()
        if len(text) not in (6, 8) or set(text) - set("0123456789abcdef"):
            continue
        color = f"#{text[-6:]}"
        faint = len(text) == 8 and int(text[:2], 16) < 0x80
        if faint:
            transparent += ids
        if not faint or color != _GREY:
            colors[color] = (*colors.get(color, ()), *ids)
    return tuple(transparent), colors


def _named(ids: Iterable[str], tools: Mapping[str, tuple[str, str]], mdl: ModuleType) -> list[Any]:
    found = []
    for one in ids:
        ifc = is_ifc(one)
        system, tool = tools.get(one, ("", "") if ifc else (OURS, one))
        if ifc or tool.strip():
            named = {"originating_system": system or None, "authoring_tool_id": tool or None}
            found.append(mdl.Component(ifc_guid=one if ifc else None, **named))
    return found


def _names(components: Iterable[Any]) -> tuple[str, ...]:
    found = (one.ifc_guid or one.authoring_tool_id for one in components)
    return tuple(dict.fromkeys(name for name in found if name))[:_MOST]


def _aspect(picture: bytes | None) -> float:
    """Width over height of a PNG, which says how wide a view is; 1 where there is none, as in older versions."""
    if not picture or picture_kind(picture) != "png" or len(picture) < 24:
        return 1.0
    width, height = struct.unpack(">II", picture[16:24])
    return width / height if 0 < width <= 10 * height and height <= 10 * width else 1.0


def _camera(camera: Camera, aspect: float, mdl: ModuleType, version: Version) -> Any:
    at, way, up = looking_out(camera)
    made: dict[str, Any] = {
        "camera_view_point": mdl.Point(**_xyz(at)),
        "camera_direction": mdl.Direction(**_xyz(way)),
        "camera_up_vector": mdl.Direction(**_xyz(up)),
    }
    if version == "3.0":
        made["aspect_ratio"] = aspect
    if camera.height is not None:
        return mdl.OrthogonalCamera(**made, view_to_world_scale=camera.height / 1000)
    # The schema of 2.1 allows no other angles; a view that is wider than it was shows all that was seen.
    fov = min(max(camera.fov, 45.0), 60.0) if version == "2.1" else camera.fov
    return mdl.PerspectiveCamera(**made, field_of_view=fov)


def _looking(info: Any) -> Camera | None:
    flat, deep = info.orthogonal_camera, info.perspective_camera
    one = flat or deep
    if one is None:
        return None
    at, way = _point(one.camera_view_point), _point(one.camera_direction)
    if flat:
        return looking_in(at, way, height=flat.view_to_world_scale)
    return looking_in(at, way, fov=deep.field_of_view)


def _point(value: Any) -> Point:
    if value is None or value.x is None or value.y is None or value.z is None:
        raise Unreadable("a place or a direction in it is not said")
    return value.x, value.y, value.z


def _xyz(point: Point) -> dict[str, float]:
    return dict(zip("xyz", map(float, point), strict=True))
