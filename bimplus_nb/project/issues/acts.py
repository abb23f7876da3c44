"""What one does with issues, one by one: create, change, talk, attach, solve, close, delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from os import PathLike
from typing import Any, Final

from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import ApiError, BimplusError, Forbidden
from bimplus_nb.geometry import threejs
from bimplus_nb.project.issues import rights, wire
from bimplus_nb.project.issues.rights import Rights
from bimplus_nb.project.issues.tables import Issue, Tables
from bimplus_nb.records import Record
from bimplus_nb.text import plain

File = str | PathLike[str] | bytes
"""A file by its path, or its bytes."""

People = str | Iterable[str] | None
"""Members of the project by name, e-mail address or id; one, several, or None for nobody."""

Due = date | str | None
"""A day (until its end), a moment, or either as text in ISO 8601; without a zone it is UTC."""

PICTURE = "thumbnailhighresolution"
"""The kind of attachment that is the picture of an issue's view (published JavaScript SDK 1.0.56)."""


class Acts(Tables):
    """What one does with issues.

    What one may not do is refused before anything is written, with `Forbidden` as if the service had refused it; what
    cannot be (no date, nobody of that name, no object of the project) with ValueError.
    """

    def get(self, issue: Issue) -> Record:
        """All that the service says of an issue, its scene too. One request.

        Raises ValueError for a number that no issue has, `NotFound` for an id that none has.
        """
        return self._api.issues.get(self._id(issue))

    def rights(self, issue: Issue | None = None) -> Rights:
        """What one may do with an issue now: True or False by action, and ``.why(action)`` in words why not.

        Actions: update, assign, solve, reopen, close, delete, force_delete, comment, attach, pin. Without an issue
        those in the project: create, force_delete. The service is asked, and what it does not say follows from its
        documents' rules.
        """
        if issue is None:
            return rights.in_project(self._project_now())
        id_ = self._id(issue)
        questions: list[Callable[[], Record]] = [
            lambda: self._api.issues.get(id_), self._user, self._project_now, lambda: self._said_rights(id_),
        ]  # fmt: skip
        return rights.rights(*side_by_side(lambda ask: ask(), questions))

    def create(
        self,
        name: str,
        *,
        on: str | None = None,
        at: wire.Point | None = None,
        normal: wire.Point | None = None,
        description: str | None = None,
        type: str | None = None,
        priority: str | None = None,
        responsible: People = None,
        due: Due = None,
        classification: str | None = None,
        tag: str | None = None,
        view: Mapping[str, Any] | None = None,
        picture: bytes | None = None,
    ) -> str:
        """A new issue; its id. Needs the right to edit the project.

        `on`: the id of an object to pin it on, at the point `at` (x, y, z in mm, Y up, world; by default the middle of
        the object) with the face's direction `normal`. `type`, `priority`: as the table spells them, in any case.
        `responsible`: members by name, e-mail address or id, the first being its `responsible`. `due`: a day (until
        its end) or a moment. `view`: what is seen, as ``viewer.capture()`` says it; `picture`: of that, a PNG.
        `description`, `classification` and `tag` are words of one's own.

        All or nothing: where the pin or the picture is refused the issue is deleted again, and only its number stays
        used. Where that fails too, as on a broken line, a note on the error says which issue is there without what.
        """
        given = {"name": name, "description": description, "type": type, "priority": priority, "due": due,
                 "classification": classification, "tag": tag, "responsible": responsible}  # fmt: skip
        if at is not None and on is None:
            raise ValueError("at says where on an object it is; on must say on which")
        # All of this is looked at before anything is sent.
        point = None if at is None else wire.vector(at, "at")
        direction = None if normal is None else wire.vector(normal, "normal", unit=True)
        self._refuse(None, "created", lambda project: rights.in_project(project).why("create"))
        wanted = self._wanted({key: said for key, said in given.items() if said is not None or key == "name"})
        place = None if on is None else self._place(on, point)
        made = self._api.issues.create(self._source.record.id, **wire.arguments(wanted), scene=view)
        try:
            if on is not None and place is not None:
                self._api.pins.create(made.id, object_id=on, position=place, normal=direction)
            if picture is not None:
                self._api.attachments.create_on_issue(made.id, picture, name="view.png", kind=PICTURE)
        except BaseException as error:
            self._unmake(made, error)
            raise
        return made.id

    def update(
        self,
        issue: Issue,
        *,
        name: str | None = None,
        description: str | None = None,
        type: str | None = None,
        status: str | None = None,
        priority: str | None = None,
        responsible: People = None,
        due: Due = None,
        classification: str | None = None,
        tag: str | None = None,
        solution: str | None = None,
        view: Mapping[str, Any] | None = None,
        picture: bytes | None = None,
    ) -> None:
        """Change what is given; "" takes away what was there (not name, type and status, which are always something).

        The author may; `solution`, and `status` but "Closed", whoever is responsible too. `picture`: in place of the
        one that its view has. See `create` for the arguments.
        """
        given = {"name": name, "description": description, "type": type, "status": status, "priority": priority,
                 "responsible": responsible, "due": due, "classification": classification, "tag": tag,
                 "solution": solution}  # fmt: skip
        asked: dict[str, Any] = {key: said for key, said in given.items() if said is not None}
        if not asked and view is None and picture is None:
            return
        record = self.get(issue)
        also = {key: [str(record[key])] for key in wire.CHOICES if record.get(key)}
        wanted = self._wanted(asked, also)
        seen = {} if view is None else {"view": view}
        user = self._user()
        self._refuse(record, "changed", lambda project: rights.refusal(record, user, project, wanted | seen))
        if picture is not None:
            self._refuse_to(record, "attach")
        if wanted or view is not None:
            self._api.issues.update(record.id, **wire.arguments(wanted), scene=view)
        if picture is not None:
            self._api.attachments.create_on_issue(record.id, picture, name="view.png", kind=PICTURE)

    def assign(self, issue: Issue, responsible: People, *, due: Due = None) -> None:
        """Say who is to solve it, and until when if that is given; nobody any more with None or "". The author may.

        `responsible`: members by name, e-mail address or id; the first is its `responsible`.
        """
        record = self.get(issue)
        wanted: dict[str, Any] = {"responsible": self._people.ids(responsible)}
        wanted |= {} if due is None else {"due": wire.due(due)}
        self._refuse_to(record, "assign")
        self._api.issues.update(record.id, **wire.arguments(wanted))

    def solve(self, issue: Issue, solution: str | None = None) -> None:
        """Set it solved, with what was done. The author may, and whoever is responsible if it is not closed."""
        self._set(issue, "solve", status="Solved", solution=solution)

    def reopen(self, issue: Issue) -> None:
        """Set it open again. The author may, and whoever is responsible if it is not closed."""
        self._set(issue, "reopen", status="Open")

    def close(self, issue: Issue) -> None:
        """Set it closed. The author may."""
        self._set(issue, "close", status="Closed")

    def delete(self, issue: Issue, *, force: bool = False) -> None:
        """Delete it with its pins, comments and attachments; its number is not used again. The author may; with `force`
        whoever administers the project too."""
        record = self.get(issue)
        self._refuse_to(record, "force_delete" if force else "delete")
        self._api.issues.delete(record.id, force=force or None)

    def comment(self, issue: Issue, text: str) -> str:
        """Say `text` on it; the comment's id. Needs the right to edit the project."""
        if not text.strip():
            raise ValueError("a comment must say something")
        record = self.get(issue)
        self._refuse_to(record, "comment")
        return self._api.comments.create_on_issue(record.id, text=text).id

    def attach(self, issue: Issue, file: File, *, name: str | None = None, as_picture: bool = False) -> str:
        """Attach a file (its path or its bytes, then with a `name`); the attachment's id. Needs the right to edit the
        project. `as_picture`: the picture of its view, in place of the one there is; a PNG or JPEG."""
        if isinstance(file, bytes) and not name:
            if not as_picture:
                raise ValueError("bytes need a name to be attached by: name='report.pdf'")
            name = "view.png"
        record = self.get(issue)
        self._refuse_to(record, "attach")
        kind = PICTURE if as_picture else None
        return self._api.attachments.create_on_issue(record.id, file, name=name, kind=kind).id

    def pin(self, issue: Issue, on: str, *, at: wire.Point | None = None, normal: wire.Point | None = None) -> str:
        """Pin it on an object; the pin's id. Needs the right to edit the project. See `create` for the arguments."""
        point = None if at is None else wire.vector(at, "at")
        direction = None if normal is None else wire.vector(normal, "normal", unit=True)
        record = self.get(issue)
        self._refuse_to(record, "pin")
        return self._api.pins.create(record.id, object_id=on, position=self._place(on, point), normal=direction).id

    def unpin(self, pin_id: str) -> None:
        """Take a pin away. Needs the right to edit the project."""
        self._refuse(None, "unpinned", lambda project: rights.in_project(project).why("create"))
        self._api.pins.delete(pin_id)

    # before anything is sent -----------------------------------------------------------------------------------------

    def _user(self) -> Record:
        """Who is signed in; asked for each time, since that may be somebody else now."""
        return self._api.users.current()

    def _said_rights(self, issue_id: str) -> Record:
        try:
            return self._api.issues.rights(issue_id)
        except ApiError:
            return Record()

    def _wanted(self, asked: Mapping[str, Any], also: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
        """The values as the service is to be sent them."""
        there = also or {}
        return {
            key: self._people.ids(said) if key == "responsible" else wire.value(key, said, there.get(key, ()))
            for key, said in asked.items()
        }

    def _set(self, issue: Issue, action: str, **values: str | None) -> None:
        record = self.get(issue)
        self._refuse_to(record, action)
        self._api.issues.update(record.id, **{key: said for key, said in values.items() if said is not None})

    def _refuse_to(self, issue: Record, action: str) -> None:
        user = self._user()
        self._refuse(issue, _DONE[action], lambda project: rights.rights(issue, user, project).why(action))

    def _refuse(self, issue: Record | None, done: str, why: Callable[[Record], str]) -> None:
        """Refuses what one may not do in the project as it was known, nor as it is now."""
        if not (why(self._project) and (reason := why(self._project_now()))):
            return
        which = "An issue" if issue is None else f"Issue {plain(issue.get('shortId') or issue.id, 40)}"
        path = f"projects/{self._source.record.id}/issues" if issue is None else f"issues/{issue.id}"
        method = "POST" if issue is None else "PUT"
        raise Forbidden(f"{which} cannot be {done}: {reason}.", status=403, method=method, path=path)

    @property
    def _project(self) -> Record:
        return self._rights_record or self._source.record

    def _project_now(self) -> Record:
        self._rights_record = self._api.projects.get(self._source.record.id)
        return self._rights_record

    def _place(self, on: str, at: wire.Point | None) -> wire.Point:
        """Where on an object a pin is: the point, or the middle of its body."""
        if on.lower() not in self._source.known():
            raise ValueError(f"There is no object {plain(on, 60)!r} in the project.")
        if at is not None:
            return at
        mesh = threejs.read(self._api.objects.geometry(on).body, attributes=False).mesh
        if not len(mesh):
            raise ValueError(f"The object {plain(on, 60)!r} has no body; at must say where the pin is.")
        low, high = mesh.bounds[:, 0].min(axis=0), mesh.bounds[:, 1].max(axis=0)
        x, y, z = ((low + high) / 2).tolist()
        return x, y, z

    def _unmake(self, made: Record, error: BaseException) -> None:
        """Takes back an issue that could not be made whole, and says so on the error."""
        try:
            self._api.issues.delete(made.id)
        except BimplusError:
            number = plain(made.get("shortId") or made.id, 40)
            error.add_note(
                f"Issue {number} ({made.id}) is there, without its pin or picture, and could not be deleted again: "
                f"project.issues.delete({made.id!r}) does."
            )
        else:
            error.add_note("The issue was deleted again; nothing of it is left.")


_DONE: Final = {
    "assign": "assigned", "solve": "solved", "reopen": "opened again", "close": "closed", "comment": "commented",
    "attach": "added to", "pin": "pinned", "delete": "deleted", "force_delete": "deleted",
}  # fmt: skip
