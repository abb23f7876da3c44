"""BCF files, versions 2.1 and 3.0. Source: buildingSMART, BCF-XML, the schemas of both versions; elements must come in
the order of the schemas."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from bimplus_nb.sandbox.bcf.topics import (
    Camera,
    Comment,
    Component,
    Topic,
    Vector,
    Version,
    Viewpoint,
    direction_out,
    picture_kind,
    point_out,
)

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IFC_ID = re.compile(r"[0-9A-Za-z_$]{22}")
_UNKNOWN = "unknown"


def write(topics: Sequence[Topic], version: Version, project: tuple[str, str] | None = None) -> bytes:
    """A whole file. `project`: id and name, where all topics are of one."""
    files: dict[str, str | bytes] = {"bcf.version": _version(version)}
    if project is not None:
        files["project.bcfp"] = _project(version, *project)
    if version == "3.0":
        files["extensions.xml"] = _extensions(topics)
    for topic in topics:
        files[f"{topic.guid}/markup.bcf"] = _markup(topic, version)
        for number, viewpoint in enumerate(topic.viewpoints):
            if viewpoint.camera is not None:
                files[f"{topic.guid}/{_called(number)}"] = _viewpoint(viewpoint, viewpoint.camera, version)
            if viewpoint.snapshot is not None:
                files[f"{topic.guid}/{_snapshot(number, viewpoint.snapshot)}"] = viewpoint.snapshot
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            # Without the time of day, so that the same issues give the same file.
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _version(version: Version) -> str:
    detailed = _tag("DetailedVersion", version) if version == "2.1" else ""
    return _HEAD + _tag("Version", inner=detailed, VersionId=version)


def _project(version: Version, key: str, name: str) -> str:
    inner = _tag("Project", inner=_text("Name", name), ProjectId=key)
    if version == "3.0":
        return _HEAD + _tag("ProjectInfo", inner=inner)
    return _HEAD + _tag("ProjectExtension", inner=inner + _tag("ExtensionSchema"))


def _extensions(topics: Iterable[Topic]) -> str:
    """The words that occur, which version 3.0 wants listed."""
    topics = list(topics)
    people = (one for topic in topics for one in (topic.author, topic.assigned or ""))
    lists = [
        ("TopicTypes", "TopicType", [topic.type or "" for topic in topics]),
        ("TopicStatuses", "TopicStatus", [topic.status or "" for topic in topics]),
        ("Priorities", "Priority", [topic.priority or "" for topic in topics]),
        ("TopicLabels", "TopicLabel", [topic.label or "" for topic in topics]),
        ("Users", "User", list(people)),
    ]
    inner = "".join(
        _tag(several, inner="".join(_text(one, word) for word in dict.fromkeys(words))) for several, one, words in lists
    )
    return _HEAD + _tag("Extensions", inner=inner)


def _markup(topic: Topic, version: Version) -> str:
    later = version == "3.0"
    label = _text("Label" if later else "Labels", topic.label)
    comments = "".join(_comment(comment) for comment in topic.comments)
    places = "".join(
        _place("ViewPoint" if later else "Viewpoints", number, viewpoint)
        for number, viewpoint in enumerate(topic.viewpoints)
    )
    inner = "".join(
        (
            _text("Title", topic.title),
            _text("Priority", topic.priority),
            _tag("Labels", inner=label) if later and label else label,
            _text("CreationDate", topic.created),
            _text("CreationAuthor", topic.author, _UNKNOWN),
            _text("ModifiedDate", topic.modified),
            _text("DueDate", topic.due),
            _text("AssignedTo", topic.assigned),
            _text("Description", topic.description),
            _tag("Comments", inner=comments) if later and comments else "",
            _tag("Viewpoints", inner=places) if later and places else "",
        )
    )
    named = {"TopicType": topic.type or _UNKNOWN, "TopicStatus": topic.status or _UNKNOWN}
    if later and topic.number is not None:
        named["ServerAssignedId"] = str(topic.number)
    written = _tag("Topic", inner=inner, Guid=topic.guid, **named)
    return _HEAD + _tag("Markup", inner=written if later else written + comments + places)


def _comment(comment: Comment) -> str:
    inner = _text("Date", comment.date) + _text("Author", comment.author, _UNKNOWN) + _text("Comment", comment.text)
    return _tag("Comment", inner=inner, Guid=comment.guid)


def _place(name: str, number: int, viewpoint: Viewpoint) -> str:
    inner = _text("Viewpoint", _called(number)) if viewpoint.camera is not None else ""
    if viewpoint.snapshot is not None:
        inner += _text("Snapshot", _snapshot(number, viewpoint.snapshot))
    return _tag(name, inner=inner + _text("Index", str(number)), Guid=viewpoint.guid)


def _called(number: int) -> str:
    """The first has the name that readers of the oldest version expect."""
    return f"viewpoint-{number}.bcfv" if number else "viewpoint.bcfv"


def _snapshot(number: int, content: bytes) -> str:
    return f"snapshot{f'-{number}' if number else ''}.{picture_kind(content)}"


def _viewpoint(viewpoint: Viewpoint, camera: Camera, version: Version) -> str:
    """A view; version 3.0 knows none without a camera."""
    selected = "".join(_component(one) for one in viewpoint.selected)
    selection = _tag("Selection", inner=selected) if selected else ""
    inner = _tag("Components", inner=selection + _tag("Visibility", DefaultVisibility="true"))
    inner += _camera(camera, version)
    lines = "".join(
        _tag("Line", inner=_vector("StartPoint", point_out(at)) + _vector("EndPoint", point_out(at)))
        for at in viewpoint.points
    )
    if lines:
        inner += _tag("Lines", inner=lines)
    return _HEAD + _tag("VisualizationInfo", inner=inner, Guid=viewpoint.guid)


def _component(component: Component) -> str:
    inner = _text("OriginatingSystem", component.system) + _text("AuthoringToolId", component.tool)
    named = {"IfcGuid": component.ifc} if _IFC_ID.fullmatch(component.ifc) else {}
    return _tag("Component", inner=inner, **named)


def _camera(camera: Camera, version: Version) -> str:
    inner = (
        _vector("CameraViewPoint", point_out(camera.position))
        + _vector("CameraDirection", direction_out(camera.direction))
        + _vector("CameraUpVector", direction_out(camera.up))
    )
    # The service does not say how wide a view is.
    aspect = _tag("AspectRatio", "1") if version == "3.0" else ""
    if camera.scale is not None:
        return _tag("OrthogonalCamera", inner=inner + _tag("ViewToWorldScale", repr(camera.scale)) + aspect)
    fov = camera.fov or 45.0
    # Version 2.1 allows no other angles.
    fov = min(max(fov, 45.0), 60.0) if version == "2.1" else fov
    return _tag("PerspectiveCamera", inner=inner + _tag("FieldOfView", repr(fov)) + aspect)


def _vector(name: str, vector: Vector) -> str:
    return _tag(name, inner="".join(_tag(axis, repr(float(value))) for axis, value in zip("XYZ", vector, strict=True)))


def _text(name: str, text: str | None, otherwise: str = "") -> str:
    """An element with a text; none where that is blank, which version 3.0 does not allow."""
    text = text if text and text.strip() else otherwise
    return _tag(name, text) if text else ""


def _tag(name: str, text: str = "", *, inner: str = "", **named: str) -> str:
    attributes = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in named.items())
    content = inner or escape(_clean(text), _BREAKS)
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


_BREAKS = {"\r": "&#13;"}  # a reader would make it a line feed


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
