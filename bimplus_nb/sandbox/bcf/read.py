"""BCF files of versions 2.0, 2.1 and 3.0 as topics. Source: buildingSMART, BCF-XML, documentation of these versions.

Whatever is not understood in a topic is left out of it; what could be an attack on the reader refuses the whole file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bimplus_nb.sandbox.bcf.archive import Archive, Element
from bimplus_nb.sandbox.bcf.topics import (
    FAR,
    Camera,
    Comment,
    Component,
    Topic,
    Vector,
    Viewpoint,
    direction_in,
    picture_kind,
    point_in,
)
from bimplus_nb.sandbox.fields import NAME, TEXT, guid, stamp
from bimplus_nb.sandbox.people import guid as constant
from bimplus_nb.sandbox.problem import bad

_VERSIONS = ("2.0", "2.1", "3.0")
_TOPICS, _COMMENTS, _VIEWPOINTS, _COMPONENTS = 1000, 1000, 100, 1000


@dataclass(slots=True)
class Found:
    """What a file holds: topics, and for each that is none here its name and why."""

    topics: list[Topic] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def read(content: bytes) -> Found:
    """The topics of a file."""
    archive = Archive(content)
    if "bcf.version" not in archive.files:
        raise bad("The file is not a BCF file: it has no bcf.version.")
    version = archive.xml("bcf.version").get("VersionId", "")
    if version not in _VERSIONS:
        raise bad(f"BCF version {version[:20]!r} is not read here; {', '.join(_VERSIONS)} are.")
    markups = [name for name in archive.files if name.endswith("/markup.bcf") and name.count("/") == 1]
    if len(markups) > _TOPICS:
        raise bad(f"The BCF file has more than {_TOPICS} topics.")
    found = Found()
    for name in markups:
        folder = name.rpartition("/")[0]
        topic = _topic(archive, folder, archive.xml(name))
        if isinstance(topic, str):
            found.refused.append((folder[:80], topic))
        elif any(topic.guid == other.guid for other in found.topics):
            found.refused.append((topic.guid, "It is in the file twice."))
        else:
            found.topics.append(topic)
    return found


def _topic(archive: Archive, folder: str, markup: Element) -> Topic | str:
    """A topic, or why it is none."""
    topic = markup.find("Topic")
    if topic is None:
        return "Its markup has no Topic."
    key, title = guid(topic.get("Guid", "")) or guid(folder), _text(topic, "Title")
    if key is None:
        return "It has no Guid."
    if title is None or len(title) > NAME:
        return f"Its title must be a text of at most {NAME} characters."
    description = _text(topic, "Description")
    if len(description or "") > TEXT:
        return f"Its description has more than {TEXT} characters."
    return Topic(
        key,
        title,
        topic.get("TopicStatus"),
        topic.get("TopicType"),
        _text(topic, "Priority"),
        description,
        _text(topic, "Labels/Label") or _text(topic, "Labels"),
        _text(topic, "CreationAuthor") or "",
        _moment(topic, "CreationDate"),
        _moment(topic, "ModifiedDate"),
        _moment(topic, "DueDate"),
        _text(topic, "AssignedTo"),
        comments=tuple(_comments(key, [*markup.findall("Comment"), *topic.findall("Comments/Comment")])),
        viewpoints=tuple(_viewpoints(archive, folder, markup, topic)),
    )


def _comments(topic: str, elements: list[Element]) -> Iterator[Comment]:
    for element in elements[:_COMMENTS]:
        text = _text(element, "Comment")
        if text is not None and len(text) <= TEXT:
            author, date = _text(element, "Author") or "", _moment(element, "Date")
            key = guid(element.get("Guid", "")) or constant("bcf comment", topic, author, date, text)
            yield Comment(key, text, author, date)


def _viewpoints(archive: Archive, folder: str, markup: Element, topic: Element) -> Iterator[Viewpoint]:
    places = [*markup.findall("Viewpoints"), *topic.findall("Viewpoints/ViewPoint")]
    for place in places[:_VIEWPOINTS]:
        key = guid(place.get("Guid", ""))
        yield _viewpoint(archive, folder, _text(place, "Viewpoint"), _text(place, "Snapshot"), key)
    if not places and f"{folder}/viewpoint.bcfv" in archive.files:
        # The oldest files name neither.
        yield _viewpoint(archive, folder, "viewpoint.bcfv", "snapshot.png", None)


def _viewpoint(archive: Archive, folder: str, file: str | None, picture: str | None, key: str | None) -> Viewpoint:
    snapshot = None
    if picture and f"{folder}/{picture}" in archive.files:
        content = archive.picture(f"{folder}/{picture}")
        snapshot = content if content and picture_kind(content) else None
    if not file or f"{folder}/{file}" not in archive.files:
        return Viewpoint(key or constant("bcf viewpoint", folder, file, picture), snapshot=snapshot)
    root = archive.xml(f"{folder}/{file}")
    lines = root.findall("Lines/Line")[:_COMPONENTS]
    ends = [(_vector(line.find("StartPoint")), _vector(line.find("EndPoint"))) for line in lines]
    return Viewpoint(
        key or guid(root.get("Guid", "")) or constant("bcf viewpoint", folder, file),
        _camera(root),
        tuple(_selected(root)),
        # A line of no length is a point (BCF-XML, documentation, Lines).
        tuple(point_in(start) for start, end in ends if start is not None and start == end),
        snapshot,
    )


def _selected(root: Element) -> list[Component]:
    elements = [
        *root.findall("Components/Selection/Component"),
        *(one for one in root.findall("Components/Component") if one.get("Selected", "").lower() in ("true", "1")),
    ]
    components = [
        Component(one.get("IfcGuid", ""), _text(one, "AuthoringToolId") or "", _text(one, "OriginatingSystem") or "")
        for one in elements
    ]
    return [*dict.fromkeys(one for one in components if one.ifc or one.tool)][:_COMPONENTS]


def _camera(root: Element) -> Camera | None:
    """The camera, whose direction and up vector are made perpendicular and of length one."""
    parallel = root.find("OrthogonalCamera")
    camera = root.find("PerspectiveCamera") if parallel is None else parallel
    if camera is None:
        return None
    position, direction = _vector(camera.find("CameraViewPoint")), _vector(camera.find("CameraDirection"))
    up = _vector(camera.find("CameraUpVector")) or (0.0, 0.0, 1.0)
    way = _unit(direction) if direction else None
    if position is None or way is None:
        return None
    along = sum(a * b for a, b in zip(up, way, strict=True))
    above = _unit((up[0] - along * way[0], up[1] - along * way[1], up[2] - along * way[2])) or (0.0, 0.0, 1.0)
    fov, scale = _number(camera.find("FieldOfView")), _number(camera.find("ViewToWorldScale"))
    return Camera(
        point_in(position),
        direction_in(way),
        direction_in(above),
        fov if parallel is None and fov and 0 < fov < 180 else None,
        scale if parallel is not None and scale and scale > 0 else None,
    )


def _unit(vector: Vector) -> Vector | None:
    length = math.hypot(*vector)
    return (vector[0] / length, vector[1] / length, vector[2] / length) if length > 1e-9 else None


def _vector(element: Element | None) -> Vector | None:
    if element is None:
        return None
    x, y, z = (_number(element.find(axis)) for axis in "XYZ")
    return None if x is None or y is None or z is None else (x, y, z)


def _number(element: Element | None) -> float | None:
    try:
        number = float((element.text or "") if element is not None else "")
    except ValueError:
        return None
    return number if abs(number) <= FAR / 1000 else None


def _text(element: Element, path: str) -> str | None:
    """The text of an element below; None where it is blank or not there."""
    text = element.findtext(path)
    return text if text and text.strip() else None


def _moment(element: Element, name: str) -> str | None:
    try:
        when = datetime.fromisoformat((_text(element, name) or "").strip())
        return stamp(when if when.tzinfo else when.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
