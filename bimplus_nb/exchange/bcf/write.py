"""BCF files, written."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from bimplus_nb.exchange.bcf import viewpoint
from bimplus_nb.exchange.bcf.models import serialize, words
from bimplus_nb.exchange.bcf.topics import Comment, Topic, Topics, Version, Viewpoint, guid_of, moment, picture_kind
from bimplus_nb.exchange.whole import whole
from bimplus_nb.viewer.capture import View

_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNKNOWN: Final = "unknown"
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_bcf(
    topics: Topics | Iterable[Topic],
    path: str | os.PathLike[str],
    *,
    version: Version = "2.1",
    project: tuple[str, str] | None = None,
) -> Path:
    """Write topics to a .bcf (or .bcfzip) file, version "2.1" or "3.0"; where it is.

    `project`: its id and name, by default what the topics say. The same topics give the same bytes, and the file is
    there whole or not at all. In 2.1 the angle of a view is brought to between 45° and 60°, which its schema wants.
    Needs the extra `bcf`. Of a project: ``project.issues.to_bcf(path)``.
    """
    path = Path(path)
    with whole(path, ".bcfzip" if path.suffix.lower() == ".bcfzip" else ".bcf") as temporary:
        temporary.write_bytes(packed(topics, version=version, project=project))
    return path


def packed(
    topics: Topics | Iterable[Topic], *, version: Version = "2.1", project: tuple[str, str] | None = None
) -> bytes:
    """The bytes of such a file."""
    if version not in ("2.1", "3.0"):
        raise ValueError(f"a BCF version is '2.1' or '3.0', not {version!r}")
    project = project or (topics.project if isinstance(topics, Topics) else None)
    topics, mdl = [*topics], words(version)
    files: dict[str, str | bytes] = {"bcf.version": serialize(_version(mdl, version))}
    if project is not None:
        files["project.bcfp"] = serialize(_project(mdl, version, *project))
    if version == "3.0":
        files["extensions.xml"] = serialize(_extensions(mdl, topics))
    taken: set[str] = set()
    for topic in topics:
        folder = guid_of(topic.guid, topic.guid)
        if folder in taken:
            raise ValueError(f"two topics have the guid {folder}")
        taken.add(folder)
        files[f"{folder}/markup.bcf"] = serialize(_markup(mdl, version, folder, topic))
        for number, seen in enumerate(topic.viewpoints):
            if _has_file(seen, version):
                files[f"{folder}/{_called(number, seen)}"] = serialize(viewpoint.written(_valid(seen), mdl, version))
            if seen.snapshot and picture_kind(seen.snapshot):
                files[f"{folder}/{_pictured(number, seen)}"] = seen.snapshot
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            # Without the time of day, so that the same topics give the same file.
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _version(mdl: ModuleType, version: Version) -> Any:
    return mdl.Version(version_id=version, **({"detailed_version": version} if version == "2.1" else {}))


def _project(mdl: ModuleType, version: Version, key: str, name: str) -> Any:
    project = mdl.Project(project_id=_text(key) or _UNKNOWN, name=_text(name))
    if version == "3.0":
        return mdl.ProjectInfo(project=project)
    return mdl.ProjectExtension(project=project, extension_schema="")


def _extensions(mdl: ModuleType, topics: Sequence[Topic]) -> Any:
    """The words that occur, which version 3.0 wants listed."""

    def listed(kind: str, name: str, found: Iterable[str]) -> Any:
        texts = [text for text in dict.fromkeys(map(_text, found)) if text]
        return getattr(mdl, kind)(**{name: texts}) if texts else None

    people = (one for topic in topics for one in (topic.author, topic.assigned_to))
    return mdl.Extensions(
        topic_types=listed("ExtensionsTopicTypes", "topic_type", (topic.type for topic in topics)),
        topic_statuses=listed("ExtensionsTopicStatuses", "topic_status", (topic.status for topic in topics)),
        priorities=listed("ExtensionsPriorities", "priority", (topic.priority for topic in topics)),
        topic_labels=listed("ExtensionsTopicLabels", "topic_label", (one for topic in topics for one in topic.labels)),
        users=listed("ExtensionsUsers", "user", people),
    )


def _markup(mdl: ModuleType, version: Version, guid: str, topic: Topic) -> Any:
    later = version == "3.0"
    labels = [text for one in topic.labels if (text := _text(one))]
    comments = [_comment(mdl, guid, one) for one in topic.comments if _text(one.text)]
    places = [
        mdl.ViewPoint(
            viewpoint=_called(number, seen) if _has_file(seen, version) else None,
            snapshot=_pictured(number, seen) if seen.snapshot and picture_kind(seen.snapshot) else None,
            index=number,
            guid=_valid(seen).guid,
        )
        for number, seen in enumerate(topic.viewpoints)
    ]
    said: dict[str, Any] = {
        "guid": guid,
        "title": _text(topic.title) or "Untitled",
        "topic_status": _text(topic.status) or (_UNKNOWN if later else None),
        "topic_type": _text(topic.type) or (_UNKNOWN if later else None),
        "priority": _text(topic.priority),
        "index": topic.number,
        "labels": labels,
        "creation_date": _date(topic.created or topic.modified or _LONG_AGO),
        "creation_author": _text(topic.author) or _UNKNOWN,
        "modified_date": _date(topic.modified),
        "due_date": _date(topic.due),
        "assigned_to": _text(topic.assigned_to),
        "description": _text(topic.description),
    }
    if not later:
        return mdl.Markup(topic=mdl.Topic(**said), comment=comments, viewpoints=places)
    said["labels"] = mdl.TopicLabels(label=labels) if labels else None
    said["server_assigned_id"] = None if topic.number is None else str(topic.number)
    said["comments"] = mdl.TopicComments(comment=comments) if comments else None
    said["viewpoints"] = mdl.TopicViewpoints(view_point=places) if places else None
    return mdl.Markup(topic=mdl.Topic(**said))


def _comment(mdl: ModuleType, topic: str, comment: Comment) -> Any:
    seen = guid_of(comment.viewpoint)
    return mdl.Comment(
        guid=guid_of(comment.guid, topic, comment.guid),
        comment=_text(comment.text),
        author=_text(comment.author) or _UNKNOWN,
        date=_date(comment.date or _LONG_AGO),
        viewpoint=mdl.CommentViewpoint(guid=seen) if seen else None,
    )


def _valid(seen: Viewpoint) -> Viewpoint:
    return replace(seen, guid=guid_of(seen.guid, seen.guid))


def _has_file(seen: Viewpoint, version: Version) -> bool:
    """Whether there is anything to be seen but a picture; version 3.0 knows no view without a camera."""
    return seen.view.camera is not None or (version == "2.1" and (seen.view != View() or bool(seen.points)))


def _called(number: int, seen: Viewpoint) -> str:
    """The first has the name that BIMcollab, Solibri and Navisworks look for."""
    return f"{_valid(seen).guid}.bcfv" if number else "viewpoint.bcfv"


def _pictured(number: int, seen: Viewpoint) -> str:
    return f"{_valid(seen).guid if number else 'snapshot'}.{picture_kind(seen.snapshot or b'')}"


def _text(text: str) -> str | None:
    """What XML can hold of a text; None where that is blank, which version 3.0 does not allow."""
    clean = _NO_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean if clean.strip() else None


def _date(value: datetime | None) -> Any:
    from xsdata.models.datatype import XmlDateTime

    return None if value is None else XmlDateTime.from_datetime(moment(value))
