"""An issue as a topic of a BCF file. Pure."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from bimplus_nb import frames
from bimplus_nb.exchange.bcf import Comment, Topic, Viewpoint
from bimplus_nb.exchange.bcf.topics import OURS, guid_of
from bimplus_nb.frames.values import date, number
from bimplus_nb.records import Record
from bimplus_nb.viewer.camera import Camera, Point
from bimplus_nb.viewer.capture import View, as_mapping

MOST: Final = 16 << 20
"""Bytes of a picture, at most."""

_AWAY: Final = 5_000.0  # mm, from a pin to who looks at it
_ANGLE: Final = 60.0


def topic(issue: Record, comments: Iterable[Record], viewpoints: Iterable[Viewpoint], known: Topic | None) -> Topic:
    """The topic of an issue; `known` is what the service makes of it."""
    guids = {one.text.strip(): one.guid for one in known.comments} if known else {}
    return Topic(
        guid=known.guid if known else issue.id,
        title=_text(issue, "name") or f"Issue {issue.get('shortId')}",
        status=_text(issue, "status"),
        type=_text(issue, "type"),
        priority=_text(issue, "priority"),
        labels=(tag,) if (tag := _text(issue, "tag")) else (),
        description=_text(issue, "description"),
        author=(known.author if known else "") or _email(issue.get("author")),
        created=date(issue.get("createdAt")),
        modified=date(issue.get("modifiedAt")),
        due=date(issue.get("dueDate")),
        assigned_to=_email(issue.get("responsible")),
        number=short_id(issue),
        comments=tuple(
            Comment(guids.get(text.strip(), one.id), text, _email(one.get("author")), date(one.get("createdAt")))
            for one in comments
            if (text := _text(one, "text"))
        ),
        viewpoints=tuple(_as_known(one, known) for one in viewpoints),
    )


def _as_known(seen: Viewpoint, known: Topic | None) -> Viewpoint:
    """With the GUID that the service gives this one: the view of an issue has one, and each pin."""
    others = known.viewpoints if known else ()
    guids = [one.guid for one in others if bool(one.points) == bool(seen.points) and near(seen.points, one.points)]
    return replace(seen, guid=guids[0]) if guids else seen


def near(some: tuple[Point, ...], others: tuple[Point, ...]) -> bool:
    """Whether there is one of the others within a millimetre of each."""
    return all(any(math.dist(a, b) < 1 for b in others) for a in some)


def viewpoints(
    issue: Record, pins: Iterable[Record], picture: bytes | None, guids: Mapping[str, str]
) -> Iterator[Viewpoint]:
    """That of an issue's view, and one for each pin, which looks at it along its normal and has its place marked.

    `guids`: the IFC GUID of each object, by its id in lower case.
    """
    scene = as_mapping(issue.get("scene"))
    view = View.from_scene(scene)
    if isinstance(version := scene.get("version"), list) and version[:1] == [1]:
        view = replace(view, cuts=())  # which are measured by the model
    names = {one: guids[one.lower()] for one in _spoken_of(view) if one.lower() in guids}
    view, tools = view.renamed(names), {name: (OURS, key) for key, name in names.items()}
    if picture or view != View(layers=view.layers):
        yield Viewpoint(guid_of("", "view of", issue.id), view, snapshot=picture, tools=tools)
    for pin in pins:
        at, normal = _point(pin.get("position")), _point(pin.get("normalVector"))
        if at is None:
            continue
        length = math.hypot(*normal) if normal else 0.0
        x, y, z = (one / length for one in normal) if normal and length > 1e-9 else (0.0, 0.0, 1.0)
        stands = (at[0] + _AWAY * x, at[1] + _AWAY * y, at[2] + _AWAY * z)
        target = str(pin.get("objectId") or "")
        name = guids.get(target.lower(), target)
        seen = View(Camera(stands, at, _ANGLE), selected=(name,) if name else ())
        yield Viewpoint(pin.id, seen, (at,), tools={name: (OURS, target)})


def _spoken_of(view: View) -> set[str]:
    lists = (view.visible or (), view.hidden, view.transparent, view.selected, *view.colors.values())
    return {one for some in lists for one in some}


def in_scene(scene: Any) -> bytes | None:
    """The picture in a scene, which holds it as a data URL."""
    text = as_mapping(scene).get("thumbnail")
    if not isinstance(text, str) or not text.startswith("data:image/") or len(text) > 2 * MOST:
        return None
    try:
        return base64.b64decode(text.partition(",")[2], validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _email(value: object) -> str:
    """Somebody as BCF names people: by e-mail address, or by name."""
    if isinstance(value, Mapping) and value.get("email"):
        return str(value["email"])
    return frames.person(value) or ""


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def short_id(record: Mapping[str, Any]) -> int | None:
    """An issue's number in its project."""
    value = record.get("shortId")
    return value if isinstance(value, int) else None


def _point(value: object) -> Point | None:
    numbers = [number(value.get(axis)) for axis in "xyz"] if isinstance(value, Mapping) else []
    found = [one for one in numbers if one is not None]
    return (found[0], found[1], found[2]) if len(found) == 3 else None
