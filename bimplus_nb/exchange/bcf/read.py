"""BCF files, read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from bimplus_nb.exchange.bcf import viewpoint
from bimplus_nb.exchange.bcf.archive import Archive
from bimplus_nb.exchange.bcf.models import parse, words
from bimplus_nb.exchange.bcf.topics import (
    Comment,
    Topic,
    Topics,
    Unreadable,
    Version,
    Viewpoint,
    guid_of,
    moment,
    picture_kind,
)
from bimplus_nb.text import plain

_TOPICS: Final = 10_000
_VIEWPOINTS, _COMMENTS = 1_000, 10_000  # of a topic


def read_bcf(path: str | os.PathLike[str] | bytes) -> Topics:
    """The topics of the BCF file at `path` (.bcf, .bcfzip), version 2.1 or 3.0, or of its bytes. Needs the extra `bcf`.

    A topic or viewpoint that cannot be read is left out and named in `refused`, with the reason. Raises ValueError
    where the file is none, or could be an attack: no zip archive, entries that point out of it, document types and
    entities in the XML, more than fits.
    """
    name = "The BCF file" if isinstance(path, bytes) else os.fspath(path)
    content = path if isinstance(path, bytes) else Path(path).read_bytes()
    try:
        return _topics(Archive(content))
    except ValueError as error:
        raise ValueError(f"{plain(name, 200)} is not read: {error}.") from None
    except Unreadable as error:
        raise ValueError(f"{plain(name, 200)} is not read: {error}.") from None


def _topics(archive: Archive) -> Topics:
    said = parse(archive.xml("bcf.version"), words("3.0").Version)
    version = said.version_id
    if version not in ("2.1", "3.0"):
        raise ValueError(f"it is of BCF version {plain(version or '', 20)!r}; 2.1 and 3.0 are read")
    return _read(archive, words(version), version)


def _read(archive: Archive, mdl: ModuleType, version: Version) -> Topics:
    folders = [name.removesuffix("/markup.bcf") for name in archive.files if name.endswith("/markup.bcf")]
    if len(folders) > _TOPICS:
        raise ValueError(f"it has more than {_TOPICS:,} topics")
    found: dict[str, Topic] = {}
    homes: dict[str, str] = {}
    refused: dict[str, str] = {}
    for folder in folders:
        shown = plain(folder, 80)
        if "/" in folder:
            refused[shown] = "its folder is inside another one"
            continue
        try:
            topic = _topic(archive, folder, mdl, version, refused)
        except Unreadable as error:
            refused[shown] = str(error)
            continue
        if topic.guid in found:
            refused[shown] = f"it is the topic {topic.guid} once more"
        else:
            found[topic.guid], homes[topic.guid] = topic, folder

    def without(guids: Iterable[str]) -> bytes:
        return archive.without(homes[guid] for guid in guids)

    project = _project(archive, mdl, version)
    return Topics(found.values(), refused=refused, project=project, version=version, without=without)


def _topic(archive: Archive, folder: str, mdl: ModuleType, version: Version, refused: dict[str, str]) -> Topic:
    markup = parse(archive.xml(f"{folder}/markup.bcf"), mdl.Markup)
    topic = markup.topic
    if topic is None:
        raise Unreadable("it has no Topic")
    guid = guid_of(topic.guid) or guid_of(folder)
    if not guid:
        raise Unreadable("it has no valid Guid")
    if not (topic.title or "").strip():
        raise Unreadable("it has no title")
    later = version == "3.0"
    labels = (topic.labels.label if topic.labels else ()) if later else topic.labels
    comments = (topic.comments.comment if topic.comments else ()) if later else markup.comment
    places = (topic.viewpoints.view_point if topic.viewpoints else ()) if later else markup.viewpoints
    number = getattr(topic, "server_assigned_id", None) or topic.index
    return Topic(
        guid,
        topic.title,
        topic.topic_status or "",
        topic.topic_type or "",
        topic.priority or "",
        tuple(label for label in labels if label),
        topic.description or "",
        topic.creation_author or "",
        _moment(topic.creation_date),
        _moment(topic.modified_date),
        _moment(topic.due_date),
        topic.assigned_to or "",
        int(number) if str(number).isdecimal() and len(str(number)) < 10 else None,
        tuple(_comment(guid, one) for one in comments[:_COMMENTS] if (one.comment or "").strip()),
        tuple(_viewpoints(archive, folder, places[:_VIEWPOINTS], mdl, refused)),
    )


def _comment(topic: str, one: Any) -> Comment:
    author, date = one.author or "", _moment(one.date)
    seen = guid_of(one.viewpoint.guid) if one.viewpoint else ""
    return Comment(guid_of(one.guid, topic, author, date, one.comment), one.comment, author, date, seen or None)


def _viewpoints(
    archive: Archive, folder: str, places: Iterable[Any], mdl: ModuleType, refused: dict[str, str]
) -> Iterator[Viewpoint]:
    for place in places:
        guid = guid_of(place.guid, folder, place.viewpoint, place.snapshot)
        picture = f"{folder}/{place.snapshot}" if place.snapshot else ""
        snapshot = archive.picture(picture) if picture in archive else None
        if picture and (snapshot is None or picture_kind(snapshot) is None):
            refused[plain(picture, 120)] = "there is no such picture, or it is none"
            snapshot = None
        name = f"{folder}/{place.viewpoint}" if place.viewpoint else ""
        if name not in archive:
            if name:
                refused[plain(name, 120)] = "there is no such viewpoint"
            if snapshot:
                yield Viewpoint(guid, snapshot=snapshot)
            continue
        try:
            yield viewpoint.read(guid, parse(archive.xml(name), mdl.VisualizationInfo), snapshot)
        except Unreadable as error:
            refused[plain(name, 120)] = str(error)
            if snapshot:
                yield Viewpoint(guid, snapshot=snapshot)


def _project(archive: Archive, mdl: ModuleType, version: Version) -> tuple[str, str] | None:
    if "project.bcfp" not in archive:
        return None
    try:
        info = parse(archive.xml("project.bcfp"), mdl.ProjectInfo if version == "3.0" else mdl.ProjectExtension)
    except Unreadable:
        return None
    return (info.project.project_id or "", info.project.name or "") if info.project else None


def _moment(value: Any) -> datetime | None:
    try:
        return moment(value.to_datetime()) if value is not None else None
    except (ValueError, OverflowError):
        return None
