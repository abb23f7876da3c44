"""Slideshows and their slides. Source: Bimplus documentation, Slideshow Service; `slideShowId` and `thumbnail`:
published .NET SDK of 2014.

Making and changing them needs the right to edit the project; all slideshows at once are deleted by its administrators.
A slide's `scene` is the viewer's own: it is kept and given back as it came.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.fields import NAME, Fields, now
from bimplus_nb.sandbox.problem import bad, missing
from bimplus_nb.sandbox.routes.scenes import given
from bimplus_nb.sandbox.routes.session import profile
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_ALL = "/{team}/projects/{project}/slideshows"
# The documents print both: below the project, and plain.
_SHOW = ("/{team}/slideshows/{slideshow}", f"{_ALL}/{{slideshow}}")
_SLIDES = "/{team}/slideshows/{slideshow}/slides"
_SLIDE = ("/{team}/slides/{slide}", "/{team}/projects/{project}/slides/{slide}")


@table.get(_ALL)
def every(ask: Ask) -> Any:
    return [_show(ask, show) for show in ask.store.all("slideshow", owner=access.project(ask)["id"])]


@table.post(_ALL)
def create(ask: Ask) -> Any:
    project, fields = access.project(ask, "Project_Edit"), ask.fields()
    record = {
        "projectId": project["id"],
        "name": fields.needed("name"),
        "description": fields.text("description"),
        "author": ask.user["id"],
        "created": now(),
    }
    return _show(ask, ask.store.add("slideshow", record, owner=project["id"], project=project["id"]))


@table.delete(_ALL)
def delete_all(ask: Ask) -> Any:
    project = access.project(ask, "Project_Admin")
    ask.store.run("DELETE FROM things WHERE kind = 'slideshow' AND owner = ?", project["id"])


@table.get(*_SHOW)
def one(ask: Ask) -> Any:
    return _show(ask, _found(ask, "slideshow"))


@table.put(*_SHOW)
def update(ask: Ask) -> Any:
    """Changes name and description; a slideshow stays in its project."""
    show, fields = _found(ask, "slideshow", editing=True), ask.fields()
    if (fields.guid("projectId") or show["projectId"]) != show["projectId"]:
        raise bad("projectId is another project; a slideshow stays where it is.")
    if "name" in fields:
        show["name"] = fields.needed("name")
    if "description" in fields:
        show["description"] = fields.text("description")
    return _show(ask, ask.store.save(show))


@table.delete(*_SHOW)
def delete(ask: Ask) -> Any:
    """Deletes the slideshow with its slides and thumbnails."""
    ask.store.delete(_found(ask, "slideshow", editing=True)["id"])


@table.get(_SLIDES)
def slides(ask: Ask) -> Any:
    """The slides, in order."""
    return [_slide(ask, slide) for slide in _in_order(ask, _found(ask, "slideshow")["id"])]


@table.post(_SLIDES)
def create_slide(ask: Ask) -> Any:
    """A new slide behind the others."""
    show, fields = _found(ask, "slideshow", editing=True), ask.fields()
    record: Record = {
        "slideShowId": show["id"],
        "name": fields.text("name", limit=NAME) or "",
        "description": fields.text("description"),
        "slideInfo": fields.text("slideInfo") or "",
        "index": ask.store.count("slide", show["id"]) + 1,
        "scene": given(fields),
        "created": now(),
        "author": ask.user["id"],
    }
    return _slide(ask, ask.store.add("slide", record, owner=show["id"], project=show["projectId"]))


@table.get(*_SLIDE)
def slide(ask: Ask) -> Any:
    return _slide(ask, _found(ask, "slide"))


@table.put(*_SLIDE)
def update_slide(ask: Ask) -> Any:
    """Changes what is given. `index` moves the slide there, and the others make room."""
    slide, fields = _found(ask, "slide", editing=True), ask.fields()
    if fields.guid("projectId") not in (None, ask.store.project_of(slide["id"])):
        raise bad("projectId is another project; a slide stays where it is.")
    changes: Record = {}
    if "name" in fields:
        changes["name"] = fields.text("name", limit=NAME) or ""
    if "description" in fields:
        changes["description"] = fields.text("description")
    if "slideInfo" in fields:
        changes["slideInfo"] = fields.text("slideInfo") or ""
    if "scene" in fields:
        changes["scene"] = given(fields)
    index = _index(ask, slide, fields)
    ask.store.save({**slide, **changes})
    others = [other for other in _in_order(ask, slide["slideShowId"]) if other["id"] != slide["id"]]
    _number(ask, [*others[: index - 1], {**slide, **changes}, *others[index - 1 :]])
    return _slide(ask, {**slide, **changes, "index": index})


@table.delete(*_SLIDE)
def delete_slide(ask: Ask) -> Any:
    """Deletes the slide; those behind it move up."""
    slide = _found(ask, "slide", editing=True)
    ask.store.delete(slide["id"])
    _number(ask, _in_order(ask, slide["slideShowId"]))


def _found(ask: Ask, kind: str, *, editing: bool = False) -> Record:
    """The slideshow or slide of the address, in the project that stands there, if any."""
    if "project" in ask.path:
        project = access.project(ask)["id"]
        if ask.store.project_of(ask.id(kind)) != project:
            raise missing(kind, ask.path[kind])
    return access.thing(ask, kind, "Project_Edit" if editing else "Project_View")


def _in_order(ask: Ask, show: str) -> list[Record]:
    return sorted(ask.store.all("slide", owner=show), key=lambda slide: slide["index"])


def _number(ask: Ask, slides: list[Record]) -> None:
    """Counts the slides from 1, without gaps."""
    for index, slide in enumerate(slides, 1):
        if slide["index"] != index:
            ask.store.save({**slide, "index": index})


def _index(ask: Ask, slide: Record, fields: Fields) -> int:
    index, last = fields.number("index"), ask.store.count("slide", slide["slideShowId"])
    if index is None:
        return int(slide["index"])
    if index != int(index) or not 1 <= index <= last:
        raise fields.wrong("index", f"a whole number from 1 to {last}")
    return int(index)


def _show(ask: Ask, show: Record) -> Record:
    return {**show, "author": _author(ask, show), "thumbnail": _thumbnail(ask, show)}


def _slide(ask: Ask, slide: Record) -> Record:
    return {**slide, "author": _author(ask, slide), "thumbnail": _thumbnail(ask, slide)}


def _author(ask: Ask, made: Record) -> Record | None:
    user = ask.store.get("user", made["author"])
    return profile(user) if user else None


def _thumbnail(ask: Ask, of: Record) -> str | None:
    """The thumbnail's id is that of what it shows."""
    return of["id"] if ask.store.count("thumbnail", of["id"]) else None
