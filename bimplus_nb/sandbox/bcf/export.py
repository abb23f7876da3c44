"""Issues of the store as topics of a BCF file.

A scene becomes a viewpoint. A pin becomes one too: it looks at the pin along its normal, has the pinned object selected
and the place itself as a line of no length, which is how BCF marks a point.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bimplus_nb.sandbox.bcf.scene import camera_of, picture_of, scene_of, selected_in, upright
from bimplus_nb.sandbox.bcf.topics import OURS, Camera, Comment, Component, Topic, Vector, Viewpoint, picture_kind
from bimplus_nb.sandbox.catalogue import GLOBAL_ID
from bimplus_nb.sandbox.fields import guid
from bimplus_nb.sandbox.people import guid as constant
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

_AWAY = 5000.0
_FOV = 60.0
_BATCH = 500
IFC_ID = (
    "coalesce(nullif(json_extract(CAST(body AS TEXT), '$.ifc_id'), ''), "
    f"json_extract(CAST(body AS TEXT), '$.values.\"{GLOBAL_ID}\"'))"
)
"""SQL for an object's id in the IFC file it came from, as the file or a later change gave it."""


def topics(store: Store, issues: Sequence[Record]) -> list[Topic]:
    """One topic an issue. A topic keeps the id it was imported with, unless the file has that already."""
    emails = {user["id"]: str(user["email"]) for user in store.all("user")}
    pins = {issue["id"]: store.all("pin", owner=issue["id"]) for issue in issues}
    wanted = [pin["objectId"] for found in pins.values() for pin in found]
    wanted += [one for issue in issues for one in selected_in(scene_of(issue["scene"]))]
    components = _components(store, wanted)
    taken: set[str] = set()
    found = []
    for issue in issues:
        key = str(issue.get("bcfGuid") or issue["id"])
        key = issue["id"] if key in taken else key
        taken.add(key)
        viewpoints = [*_scene(store, issue, components), *(_pin(pin, components) for pin in pins[issue["id"]])]
        comments = [_comment(comment, emails) for comment in store.all("comment", owner=issue["id"])]
        found.append(_topic(key, issue, emails, comments, viewpoints))
    return found


def _topic(
    key: str, issue: Record, emails: dict[str, str], comments: Iterable[Comment], viewpoints: Iterable[Viewpoint]
) -> Topic:
    return Topic(
        key,
        issue["name"] if issue["name"].strip() else f"Issue {issue['shortId']}",
        issue["status"],
        issue["type"],
        issue["priority"],
        issue["description"],
        issue["tag"],
        issue.get("bcfAuthor") or emails.get(issue["author"], ""),
        issue["createdAt"],
        issue["modifiedAt"],
        issue["dueDate"],
        emails.get(issue["responsible"] or ""),
        issue["shortId"],
        tuple(comments),
        tuple(viewpoints),
    )


def _comment(comment: Record, emails: dict[str, str]) -> Comment:
    author = comment.get("bcfAuthor") or emails.get(comment["author"], "")
    return Comment(comment.get("bcfGuid") or comment["id"], comment["text"], author, comment["createdAt"])


def _scene(store: Store, issue: Record, components: dict[str, Component]) -> list[Viewpoint]:
    """The viewpoint of the issue's scene, with its thumbnail, or else the picture in the scene."""
    scene = scene_of(issue["scene"])
    selected = (components[one.lower()] for one in selected_in(scene) if one.lower() in components)
    pictures = (store.file(kept["id"], "content") for kept in store.all("thumbnail", owner=issue["id"]))
    camera, picture = camera_of(scene), next((one for one in pictures if one and picture_kind(one)), None)
    picture = picture or picture_of(scene)
    if camera is None and picture is None:
        return []
    key = constant("bcf viewpoint", issue["id"])
    return [Viewpoint(key, camera, tuple(selected), snapshot=picture)]


def _pin(pin: Record, components: dict[str, Component]) -> Viewpoint:
    place, normal = _vector(pin["position"]), _vector(pin["normalVector"])
    length = sum(value * value for value in normal) ** 0.5
    toward = (normal[0] / length, normal[1] / length, normal[2] / length) if length > 1e-9 else (0.0, 0.0, 1.0)
    looks: Vector = (-toward[0], -toward[1], -toward[2])
    stands = (place[0] + _AWAY * toward[0], place[1] + _AWAY * toward[1], place[2] + _AWAY * toward[2])
    selected = tuple(components[key] for key in (pin["objectId"],) if key in components)
    camera = Camera(stands, looks, upright(looks), fov=_FOV)
    return Viewpoint(pin.get("bcfGuid") or pin["id"], camera, selected, (place,))


def _vector(value: Record) -> Vector:
    return float(value["x"]), float(value["y"]), float(value["z"])


def _components(store: Store, ids: Iterable[str]) -> dict[str, Component]:
    """The parts of the building with these ids."""
    wanted = sorted({key for key in (guid(one) for one in ids) if key})
    found: dict[str, Component] = {}
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        marks = ", ".join("?" * len(batch))
        rows = store.rows(f"SELECT id, {IFC_ID} FROM objects WHERE current AND id IN ({marks})", *batch)
        found |= {key: Component(ifc if isinstance(ifc, str) else "", key, OURS) for key, ifc in rows}
    return found
