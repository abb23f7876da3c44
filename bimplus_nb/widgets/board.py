"""The issues of a project beside the building: filter, open, write, talk, solve.

Longer than most files because all that a person does on the board is one public method each, of one state: what is
listed, what is open, what is pinned. What the page is sent is in `board_page`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from bimplus_nb.errors import BimplusError, NotFound
from bimplus_nb.frames import person, pins_frame
from bimplus_nb.project import Project
from bimplus_nb.text import plain
from bimplus_nb.widgets import board_page as sent
from bimplus_nb.widgets.board_page import BoardPage
from bimplus_nb.widgets.panel import Panel
from bimplus_nb.widgets.pictures import picture

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer
    from bimplus_nb.viewer.pins import Place

_LARGEST: Final = 50 * 2**20  # bytes of a file that goes through the page
_ASKED: Final = 24  # attachments whose pictures are shown


class IssueBoard(Panel):
    """The issues of a project, and everything one does with them: ``bp.IssueBoard(project, viewer=viewer)``.

    Filter by status, time, storey, people and words; open one to read, change, discuss, solve, close or delete it, each
    where ``project.issues.rights`` allows it and else with the reason why not. With `viewer` the issues shown are
    pinned to the building: a click on a pin opens its issue, and an issue that is opened shows its pins and objects. A
    new one begins with a click on the building. Keys: / searches, arrows walk, Enter opens, N writes a new one, Escape
    goes back. `height` in CSS pixels.

    What it changes it changes by methods of ``project.issues``, and all that it reads anybody can read by
    ``project.api``; `open`, `reload` and `selected` are its own.
    """

    def __init__(self, project: Project, viewer: Viewer | None = None, *, height: int = 620) -> None:
        self.project = project
        self.viewer = viewer
        self.frame = pd.DataFrame()
        self._pins = pd.DataFrame()
        self._place: Place | None = None
        self._take_back: Callable[[], None] = lambda: None
        self._shown: list[int] | None = None
        self._page = BoardPage(height=height, label=plain(project.name), has_viewer=viewer is not None)
        super().__init__(width="100%")
        self.put(self._page)
        self._page.on_msg(self._heard)
        self._part: Callable[[], None] = lambda: None
        people = project.issues.people()
        self._page.people = [
            [str(id_), plain(name or email)] for id_, name, email in sent.rows(people, "name", "email")
        ]
        self._page.why = project.issues.rights().why("create")
        self._me = person(project.api.users.current()) or ""
        self.reload()
        if viewer is not None:
            self._part = viewer.on_pin(lambda issue: self._open(issue, go=False))

    def __repr__(self) -> str:
        return f"Issues of {plain(self.project.name, 80)}: {len(self.frame):,}"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        data = super()._repr_mimebundle_(**options)
        self._pin()  # again, for a board in whose place it is has taken the pins along
        return data

    @property
    def selected(self) -> str | None:
        """The id of the issue that is open."""
        return self._page.chosen or None

    def reload(self) -> None:
        """Ask the service for the issues anew."""
        project = self.project
        self.frame = project.issues()
        if self.viewer is not None:
            # The same as project.issues.pins() without its storeys, which would ask for all issues once more.
            pins = pins_frame(project.api.pins.all(project.id), self.frame)
            self._pins = pins.assign(overdue=self.frame["overdue"].reindex(pins["issue"]).to_numpy())
        self._shown = None
        with self._page.hold_sync():
            self._page.choices = {name: sent.words(self.frame[name]) for name in ("type", "priority")}
            self._page.table = sent.table(self.frame, self._me)
            if self._page.chosen not in self.frame.index:
                self._page.chosen = ""
        self._pin()

    def open(self, issue: str | None) -> None:
        """Open an issue (its id): its details here, its pin or view and its objects in the viewer. None closes it.

        ValueError: there is no such issue.
        """
        if issue is not None and issue not in self.frame.index:
            raise ValueError(f"There is no issue {plain(issue, 60)!r} here; reload() asks for new ones.")
        self._open(issue, go=True)

    def _open(self, issue: str | None, *, go: bool) -> None:
        self._page.chosen = issue or ""
        if self.viewer is not None:
            self.viewer.mark_pin(issue)
        if issue is None:
            return
        there = self._go(issue, fly=go)
        scene = self._tell(issue)
        if go and scene and not there and self.viewer is not None:
            self.viewer.apply(scene)

    def close(self) -> None:
        """Take it off the page; the viewer stays, without pins."""
        self._part()
        if self.viewer is not None:
            self.viewer.pin()
        super().close()

    # --- the building ----------------------------------------------------------------------------------------------

    def _pin(self) -> None:
        """Pin the issues that the list shows."""
        if self.viewer is None:
            return
        shown = self._pins
        if self._shown is not None and len(self._shown) < len(self.frame):
            shown = shown[shown["issue"].isin(self.frame.index[self._shown])]
        self.viewer.pin(shown)

    def _go(self, issue: str, *, fly: bool = True) -> bool:
        """Select an issue's objects and fly to its pin; whether it has one."""
        if self.viewer is None:
            return False
        pinned = cast("Iterable[str]", self.frame.loc[issue, "object_ids"])
        if objects := [str(id_) for id_ in pinned if id_ in self.viewer]:
            self.viewer.select(objects)
        places = self._pins[self._pins["issue"] == issue]
        there = bool(places["x_mm"].notna().any())
        if there and fly:
            if self._shown is not None and self.frame.index.get_loc(issue) not in self._shown:
                self._shown = None  # a pin that is gone to is to be seen
                self._pin()
            self.viewer.go_to_pin(issue)
        return there

    # --- what the page is told -------------------------------------------------------------------------------------

    def _tell(self, issue: str) -> Any:
        """Send the page all about an issue; its scene."""
        issues, api = self.project.issues, self.project.api
        record, rights = issues.get(issue), issues.rights(issue)
        comments = [
            [
                plain(person(one.get("author")) or "", 80),
                str(one.get("createdAt") or "")[:40],
                sent.text(one.get("text")),
            ]
            for one in api.comments.of_issue(issue)
        ]
        files = api.attachments.of_issue(issue)
        scene = record.get("scene")
        row = self.frame.loc[issue]
        about = {
            "type": "issue",
            "issue": issue,
            "description": sent.text(row["description"]),
            "solution": sent.text(row["solution"]),
            "responsibles": [plain(name, 80) for name in row["responsibles"]],
            "people": [str(one.get("id")) for one in record.get("responsibles") or () if isinstance(one, Mapping)],
            "rights": {action: rights.why(action) for action in rights},
            "comments": comments,
            "files": [sent.file(one) for one in files],
            "scene": bool(scene) and self.viewer is not None,
        }
        self._page.send(about)
        self._send_pictures(issue, files)
        return scene

    def _send_pictures(self, issue: str, files: Iterable[Mapping[str, Any]]) -> None:
        """Send what can be shown of an issue's files, picture by picture."""
        some = [one for one in files if sent.is_picture(one)]
        for one in some[:_ASKED]:
            try:
                data = self._download(str(one.get("id")))
            except BimplusError:
                continue  # the file stands in the list all the same, and says why not when it is saved
            if kind := picture(data):
                message = {"type": "picture", "issue": issue, "file": str(one.get("id")), "media": kind}
                self._page.send(message, [data])

    def _download(self, file: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            return self.project.api.attachments.download(file, Path(folder)).read_bytes()

    # --- what a person does on the page ----------------------------------------------------------------------------

    def _heard(self, _: object, message: Any, buffers: Sequence[memoryview]) -> None:
        """An act of a person; the page hears that it is done, or in words why it is not."""
        does = getattr(self, f"_on_{message.get('do')}", None) if isinstance(message, dict) else None
        if does is None:
            return
        error = ""
        try:
            does(message, buffers)
        except (BimplusError, ValueError) as problem:
            error = plain(problem, 600) or type(problem).__name__
        except Exception as problem:
            self._page.send({"type": "done", "ask": message.get("ask"), "error": plain(repr(problem), 300)})
            raise
        self._page.send({"type": "done", "ask": message.get("ask"), "error": error})

    def _on_open(self, message: dict[str, Any], _: object) -> None:
        issue = message.get("issue")
        self.open(issue if isinstance(issue, str) else None)

    def _on_reload(self, *_: object) -> None:
        self.reload()
        if self.selected:
            self._tell(self.selected)

    def _on_shown(self, _: object, buffers: Sequence[memoryview]) -> None:
        """The page has filtered: these rows are left, in uint32."""
        if self.viewer is not None and len(buffers) == 1 and len(buffers[0]) % 4 == 0:
            rows = np.frombuffer(bytes(buffers[0]), np.uint32)
            self._shown = rows[rows < len(self.frame)].tolist()
            self._pin()

    def _on_place(self, *_: object) -> None:
        """A new issue is to be somewhere: ask for a click on the building."""
        if self.viewer is None:
            raise ValueError("There is no building beside this board.")
        self._take_back = self.viewer.place(self._placed, "Click on the building where the new issue is")

    def _placed(self, place: Place | None) -> None:
        self._place = place
        if place is None or self.viewer is None:
            self._page.send({"type": "placed", "on": None})
            return
        if place.object_id:
            self.viewer.select(place.object_id)
        table = self.viewer.selected
        about: Any = table.iloc[0] if len(table) else {}
        words = [plain(about.get(name) or "", 80) for name in ("name", "type", "storey")]
        self._page.send({"type": "placed", "on": " · ".join(word for word in words if word) or place.object_id})

    def _on_unplace(self, *_: object) -> None:
        self._place = None
        self._take_back()

    def _on_tell(self, message: dict[str, Any], _: object) -> None:
        """A page that was loaded again does not know about the issue that is open."""
        self._tell(self._issue(message))

    def _on_create(self, message: dict[str, Any], _: object) -> None:
        place = self._place if message.get("placed") else None
        seen: dict[str, Any] = {}
        if place is not None and place.object_id:
            seen |= {"on": place.object_id, "at": place.point, "normal": place.normal}
        if self.viewer is not None and message.get("view"):
            seen |= {"view": self.viewer.capture(), "picture": bytes(self.viewer.screenshot())}
        fields = {key: said for key, said in sent.fields(message).items() if said not in ("", [])}
        made = self.project.issues.create(fields.pop("name", ""), **seen, **fields)
        self._place = None
        self.reload()
        self.open(made)

    def _on_update(self, message: dict[str, Any], _: object) -> None:
        self._then(message, lambda issue: self.project.issues.update(issue, **sent.fields(message)))

    def _on_assign(self, message: dict[str, Any], _: object) -> None:
        fields = sent.fields(message)
        self._then(message, lambda issue: self.project.issues.assign(issue, fields.get("responsible")))

    def _on_comment(self, message: dict[str, Any], _: object) -> None:
        self._then(message, lambda issue: self.project.issues.comment(issue, sent.said(message, "text")))

    def _on_solve(self, message: dict[str, Any], _: object) -> None:
        solution = sent.said(message, "text") or None
        self._then(message, lambda issue: self.project.issues.solve(issue, solution))

    def _on_reopen(self, message: dict[str, Any], _: object) -> None:
        self._then(message, self.project.issues.reopen)

    def _on_close(self, message: dict[str, Any], _: object) -> None:
        self._then(message, self.project.issues.close)

    def _on_delete(self, message: dict[str, Any], _: object) -> None:
        self.project.issues.delete(self._issue(message), force=bool(message.get("force")))
        self.open(None)
        self.reload()

    def _on_attach(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if len(buffers) != 1 or len(buffers[0]) > _LARGEST:
            raise ValueError(f"A file that goes through the page has at most {_LARGEST // 2**20} MB.")
        data, name = bytes(buffers[0]), plain(message.get("name"), 200) or "file"
        self._then(message, lambda issue: self.project.issues.attach(issue, data, name=name))

    def _on_attach_view(self, message: dict[str, Any], _: object) -> None:
        if self.viewer is None:
            raise ValueError("There is no building beside this board.")
        shot = bytes(self.viewer.screenshot())
        now = pd.Timestamp.now(UTC).strftime("%Y-%m-%d %H-%M-%S")
        self._then(message, lambda issue: self.project.issues.attach(issue, shot, name=f"View {now}.png"))

    def _on_view(self, message: dict[str, Any], _: object) -> None:
        """Show what was seen when it was written."""
        scene = self.project.issues.get(self._issue(message)).get("scene")
        if self.viewer is not None and scene:
            self.viewer.apply(scene)

    def _on_go(self, message: dict[str, Any], _: object) -> None:
        self._go(self._issue(message))

    def _on_save(self, message: dict[str, Any], _: object) -> None:
        """A file of an issue is to be saved by the browser."""
        data = self._download(str(message.get("file")))
        if len(data) > _LARGEST:
            raise ValueError("That file is too large to go through the page; project.api.attachments.download has it.")
        self._page.send({"type": "file", "file": message.get("file")}, [data])

    def _issue(self, message: dict[str, Any]) -> str:
        issue = message.get("issue")
        if not isinstance(issue, str) or issue not in self.frame.index:
            raise ValueError("There is no such issue any more; reload asks for new ones.")
        return issue

    def _then(self, message: dict[str, Any], act: Callable[[str], object]) -> None:
        """Do something with an issue, and show what came of it."""
        issue = self._issue(message)
        try:
            act(issue)
        except NotFound:
            self.reload()  # somebody has deleted it meanwhile
            raise
        self.reload()
        if self.selected == issue:
            self._tell(issue)
