"""Attachments: files on projects, objects, issues and slides, with their versions.

Source: Bimplus documentation, Attachment Service; versions, release, pieces and the fields `version`, `release`, `tag`,
`hash`, `attachmentType`: published JavaScript SDK 1.0.56; `openInBrowser`: published web components 0.0.189.

Who may: seeing the thing is enough to read; attaching, renaming and new versions need the right to edit the project;
what is there is deleted by whoever attached it or by an administrator of the project.
"""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, attaching, chunks, files
from bimplus_nb.sandbox.attaching import latest
from bimplus_nb.sandbox.fields import Fields, now
from bimplus_nb.sandbox.places import place
from bimplus_nb.sandbox.problem import bad, conflict, missing
from bimplus_nb.sandbox.routes.session import profile
from bimplus_nb.sandbox.wire import Ask, Record, Reply, Table

table = Table()

_ON = tuple(
    f"/{{team}}/{place}/attachments"
    for place in ("projects/{project}", "objects/{object}", "issues/{issue}", "slides/{slide}")
)
_ONE = "/{team}/attachments/{attachment}"


@table.get(*_ON)
def every(ask: Ask) -> Any:
    return [_shown(ask, attachment) for attachment in ask.store.all("attachment", owner=place(ask).id)]


@table.post(*_ON, upload=True)
def create(ask: Ask) -> Any:
    """A new file. `attachmenttype=thumbnailhighresolution` is the one picture of a view, in place of the one before."""
    on, file = place(ask, "Project_Edit"), files.sent(ask)
    kind = ask.query.get("attachmenttype", "")[:100]
    if kind and files.picture(file.content) is None:
        raise bad("A thumbnail must be a PNG, JPEG, GIF or WebP picture.")
    return _shown(ask, attaching.attach(ask, on, file, kind=kind))


@table.delete(*_ON)
def delete_all(ask: Ask) -> Any:
    """Deletes every file there, if all are this user's own or the user administers the project."""
    on = place(ask, "Project_Edit")
    if any(attachment["creator"] != ask.user["id"] for attachment in ask.store.all("attachment", owner=on.id)):
        access.require(ask, "Project_Admin", on.project)
    ask.store.run("DELETE FROM things WHERE kind = 'attachment' AND owner = ?", on.id)


@table.put("/{team}/objects/{object}/attachments/chunked", upload=True)
def create_chunked(ask: Ask) -> Any:
    on, one = place(ask, "Project_Edit"), chunks.piece(ask)
    if not chunks.unfinished(ask, one, "create", on.id):
        # The same PUT again: the file is there, and stays one.
        for attachment in ask.store.all("attachment", owner=on.id):
            if attachment["creator"] == ask.user["id"] and attaching.holds(ask, attachment, one):
                return _shown(ask, attachment)
    taken = chunks.take(ask, one, "create", on.id, on.project)
    if isinstance(taken, dict):
        return taken
    return _shown(ask, attaching.attach(ask, on, attaching.assembled(one.name, taken[1]), key=taken[0]))


@table.get(_ONE)
def one(ask: Ask) -> Any:
    return _shown(ask, access.thing(ask, "attachment"))


@table.put(_ONE, upload=True)
def update(ask: Ask) -> Any:
    """With a file: that instead of the latest version's, as the SDK's `attachments.post` sends. Else what is given."""
    attachment = access.thing(ask, "attachment", "Project_Edit")
    if ask.files:
        return _shown(ask, attaching.replace(ask, attachment, files.sent(ask)))
    changes, fields = latest(attachment), ask.fields()
    name, kind, tag = fields.text("fileName"), fields.text("type", limit=200), fields.text("tag", limit=1000)
    home = _new_home(ask, attachment, fields)
    if name is not None:
        changes["fileName"] = files.file_name(name)
    if kind is not None:
        changes["type"] = files.content_type(kind)
    if tag is not None:
        attachment["tag"] = tag
    attachment.update(changed=now(), objectIds=[home])
    ask.store.run("UPDATE things SET owner = ? WHERE id = ?", home, attachment["id"])
    return _shown(ask, ask.store.save(attachment))


@table.delete(_ONE)
def delete(ask: Ask) -> Any:
    ask.store.delete(_to_delete(ask)["id"])


@table.get(f"{_ONE}/download")
def download(ask: Ask) -> Any:
    """The latest version's content; part of it with Range."""
    attachment = access.thing(ask, "attachment")
    return _served(ask, attachment, latest(attachment))


@table.put(f"{_ONE}/chunked", upload=True)
def replace_chunked(ask: Ask) -> Any:
    return _chunked(ask, "replace")


@table.get(f"{_ONE}/versions")
def versions(ask: Ask) -> Any:
    """Every version, oldest first."""
    attachment = access.thing(ask, "attachment")
    return [_shown(ask, attachment, version) for version in attachment["versions"]]


@table.post(f"{_ONE}/versions", upload=True)
def create_version(ask: Ask) -> Any:
    attachment = access.thing(ask, "attachment", "Project_Edit")
    return _shown(ask, attaching.add_version(ask, attachment, files.sent(ask)))


@table.put(f"{_ONE}/versions/chunked", upload=True)
def create_version_chunked(ask: Ask) -> Any:
    return _chunked(ask, "version")


@table.get(f"{_ONE}/versions/{{version}}/download")
def download_version(ask: Ask) -> Reply:
    attachment = access.thing(ask, "attachment")
    return _served(ask, attachment, _version(attachment, ask.path["version"]))


@table.delete(f"{_ONE}/versions/{{version}}")
def delete_version(ask: Ask) -> Any:
    """Deletes one version; the last one left goes with the attachment only. Its number is not used again."""
    attachment = _to_delete(ask)
    version = _version(attachment, ask.path["version"])
    if len(attachment["versions"]) == 1:
        raise conflict("This is the only version; delete the attachment instead.")
    attachment["versions"].remove(version)
    ask.store.drop_file(attachment["id"], attaching.file_of(version))
    ask.store.save(attachment)


@table.put(f"{_ONE}/release")
def release(ask: Ask) -> Any:
    """Marks a version as released (`release`, true if not said) or takes that back. `version` says which, else the
    latest. The SDK sends a body that nobody describes; these fields are those of the answers."""
    attachment, fields = access.thing(ask, "attachment", "Project_Edit"), ask.fields()
    number, released = fields.number("version"), fields.flag("release")
    version = latest(attachment) if number is None else _version(attachment, f"{number:.15g}")
    version["release"] = released is not False
    return _shown(ask, ask.store.save(attachment), version)


def _shown(ask: Ask, attachment: Record, version: Record | None = None) -> Record:
    """The attachment as the service answers it: the latest version's name, kind and size, or those of another one."""
    version = version or latest(attachment)
    author = ask.store.get("user", version["creator"])
    return {
        "objectIds": attachment["objectIds"],
        "name": version["fileName"].rpartition(".")[0] or version["fileName"],
        "fileName": version["fileName"],
        "type": version["type"],
        "size": version["size"],
        "createdAt": version["createdAt"],
        "creator": profile(author) if author else None,
        "id": attachment["id"],
        "changed": attachment["changed"],
        "hash": version["hash"],
        "attachmentType": attachment["attachmentType"],
        "tag": attachment["tag"],
        "version": version["version"],
        "release": version["release"],
        "rights": _rights(ask, attachment),
    }


def _rights(ask: Ask, attachment: Record) -> Record:
    project = ask.store.get("project", ask.store.project_of(attachment["id"]) or "")
    granted = access.rights_in(access.team(ask), project, ask.user) if project else frozenset()
    return {
        "update": "Project_Edit" in granted,
        "delete": "Project_Admin" in granted or attachment["creator"] == ask.user["id"],
        "download": True,
    }


def _chunked(ask: Ask, purpose: str) -> Record:
    """One piece of what becomes the latest version, or stands in for it."""
    attachment = access.thing(ask, "attachment", "Project_Edit")
    one, key = chunks.piece(ask), attachment["id"]
    if not chunks.unfinished(ask, one, purpose, key) and attaching.holds(ask, attachment, one):
        return _shown(ask, attachment)
    taken = chunks.take(ask, one, purpose, key, ask.store.project_of(key) or "")
    if isinstance(taken, dict):
        return taken
    file = attaching.assembled(one.name, taken[1])
    change = attaching.replace if purpose == "replace" else attaching.add_version
    return _shown(ask, change(ask, attachment, file))


def _served(ask: Ask, attachment: Record, version: Record) -> Reply:
    return files.served(
        ask,
        attachment["id"],
        attaching.file_of(version),
        called=version["fileName"],
        kind=version["type"],
        size=version["size"],
        tag=version["hash"],
    )


def _to_delete(ask: Ask) -> Record:
    attachment = access.thing(ask, "attachment")
    if attachment["creator"] != ask.user["id"]:
        return access.thing(ask, "attachment", "Project_Admin")
    return attachment


def _version(attachment: Record, number: str) -> Record:
    for version in attachment["versions"]:
        if str(version["version"]) == number:
            found: Record = version
            return found
    raise missing("version", number)


def _new_home(ask: Ask, attachment: Record, fields: Fields) -> str:
    """Where the file hangs from now on: `objectIds` may name another place of its project."""
    before = str(attachment["objectIds"][0])
    wanted = fields.raw("objectIds")
    if wanted is None:
        return before
    several = wanted if isinstance(wanted, list) else [wanted]
    if len(several) != 1:
        raise bad("objectIds must name the one thing that the file hangs on.")
    key = Fields({"objectIds": several[0]}).guid("objectIds")
    if key in (None, before):
        return before
    there = place(attaching.asking_for(ask, str(key)), "Project_Edit", slot="object")
    if there.project != ask.store.project_of(attachment["id"]):
        raise bad("objectIds must lie in the same project.")
    return there.id
